"""Follow-up lists of a virtual event: people who came to every session, and people who came to one session."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from debrief.metrics.event_people import EventAttendee, EventFacts
from debrief.segment import CAME_ONCE, CAME_TO_ALL, Member, Segment

ONE_SESSION = "the report has one session"


def event_segments(facts: EventFacts, staff: Collection[str]) -> list[Segment]:
    """Return the lists, with most minutes first. People with a user id in `staff` are on no list.

    Each person is listed once, under the user id with the most minutes. A guest without an email address is not on the
    list of people who came once, because Kaltura may give a guest a different id in each session.
    """
    outsiders = _outsiders(facts, staff)
    if len(facts.sessions) < 2:
        return [Segment(key, unavailable=ONE_SESSION) for key in (CAME_TO_ALL, CAME_ONCE)]
    count = len(facts.sessions)
    every = [person for person in outsiders if facts.came_to(person.user_id) == count]
    once = [person for person in outsiders if facts.came_to(person.user_id) == 1 and person.is_matchable]
    return [
        _segment(
            CAME_TO_ALL,
            f"Came to all {count} sessions of this report, or their breakouts.",
            every,
            facts,
            len(outsiders),
        ),
        _segment(
            CAME_ONCE,
            f"Came to only one of the {count} sessions of this report, or to its breakouts. Guests without an email "
            "address are left out.",
            once,
            facts,
            len(outsiders),
        ),
    ]


def section(facts: EventFacts, staff: Collection[str], found: Sequence[Segment]) -> dict[str, Any]:
    """Return the size and the rule of each list, and the number of people who are left out, without names."""
    outsiders = _outsiders(facts, staff)
    everybody = {facts.persons.key_of(person.user_id) for person in facts.people}
    return {
        "people": len(outsiders),
        "staff": len(everybody) - len(outsiders),
        "guests_left_out": sum(facts.came_to(one.user_id) == 1 and not one.is_matchable for one in outsiders),
        "rows": [
            {"key": one.key, "unavailable": one.unavailable}
            if one.unavailable
            else {"key": one.key, "people": one.people, "formula": one.formula, "file": one.file}
            for one in found
        ],
    }


def without_staff(facts: EventFacts, staff: Collection[str]) -> int:
    """Return the number of people present except staff, each person once."""
    return len(_outsiders(facts, staff))


def _outsiders(facts: EventFacts, staff: Collection[str]) -> list[EventAttendee]:
    """Return everybody present except staff, each person once: the first, because `people` has most minutes first."""
    staff_keys = {facts.persons.key_of(user_id) for user_id in staff}
    found: dict[str, EventAttendee] = {}
    for person in facts.people:
        found.setdefault(facts.persons.key_of(person.user_id), person)
    return [person for key, person in found.items() if key not in staff_keys]


def _segment(key: str, formula: str, people: Iterable[EventAttendee], facts: EventFacts, of: int) -> Segment:
    members = [Member(person.user_id, person.name, person.email, _reason(key, person, facts)) for person in people]
    return Segment(key, formula, members, of)


def _reason(key: str, person: EventAttendee, facts: EventFacts) -> str:
    if key == CAME_TO_ALL:
        return f"Came to all {len(facts.sessions)} sessions, {person.total:.1f} minutes together"
    key_of = facts.persons.key_of(person.user_id)
    place = next(place for place, who in enumerate(facts.person_keys_by_session) if key_of in who)
    name = " ".join(facts.sessions[place].session.entry_name.split()) or facts.sessions[place].session.entry_id
    return f"Came to one session: {name}, {person.total:.1f} minutes"
