"""One line per person: rows of the same user in one session merged, breakouts in a column of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from debrief.model import AttendeeRow, SessionData, is_identified, number


@dataclass(slots=True)
class Attendee:
    """A person in a session. `minutes` and `engagement` are None where unknown, so for breakouts only."""

    user_id: str
    name: str = ""
    email: str = field(default="", repr=False)
    user_type: str = ""
    minutes: float | None = None
    engagement: float | None = None  # 0..1
    breakout_minutes: float | None = None

    @property
    def is_identified(self) -> bool:
        """Whether Kaltura knew who this was."""
        return is_identified(self.user_id)


def identified(rows: Iterable[AttendeeRow]) -> dict[str, Attendee]:
    """The identified attendees of the session's own rows, by user id.

    Contract: minutes of one user's rows are added, the engagement rate is weighted by minutes.
    """
    people: dict[str, Attendee] = {}
    for row in rows:
        if not is_identified(row.user_id):
            continue
        person = people.get(row.user_id)
        if person is None:
            person = people[row.user_id] = _from_row(row)
        _add(person, row)
    return people


def everyone(data: SessionData) -> list[Attendee]:
    """Identified attendees, each unidentified row, and those seen in breakouts only; most minutes first."""
    people = identified(data.attendees)
    unidentified = [_unidentified(row) for row in data.attendees if not is_identified(row.user_id)]
    for row in data.breakout_attendees:
        if is_identified(row.user_id):
            person = people.setdefault(row.user_id, _from_row(row))
            person.breakout_minutes = (person.breakout_minutes or 0.0) + (number(row.meeting_view_time) or 0.0)
        else:
            unidentified.append(_unidentified_in_breakout(row))
    return sorted([*people.values(), *unidentified], key=_by_presence)


def breakout_minutes(rows: Sequence[AttendeeRow]) -> dict[str, float]:
    """Minutes in breakouts by user id, blank and `Unknown` included as they come."""
    minutes: dict[str, float] = {}
    for row in rows:
        minutes[row.user_id] = minutes.get(row.user_id, 0.0) + (number(row.meeting_view_time) or 0.0)
    return minutes


def _from_row(row: AttendeeRow) -> Attendee:
    return Attendee(row.user_id, row.user_name, row.user_email, row.user_type)


def _add(person: Attendee, row: AttendeeRow) -> None:
    minutes, ratio = number(row.meeting_view_time), number(row.meeting_engaged_play_time_ratio)
    person.engagement = _weighted(person.engagement, person.minutes, ratio, minutes)
    if minutes is not None:
        person.minutes = (person.minutes or 0.0) + minutes
    person.name = person.name or row.user_name
    person.email = person.email or row.user_email


def _weighted(one: float | None, weight: float | None, other: float | None, other_weight: float | None) -> float | None:
    """Two ratios as one, weighted by minutes; a ratio alone stays exactly as received."""
    if one is None or other is None:
        return other if one is None else one
    total = (weight or 0.0) + (other_weight or 0.0)
    return (one * (weight or 0.0) + other * (other_weight or 0.0)) / total if total else max(one, other)


def _unidentified(row: AttendeeRow) -> Attendee:
    person = _from_row(row)
    _add(person, row)
    return person


def _unidentified_in_breakout(row: AttendeeRow) -> Attendee:
    person = _from_row(row)
    person.breakout_minutes = number(row.meeting_view_time) or 0.0
    return person


def _by_presence(person: Attendee) -> tuple[float, float, str, str]:
    return (-(person.minutes or 0.0), -(person.breakout_minutes or 0.0), person.name.casefold(), person.user_id)
