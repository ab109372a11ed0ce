"""Segments by history: new, returning and missing people, by the room's archived sessions before this one.

The earlier sessions are the same as in the report's comparison. A guest with a new id each time and without an address
counts as a new person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from debrief.metrics.attendees import Attendee, is_guest_without_address
from debrief.metrics.segments.audience import NOBODY, Audience
from debrief.model import EarlierSession
from debrief.segment import CAME_BACK, FIRST_TIME, USED_TO_COME, Segment

RECENT = 3  # sessions
OFTEN = 2  # people in `used_to_come` were in at least this many of the RECENT sessions
_NONE = "the archive has no earlier session of this room that can be compared"
_TOO_FEW = f"the archive has fewer than {OFTEN} earlier sessions of this room that can be compared"


class _History:
    """The earlier sessions, the latest first, and the people of each, as the audience's `persons` identifies them."""

    def __init__(self, audience: Audience, sessions: Sequence[EarlierSession]) -> None:
        self.sessions, self._audience = sessions, audience
        self.who = [set(audience.persons.keys_of([*session.people])) for session in sessions]
        self._texts: dict[tuple[bool, ...], str] = {}  # by sessions: whether a person was in each

    @classmethod
    def of(cls, audience: Audience, most: int | None = None) -> _History:
        return cls(audience, audience.facts.data.earlier[:most])

    def times(self, user_id: str) -> str:
        """Return `in 2 of the last 3 sessions (the latest on 2026-11-12)`; blank for none."""
        person = self._audience.persons.key_of(user_id)
        attended = tuple(person in who for who in self.who)
        if attended not in self._texts:
            self._texts[attended] = self._in_words(attended)
        return self._texts[attended]

    def _in_words(self, attended: tuple[bool, ...]) -> str:
        if not any(attended):
            return ""
        many, latest = len(attended), self._audience.day(self.sessions[attended.index(True)].start)
        of = "the last session" if many == 1 else f"{sum(attended)} of the last {many} sessions"
        return f"in {of} ({'' if many == 1 else 'the latest '}on {latest})"

    def words(self) -> str:
        """Return `this room's last 5 archived sessions before this one (since 2026-10-15)`."""
        many = len(self.sessions)
        last = "last archived session" if many == 1 else f"last {many} archived sessions"
        return f"this room's {last} before this one (since {self._audience.day(self.sessions[-1].start)})"


def _no_sessions(audience: Audience) -> str:
    """Return why there is no earlier session."""
    if not audience.people:
        return NOBODY
    if reason := audience.facts.data.earlier_unknown:
        return f"earlier sessions of this room could not be looked up: {reason.removesuffix('.')}"
    return _NONE


def first_time(audience: Audience) -> Segment:
    """Return attendees who were in none of the earlier sessions."""
    history = _History.of(audience)
    if not audience.people or not history.sessions:
        return Segment(FIRST_TIME, unavailable=_no_sessions(audience))
    many = len(history.sessions)
    reason = f"not in {'the last session' if many == 1 else f'any of the last {many} sessions'}"
    of_guests = f"{reason}; a guest, whose id may be new"
    new = (person for person in audience.longest_first if not history.times(person.user_id))
    guests = "A guest without an email address may have a new id in each session and then counts as new."
    formula = f"Not in {history.words()}. {guests}"
    chosen = ((person, of_guests if is_guest_without_address(person) else reason) for person in new)
    return audience.picked(FIRST_TIME, formula, chosen)


def came_back(audience: Audience) -> Segment:
    """Return attendees who were in an earlier session."""
    history = _History.of(audience)
    if not audience.people or not history.sessions:
        return Segment(CAME_BACK, unavailable=_no_sessions(audience))
    formula = f"In {'' if len(history.sessions) == 1 else 'at least one of '}{history.words()}."
    chosen = ((person, times) for person in audience.longest_first if (times := history.times(person.user_id)))
    return audience.picked(CAME_BACK, formula, chosen)


def used_to_come(audience: Audience) -> Segment:
    """Return people who came to most of the last sessions but to no part of this one, the most regular first."""
    history = _History.of(audience, RECENT)
    if not audience.people or len(history.sessions) < OFTEN:
        too_few = _TOO_FEW if audience.people and history.sessions else _no_sessions(audience)
        return Segment(USED_TO_COME, unavailable=too_few)
    often = Counter(person for who in history.who for person in who)
    gone = {person for person, times in often.items() if times >= OFTEN} - audience.seen
    named: dict[str, Attendee] = {}
    for session in history.sessions:  # the latest first, so that each person is listed under the latest user id
        for user_id in sorted(session.people):
            if (person := audience.persons.key_of(user_id)) in gone:
                named.setdefault(person, Attendee(user_id, session.people[user_id].name, session.people[user_id].email))
    most_regular = sorted(named.values(), key=lambda one: (-often[audience.persons.key_of(one.user_id)], one.user_id))
    formula = f"In at least {OFTEN} of {history.words()}, and not seen in this one."
    chosen = ((person, f"{history.times(person.user_id)} and not in this one") for person in most_regular)
    return audience.picked(USED_TO_COME, formula, chosen)
