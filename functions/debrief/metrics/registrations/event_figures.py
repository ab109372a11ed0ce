"""Compute an event's figures of registrations, and their section of the event's summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from debrief.metrics.event import EventFigure
from debrief.metrics.registrations.event_roll import EventRoll
from debrief.model import Metric
from debrief.registration import ABSENT, CAME, NOT_KNOWN, RECORDING_ONLY, WALK_IN, SessionRoll

_SOURCE = "lists of registrations, 6001, 60010 and 60012 of each session"
_NOBODY = "nobody on the lists is registered"
_JOINED = "Registrants and attendees are joined by user id or address, never by name."


def _count(of: Callable[[EventRoll], int]) -> Callable[[EventRoll], int | None]:
    """Return a count that is unknown if the registrations of a session are."""
    return lambda roll: None if roll.unknown else of(roll)


def _of_class(class_: str) -> Callable[[EventRoll], int | None]:
    return _count(lambda roll: len(roll.of_class(class_)))


def _rate(roll: EventRoll) -> float | None:
    known = roll.registered and not roll.doubts and not roll.unknown
    return len(roll.of_class(CAME)) / roll.registered if known else None


def why_unknown(roll: EventRoll) -> str:
    """Return why the event's registrations are unknown; blank if they are known."""
    places: dict[str, list[str]] = {}
    for place, reason in roll.unknown:
        places.setdefault(reason, []).append(f"S{place + 1}")
    reasons = [f"the registrations of {', '.join(marks)} are not known: {reason}" for reason, marks in places.items()]
    return f"not known, because {'; '.join(reasons)}" if reasons else ""


def _why_no_rate(roll: EventRoll) -> str:
    return why_unknown(roll) or next((f"not known, because {reason}" for reason in roll.doubts), _NOBODY)


def _figure(
    key: str,
    label: str,
    formula: str,
    compute: Callable[[EventRoll], float | None],
    unit: str = "people",
    why_none: Callable[[EventRoll], str] = why_unknown,
) -> EventFigure[EventRoll]:
    return EventFigure(key, label, unit, formula, compute, _SOURCE, why_none)


FIGURES = (
    _figure(
        "registered",
        "Registered",
        "Number of different people who are registered for at least one session, without staff and without cancelled, "
        "blocked and only invited people.",
        lambda roll: roll.counted if roll.unknown else roll.registered,
    ),
    _figure(
        "registered_came",
        "Registered and came",
        f"Registered people whom Kaltura's reports identify in at least one session, live. {_JOINED}",
        _of_class(CAME),
    ),
    _figure(
        "registered_recording_only",
        "Registered and watched only a recording",
        "Registered people whom Kaltura identifies among the viewers of a session's recording, but in no session.",
        _of_class(RECORDING_ONLY),
    ),
    _figure(
        "registered_absent",
        "Registered and not seen",
        "Registered people whom none of Kaltura's reports on the sessions or their recordings identifies.",
        _of_class(ABSENT),
    ),
    _figure(
        "registered_not_known",
        "Registered, attendance not known",
        "Registered people who were seen in no session, but may have been in one.",
        _count(lambda roll: sum(roll.doubts.values())),
    ),
    _figure(
        "registration_rate",
        "Share of the registered who came",
        "Registered people who came to at least one session, divided by registered people. Not known if the attendance "
        "of anybody on the lists is not known.",
        _rate,
        "ratio",
        _why_no_rate,
    ),
    _figure(
        "walk_ins",
        "Came without registering",
        "People present in a session with a list of registrations who are registered for no session, without staff, "
        "without people whose status on a list is unclear, and without people whose address Kaltura does not give. "
        f"{_JOINED}",
        _count(lambda roll: len(roll.walk_ins)),
    ),
)


def metrics(roll: EventRoll) -> Mapping[str, Metric]:
    """Return every figure as a metric."""
    return {figure.key: figure.metric(roll) for figure in FIGURES}


def section(roll: EventRoll) -> dict[str, Any]:
    """Return the section: counts without names. Sessions have their places from 0.

    If the registrations of a session are unknown, the true figures are at least those of `at_least`.
    """
    at_least = {"registered": max(roll.registered, roll.counted or 0), "came": len(roll.of_class(CAME))}
    return {
        "sessions": [_session(roll, place) for place in range(len(roll.facts.sessions))],
        "apart": dict(roll.apart),
        "not_known": [{"people": people, "reason": reason} for reason, people in roll.doubts.items()],
        "guests": len(roll.unmatched),
        "unclear": roll.unclear,
        "unlisted": roll.unlisted,
        "unidentified": any(session.crowd.unidentified for session in roll.facts.sessions),
        **({"unavailable": why_unknown(roll), "at_least": at_least} if roll.unknown else {}),
    }


def _session(roll: EventRoll, place: int) -> dict[str, Any]:
    """Return a session's list and counts: by class of the people on its list, and who came without being on it."""
    list_ = roll.facts.sessions[place].roll
    if list_ is None:
        return {"came_from_other_lists": _from_other_lists(roll, place)}
    if not isinstance(list_, SessionRoll):
        return {"unavailable": list_.reason, "came_from_other_lists": _from_other_lists(roll, place)}
    counts = Counter(person.classes[place] for person in roll.people if place in person.listed)
    nameless = sum(row.class_ == NOT_KNOWN and not row.own_id for row in list_.rows)
    walk_ins, key_of = set(roll.walk_ins), roll.persons.key_of
    here = {key_of(row.user_id) for row in list_.rows if row.class_ == WALK_IN}
    return {
        "scope": list_.scope,
        "origin": list_.origin,
        "registered": counts.total() + nameless,
        "came": counts[CAME],
        "recording_only": counts[RECORDING_ONLY],
        "absent": counts[ABSENT],
        "not_known": counts[NOT_KNOWN] + nameless,
        "walk_ins": len(here & walk_ins),
        "came_from_other_lists": _from_other_lists(roll, place),
    }


def _from_other_lists(roll: EventRoll, place: int) -> int:
    """Count registrants who came to a session and are only on lists of other sessions."""
    return sum(person.classes[place] == CAME and place not in person.listed for person in roll.people)
