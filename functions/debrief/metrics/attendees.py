"""Attendees of a session: the rows of each user merged, with breakouts in a separate field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from math import fsum
from operator import add, attrgetter
from typing import NamedTuple

from debrief.metrics.arithmetic import mean_weighted
from debrief.model import AttendeeRow
from debrief.util.columns import named_rows
from debrief.util.values import is_identified, number, numbers

_PERSON = attrgetter("user_id", "user_name", "user_email", "user_type")


class Attendee(NamedTuple):
    """A person in a session. `minutes` and `engagement` are None if unknown, as for people who were only in breakouts.

    `presence` is the time in the main room and its breakouts, see `Facts.everyone`. It is None for unidentified people,
    for people known from the Summary page only, and for people without known minutes.
    """

    user_id: str
    name: str = ""
    email: str = ""
    user_type: str = ""
    minutes: float | None = None
    engagement: float | None = None  # 0..1
    breakout_minutes: float | None = None
    presence: float | None = None  # minutes

    def __repr__(self) -> str:
        return f"Attendee({self.minutes} minutes)"  # keeps names out of logs


def parse_attendees(rows: Sequence[AttendeeRow]) -> list[Attendee]:
    """Parse each row of report 6001 into an attendee."""
    minutes = numbers([row.meeting_view_time for row in rows])
    rates = numbers([row.meeting_engaged_play_time_ratio for row in rows])
    return list(named_rows(Attendee, map(add, map(_PERSON, rows), zip(minutes, rates, repeat(None), repeat(None)))))


def is_guest_without_address(person: Attendee) -> bool:
    """Return whether a person cannot be recognized: Kaltura may give a guest another id in each session."""
    return person.user_type == "Guest" and not person.email.strip()


NO_RATE = "Kaltura gives no engagement rate"


@dataclass(frozen=True, slots=True)
class Crowd:
    """The people of some rows: each identified person once, by user id, and each row of an unidentified person."""

    people: dict[str, Attendee] = field(repr=False)
    unidentified: list[Attendee] = field(repr=False)


def crowd(rows: Iterable[Attendee]) -> Crowd:
    """Merge the rows of each identified user: add the minutes, and average the engagement rate weighted by minutes."""
    people: dict[str, Attendee] = {}
    unidentified: list[Attendee] = []
    repeated: dict[str, list[Attendee]] = {}
    for row in rows:
        user_id = row.user_id
        if not is_identified(user_id):
            unidentified.append(row)
        elif (first := people.setdefault(user_id, row)) is not row:
            repeated.setdefault(user_id, [first]).append(row)
    people.update((user_id, merged(same)) for user_id, same in repeated.items())
    return Crowd(people, unidentified)


def everyone(own: Crowd, in_breakouts: Iterable[AttendeeRow]) -> Crowd:
    """Return the people of the main room, then the people who were only in breakouts."""
    breakouts = crowd(map(_in_breakout, in_breakouts))
    both = {
        user_id: merged([own.people[user_id], person]) if user_id in own.people else person
        for user_id, person in breakouts.people.items()
    }
    return Crowd(own.people | both, [*own.unidentified, *breakouts.unidentified])


def presence(
    minutes: float | None, breakout_minutes: float | None, attended_minutes: float, *, twice: bool
) -> float | None:
    """Return the minutes that a person was present; None if neither is known.

    They are the sum of main room and breakouts, or the larger of both if Kaltura counts people in the main room
    while they are in a breakout (`twice`), and at most the attended minutes.
    """
    if minutes is None or breakout_minutes is None:
        there = breakout_minutes if minutes is None else minutes
    else:
        there = max(minutes, breakout_minutes) if twice else minutes + breakout_minutes
    return None if there is None else min(max(there, 0.0), attended_minutes)


def why_no_rate(rows: Iterable[Attendee]) -> str:
    """Return why the rows have no engagement rate."""
    return NO_RATE if any(row.minutes for row in rows) else "no minutes were watched"


def minutes_there(person: Attendee) -> float:
    """Return the presence or, if it is unknown, the sum of main-room and breakout minutes."""
    if person.presence is not None:
        return person.presence
    return (person.minutes or 0.0) + (person.breakout_minutes or 0.0)


def by_presence(person: Attendee) -> tuple[float, float, str, str]:
    """Return a sort key: the longest presence first."""
    return (-minutes_there(person), -(person.minutes or 0.0), person.name.casefold(), person.user_id)


def breakout_minutes(rows: Iterable[AttendeeRow]) -> dict[str, float]:
    """Return the breakout minutes by user id, including blank and `Unknown` ids."""
    minutes = defaultdict(list)
    for row in rows:
        minutes[row.user_id].append(number(row.meeting_view_time) or 0.0)
    return {user_id: fsum(parts) for user_id, parts in minutes.items()}


def _in_breakout(row: AttendeeRow) -> Attendee:
    minutes = number(row.meeting_view_time) or 0.0
    return Attendee(row.user_id, row.user_name, row.user_email, row.user_type, breakout_minutes=minutes)


def merged(rows: Sequence[Attendee]) -> Attendee:
    """Merge several rows of one person.

    Of several names the alphabetically last is kept, so that the order of rows does not matter.
    """
    return Attendee(
        rows[0].user_id,
        max(row.name for row in rows),
        max(row.email for row in rows),
        max(row.user_type for row in rows),
        _sum([row.minutes for row in rows]),
        _engagement(rows),
        _sum([row.breakout_minutes for row in rows]),
    )


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fsum(known) if known else None


def _engagement(rows: Sequence[Attendee]) -> float | None:
    """Return a single rate unchanged, or the mean weighted by minutes; without minutes, the largest rate."""
    rates = [row.engagement for row in rows if row.engagement is not None]
    if len(rates) < 2:
        return rates[0] if rates else None
    weighted = mean_weighted((row.minutes, row.engagement) for row in rows)
    return max(rates) if weighted is None else weighted
