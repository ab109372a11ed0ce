"""Who is new in a room, who came back, and who used to come: by the room's archived sessions before this one.

People are known by their user id, so a guest who comes under another id is somebody else here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from debrief.metrics.attendees import Attendee
from debrief.metrics.segments.audience import NOBODY, Audience
from debrief.model import Earlier
from debrief.segment import CAME_BACK, FIRST_TIME, USED_TO_COME, Segment

RECENT = 3  # sessions
OFTEN = 2  # of those: who came so often used to come
_GUEST = "Guest"
_NONE = "no earlier session of this room with attendees is archived"
_TOO_FEW = f"fewer than {OFTEN} earlier sessions of this room with attendees are archived"


@dataclass(frozen=True)
class _History:
    """The earlier sessions to which anybody but staff came, the latest first."""

    sessions: Sequence[Earlier]

    @classmethod
    def of(cls, audience: Audience) -> _History:
        staff = audience.staff
        return cls([one for one in audience.facts.data.earlier if any(user not in staff for user in one.people)])

    def attended(self, user_id: str) -> list[Earlier]:
        """Those that somebody was in."""
        return [one for one in self.sessions if user_id in one.people]

    def words(self) -> str:
        """`this room's last 5 archived sessions before this one (since 2026-10-15)`."""
        many = len(self.sessions)
        last = "last archived session" if many == 1 else f"last {many} archived sessions"
        return f"this room's {last} before this one (since {self.sessions[-1].start:%Y-%m-%d})"

    @property
    def recent(self) -> _History:
        return _History(self.sessions[:RECENT])


def first_time(audience: Audience) -> Segment:
    """Attendees who were in none of the earlier sessions."""
    history = _History.of(audience)
    if not audience.people or not history.sessions:
        return Segment(FIRST_TIME, unavailable=_NONE if audience.people else NOBODY)
    seen = set().union(*(one.people.keys() for one in history.sessions))
    many = len(history.sessions)
    reason = f"not in {'the last session' if many == 1 else f'any of the last {many} sessions'}"

    def why(person: Attendee) -> str:
        if person.user_id in seen:
            return ""
        return f"{reason}; a guest, whose id may be new" if person.user_type == _GUEST else reason

    formula = f"Not in {history.words()}. A guest may have a new id each time and then counts as new."
    return audience.picked(FIRST_TIME, formula, audience.people, why)


def came_back(audience: Audience) -> Segment:
    """Attendees who were in an earlier session."""
    history = _History.of(audience)
    if not audience.people or not history.sessions:
        return Segment(CAME_BACK, unavailable=_NONE if audience.people else NOBODY)
    formula = f"In {'' if len(history.sessions) == 1 else 'at least one of '}{history.words()}."
    return audience.picked(CAME_BACK, formula, audience.people, lambda person: _times(history, person.user_id))


def used_to_come(audience: Audience) -> Segment:
    """Those who came to most of the last sessions and whom no report has seen in this one; the most faithful first."""
    history = _History.of(audience).recent
    if not audience.people or len(history.sessions) < OFTEN:
        too_few = _TOO_FEW if history.sessions else _NONE
        return Segment(USED_TO_COME, unavailable=too_few if audience.people else NOBODY)
    known = {user_id: person for one in reversed(history.sessions) for user_id, person in one.people.items()}
    times = {user_id: len(history.attended(user_id)) for user_id in known}
    regulars = sorted((id_ for id_ in known if times[id_] >= OFTEN), key=lambda id_: (-times[id_], id_))
    people = [Attendee(id_, known[id_].name, known[id_].email) for id_ in regulars]

    def why(person: Attendee) -> str:
        return "" if person.user_id in audience.here else f"{_times(history, person.user_id)}, and not in this one"

    formula = f"In at least {OFTEN} of {history.words()}, and not seen in this one."
    return audience.picked(USED_TO_COME, formula, people, why)


def _times(history: _History, user_id: str) -> str:
    """`in 2 of the last 3 sessions, the latest on 2026-11-12`; blank for none."""
    attended = history.attended(user_id)
    if not attended:
        return ""
    many = len(history.sessions)
    of = "the last session" if many == 1 else f"{len(attended)} of the last {many} sessions"
    return f"in {of}, {'' if many == 1 else 'the latest '}on {attended[0].start:%Y-%m-%d}"
