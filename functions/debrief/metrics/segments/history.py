"""Who is new in a room, who came back, and who used to come: by the room's archived sessions before this one.

People are known by their user id, so a guest who comes under another id is somebody else here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

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
    said: dict[tuple[bool, ...], str] = field(default_factory=dict)  # in words, by which of them somebody was in

    @classmethod
    def of(cls, audience: Audience) -> _History:
        staff = audience.staff
        return cls([one for one in audience.facts.data.earlier if any(user not in staff for user in one.people)])

    def times(self, user_id: str) -> str:
        """`in 2 of the last 3 sessions (the latest on 2026-11-12)`; blank for none."""
        attended = tuple(user_id in one.people for one in self.sessions)
        if attended not in self.said:
            self.said[attended] = self._in_words(attended)
        return self.said[attended]

    def _in_words(self, attended: tuple[bool, ...]) -> str:
        if not any(attended):
            return ""
        many, latest = len(attended), self.sessions[attended.index(True)].start
        of = "the last session" if many == 1 else f"{sum(attended)} of the last {many} sessions"
        return f"in {of} ({'' if many == 1 else 'the latest '}on {latest:%Y-%m-%d})"

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
    seen = set().union(*(one.people for one in history.sessions))
    many = len(history.sessions)
    reason = f"not in {'the last session' if many == 1 else f'any of the last {many} sessions'}"
    of_guests = f"{reason}; a guest, whose id may be new"
    new = (person for person in audience.people if person.user_id not in seen)
    formula = f"Not in {history.words()}. A guest may have a new id each time and then counts as new."
    chosen = ((person, of_guests if person.user_type == _GUEST else reason) for person in new)
    return audience.picked(FIRST_TIME, formula, chosen)


def came_back(audience: Audience) -> Segment:
    """Attendees who were in an earlier session."""
    history = _History.of(audience)
    if not audience.people or not history.sessions:
        return Segment(CAME_BACK, unavailable=_NONE if audience.people else NOBODY)
    formula = f"In {'' if len(history.sessions) == 1 else 'at least one of '}{history.words()}."
    chosen = ((person, times) for person in audience.people if (times := history.times(person.user_id)))
    return audience.picked(CAME_BACK, formula, chosen)


def used_to_come(audience: Audience) -> Segment:
    """Those who came to most of the last sessions and whom no report has seen in this one; the most faithful first."""
    history = _History.of(audience).recent
    if not audience.people or len(history.sessions) < OFTEN:
        too_few = _TOO_FEW if history.sessions else _NONE
        return Segment(USED_TO_COME, unavailable=too_few if audience.people else NOBODY)
    often = Counter(user_id for one in history.sessions for user_id in one.people)
    regulars = {user_id for user_id, times in often.items() if times >= OFTEN}
    gone = sorted(regulars - audience.here.keys(), key=lambda user_id: (-often[user_id], user_id))
    known = (next(one.people[user_id] for one in history.sessions if user_id in one.people) for user_id in gone)
    people = (Attendee(person.user_id, person.name, person.email) for person in known)
    formula = f"In at least {OFTEN} of {history.words()}, and not seen in this one."
    chosen = ((person, f"{history.times(person.user_id)} and not in this one") for person in people)
    return audience.picked(USED_TO_COME, formula, chosen, regulars)
