"""Sections of a virtual event: sessions side by side, new and returning people, overlaps, best and weakest sessions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from debrief.metrics.event_people import EventAttendee, EventFacts, EventSession
from debrief.util.values import utc_text

MOST_COMPARED = 12  # sessions in the overlap table; a larger table would be hard to read


class SessionFigure(NamedTuple):
    """A figure of each session of an event. A metric of the session itself has no label here."""

    key: str
    unit: str
    source: str
    formula: str
    label: str = ""
    short: str = ""


FIGURES = (
    SessionFigure("unique_attendees", "people", "6001", "Identified attendees of the session."),
    SessionFigure("presence_average", "minutes", "6001", "Average time of the people present, breakouts included."),
    SessionFigure(
        "presence_share",
        "ratio",
        "6001, 60004",
        "Average time of the people present divided by the time in which people could attend.",
    ),
    SessionFigure(
        "present_75",
        "ratio",
        "6001, 60004",
        "Share of the people present who stayed for at least 75% of the time in which people could attend.",
    ),
    SessionFigure(
        "engagement_rate", "ratio", "6001", "Each row's engagement rate weighted by its minutes, over all rows."
    ),
    SessionFigure("peak_live_viewers", "people", "60004", "Most live viewers in the same minute."),
    SessionFigure(
        "minutes_total", "minutes", "6001", "Sum of the minutes of all rows, including rows of unidentified viewers."
    ),
    SessionFigure(
        "first_timers",
        "people",
        "6001",
        "Attendees who came to no earlier session of the event, nor to its breakouts.",
        "First-timers",
        "New",
    ),
    SessionFigure(
        "first_timers_share",
        "ratio",
        "6001",
        "First-timers divided by the session's identified attendees.",
        "First-timers, share",
    ),
    SessionFigure(
        "returning",
        "people",
        "6001",
        "Attendees of the previous session who also came to this session or its breakouts.",
        "Returning attendees",
    ),
    SessionFigure(
        "returning_share",
        "ratio",
        "6001",
        "Returning attendees divided by the attendees of the previous session.",
        "Returning attendees, share",
        "Returned",
    ),
)
OWN = tuple(figure.key for figure in FIGURES if not figure.label)
STANDOUTS = ("presence_share", "present_75", "engagement_rate", "returning_share")  # comparable for any session size
FEWEST_COMPARED = 5  # attendees; with fewer, one person changes a share too much


def sessions(facts: EventFacts) -> dict[str, Any]:
    """Return the sessions by start, each with its figures, and the formula of each figure."""
    seen: set[str] = set()
    before: EventSession | None = None
    rows = []
    for one, who in zip(facts.sessions, facts.person_keys_by_session, strict=True):
        attendees = one.crowd.people
        first_timers = _among(facts, attendees, who - seen)
        returning = None if before is None else _among(facts, before.crowd.people, who)
        came_before = len(before.crowd.people) if before else 0
        rows.append(
            _session(one)
            | {
                "first_timers": first_timers,
                "first_timers_share": first_timers / len(attendees) if attendees else None,
                "returning": returning,
                "returning_share": returning / came_before if returning is not None and came_before else None,
            }
        )
        seen, before = seen | who, one
    figures = [
        {"key": figure.key, "unit": figure.unit, "source": figure.source, "formula": figure.formula}
        for figure in FIGURES
    ]
    return {"figures": figures, "rows": rows}


def _among(facts: EventFacts, user_ids: Iterable[str], persons: Container[str]) -> int:
    """Count the ids that belong to these persons."""
    return sum(facts.persons.key_of(user_id) in persons for user_id in user_ids)


def _session(one: EventSession) -> dict[str, Any]:
    session = one.session
    return {
        "cue_point_id": session.cue_point_id,
        "entry_id": session.entry_id,
        "name": session.entry_name,
        "start": utc_text(session.start),
        "end": utc_text(session.end),
        "duration_minutes": session.duration_minutes,
        "people": len(one.crowd.people),
        **{key: one.metrics[key].value if key in one.metrics else None for key in OWN},
    }


def attended(facts: EventFacts) -> dict[str, Any]:
    """Return the number of people in one session, in two, … in all; breakouts count."""
    counts, everybody = Counter(facts.came_to(person.user_id) for person in facts.people), len(facts.people)
    rows = [
        {"sessions": number, "people": counts[number], "share": counts[number] / everybody}
        for number in range(1, len(facts.sessions) + 1)
        if everybody
    ]
    formula = "People present by the number of sessions that they came to, breakouts included, under any user id."
    return {"unit": "people", "source": "6001", "formula": formula, "people": everybody, "rows": rows}


def overlap(facts: EventFacts) -> dict[str, Any]:
    """Return the number of people in both of two sessions, for at most 12 sessions: those with the most user ids."""
    ranked = sorted(range(len(facts.sessions)), key=lambda place: -len(facts.sessions[place].present))
    places = sorted(ranked[:MOST_COMPARED])

    def both(one: int, other: int) -> int:
        return (
            len(facts.sessions[one].present)
            if one == other
            else len(facts.person_keys_by_session[one] & facts.person_keys_by_session[other])
        )

    return {
        "unit": "people",
        "source": "6001",
        "formula": "People who came to both, breakouts included, under any user id; on the diagonal all user ids.",
        "of": len(facts.sessions),
        "places": places,  # indexes of sessions, from 0
        "people": [[both(one, other) for other in places] for one in places],
    }


def people(facts: EventFacts, limit: int) -> dict[str, Any]:
    """Return the minutes of each person in each session; None if the person was absent."""
    shown = facts.people[:limit]
    formula = "Time of a person in a session, its breakouts included; sessions in the order of the sessions' list."
    return {
        "unit": "minutes",
        "source": "6001",
        "formula": formula,
        "total": len(facts.people),
        "shown": len(shown),
        "rows": [_person(person, facts.came_to(person.user_id)) for person in shown],
    }


def _person(person: EventAttendee, came_to: int) -> dict[str, Any]:
    return {
        "user_id": person.user_id,
        "name": person.name,
        "email": person.email,
        "type": person.user_type,
        "title": person.title,
        "company": person.company,
        "sessions": came_to,
        "minutes_total": person.total,
        "engagement_rate": person.engagement,
        "minutes": list(person.minutes),
    }


def standouts(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the best and the weakest sessions (indexes from 0) by each share that is not equal in all sessions."""
    found = []
    compared = {place: row for place, row in enumerate(rows) if row["people"] >= FEWEST_COMPARED}
    for key in STANDOUTS:
        values = {place: row[key] for place, row in compared.items() if isinstance(row[key], int | float)}
        if len(set(values.values())) > 1:
            found.append({"key": key, "best": _at(values, max), "weakest": _at(values, min)})
    formula = (
        "The sessions with the highest and the lowest share. Sessions without that figure, or with fewer than "
        f"{FEWEST_COMPARED} attendees, are left out."
    )
    return {"formula": formula, "rows": found}


def _at(values: dict[int, float], choose: Callable[[list[float]], float]) -> dict[str, Any]:
    value = choose(list(values.values()))
    return {"value": value, "places": [place for place, one in values.items() if one == value]}


def parallel(facts: EventFacts) -> set[str]:
    """Return the people of two overlapping sessions, as `persons` identifies them."""
    found: set[str] = set()
    for place, one in enumerate(facts.sessions):
        for after, other in enumerate(facts.sessions[place + 1 :], start=place + 1):
            if one.session.start < other.session.end and other.session.start < one.session.end:
                found |= facts.person_keys_by_session[place] & facts.person_keys_by_session[after]
    return found


def in_order(found: Sequence[EventSession]) -> list[EventSession]:
    return sorted(found, key=lambda one: (one.session.start, one.session.end, one.session.cue_point_id))


def are_apart(facts: EventFacts) -> bool:
    """Return whether each session starts after the end of the session before it."""
    return all(one.session.end <= other.session.start for one, other in pairwise(facts.sessions))
