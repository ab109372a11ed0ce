"""Figures of a virtual event across its sessions: each user id counted once, sessions compared.

An event's summary has the shape of a session's: `session` is the event, from the start of the first session to the end
of the last, with the id `event-` followed by the event's id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Generic, TypeVar

from debrief.metrics import event_answers, event_sections
from debrief.metrics.arithmetic import mean, mean_weighted, percentile
from debrief.metrics.attendees import why_no_rate
from debrief.metrics.data_quality import several_ids
from debrief.metrics.event_people import EventAttendee, EventFacts, EventSession
from debrief.model import Finding, Metric, Session, Summary, VirtualEvent

__all__ = ["EventAttendee", "EventFacts", "EventSession", "facts_of", "summarize_event"]

F = TypeVar("F")  # what a figure is computed from

NOBODY = "no identified attendee"
_SOURCE = "6001 of each session"


@dataclass(frozen=True)
class EventFigure(Generic[F]):
    """One figure of an event. If `compute` returns None, `why_none` says why."""

    key: str
    label: str  # its name in every document
    unit: str  # people, minutes, ratio (0..1), count
    formula: str
    compute: Callable[[F], float | None]
    source: str = _SOURCE
    why_none: Callable[[F], str] = lambda _: NOBODY

    def metric(self, facts: F) -> Metric:
        value = self.compute(facts)
        return Metric(value, self.unit, self.formula, self.source, self.why_none(facts) if value is None else None)


def facts_of(sessions: Sequence[EventSession]) -> EventFacts:
    """Return the facts of an event; the order of its sessions does not matter."""
    return EventFacts(event_sections.in_order(sessions))


def summarize_event(
    event: VirtualEvent, facts: EventFacts, *, attendee_limit: int, findings: Sequence[Finding] = ()
) -> Summary:
    """Summarize an event of at least one session. State and revision are placeholders that documents.py replaces.

    The documents list at most `attendee_limit` people; the figures count everybody. `findings` come before the other
    warnings.
    """
    members = [member.session for member in facts.sessions]
    table = event_sections.sessions(facts)
    return Summary(
        session=Session(
            f"event-{event.event_id}",
            event.event_id,
            min(session.start for session in members),
            max(session.end for session in members),
            event.name,
        ),
        host=None,
        state="final",
        revision=0,
        metrics={figure.key: figure.metric(facts) for figure in FIGURES},
        sections={
            "sessions": table,
            "standouts": event_sections.standouts(table["rows"]),
            "attended": event_sections.attended(facts),
            "overlap": event_sections.overlap(facts),
            "journeys": event_answers.journeys(facts),
            "polls": event_answers.polls(facts),
            "countries": event_answers.countries(facts),
            "devices": event_answers.devices(facts),
            "people": event_sections.people(facts, attendee_limit),
        },
        warnings=(*findings, *_checks(facts)),
    )


def _share_of_people(wanted: Callable[[EventFacts, EventAttendee], bool]) -> Callable[[EventFacts], float | None]:
    return lambda facts: mean([wanted(facts, person) for person in facts.people])


def _attendances(facts: EventFacts) -> int:
    return sum(person.sessions for person in facts.people)


def _guests(facts: EventFacts) -> int:
    return sum(person.user_type == "Guest" for person in facts.attendees)


def _main_room(facts: EventFacts) -> list[float]:
    return sorted(person.main_room for person in facts.attendees if person.main_room is not None)


def _breakout_only(facts: EventFacts) -> int:
    return len(facts.people) - len(facts.attendees)


FIGURES: tuple[EventFigure[EventFacts], ...] = (
    EventFigure(
        "sessions",
        "Sessions",
        "count",
        "Sessions of the event that this report covers.",
        lambda facts: len(facts.sessions),
    ),
    EventFigure(
        "unique_attendees",
        "Attendees",
        "people",
        "Number of different user ids over all sessions that are neither blank nor Unknown: an id in several sessions "
        "counts once.",
        lambda facts: len(facts.attendees),
    ),
    EventFigure(
        "people_present",
        "People present, breakouts included",
        "people",
        "The attendees, and the people who were in breakouts only, over all sessions: a user id in several "
        "sessions counts once.",
        lambda facts: len(facts.people),
    ),
    EventFigure(
        "people_breakout_only",
        "People in breakouts only",
        "people",
        "People present who were never in a main room.",
        _breakout_only,
    ),
    EventFigure("guests", "Guests", "people", "Attendees whose user type is Guest in every session.", _guests),
    EventFigure(
        "users",
        "Users",
        "people",
        "Attendees whose user type is not Guest in at least one session.",
        lambda facts: len(facts.attendees) - _guests(facts),
    ),
    EventFigure(
        "attendances",
        "Attendances",
        "count",
        "Sum of the people present in each session, breakouts included: a person in two sessions counts twice.",
        _attendances,
    ),
    EventFigure(
        "sessions_average",
        "Sessions per person",
        "count",
        "Attendances divided by the people present.",
        lambda facts: _attendances(facts) / len(facts.people) if facts.people else None,
    ),
    EventFigure(
        "returning_rate",
        "Came to several sessions",
        "ratio",
        "Share of the people present who came to at least two sessions or their breakouts, under any user id.",
        _share_of_people(lambda facts, one: facts.came_to(one.user_id) > 1),
    ),
    EventFigure(
        "all_sessions_rate",
        "Came to every session",
        "ratio",
        "Share of the people present who came to every session or its breakouts, under any user id.",
        _share_of_people(lambda facts, one: facts.came_to(one.user_id) == len(facts.sessions)),
    ),
    EventFigure(
        "minutes_total",
        "Minutes attended",
        "minutes",
        "Sum of the minutes of all rows of all sessions, including rows of unidentified viewers.",
        lambda facts: fsum(row.minutes or 0.0 for row in facts.rows),
    ),
    EventFigure(
        "minutes_unidentified",
        "Minutes of unidentified viewers",
        "minutes",
        "Sum of the minutes of the rows whose user id is blank or Unknown.",
        lambda facts: fsum(row.minutes or 0.0 for session in facts.sessions for row in session.crowd.unidentified),
    ),
    EventFigure(
        "minutes_average",
        "Average minutes per person, main rooms",
        "minutes",
        "Minutes of the attendees in the main rooms of all sessions, divided by the number of these attendees.",
        lambda facts: mean(_main_room(facts)),
    ),
    EventFigure(
        "minutes_median",
        "Median minutes per person, main rooms",
        "minutes",
        "Half of the attendees were in main rooms for at least this time, all sessions together.",
        lambda facts: percentile(_main_room(facts), 0.5),
    ),
    EventFigure(
        "presence_average",
        "Average time per person",
        "minutes",
        "Time in all sessions, breakouts included, of the people present, divided by the number of these people.",
        lambda facts: mean([person.total for person in facts.people]),
    ),
    EventFigure(
        "presence_median",
        "Median time per person",
        "minutes",
        "Half of the people present were in the event for at least this time, all sessions and breakouts together.",
        lambda facts: percentile(sorted(person.total for person in facts.people), 0.5),
    ),
    EventFigure(
        "engagement_rate",
        "Engagement rate",
        "ratio",
        "Each row's engagement rate weighted by its minutes, over all rows of all sessions.",
        lambda facts: mean_weighted((row.minutes, row.engagement) for row in facts.rows),
        why_none=lambda facts: why_no_rate(facts.rows),
    ),
)


def _checks(facts: EventFacts) -> Iterator[Finding]:
    """Yield warnings for the reader of an event's figures."""
    guests = sum(not person.is_matchable and facts.came_to(person.user_id) == 1 for person in facts.people)
    if guests and len(facts.sessions) > 1:
        yield Finding(
            "GUESTS_NOT_MATCHED",
            f"Kaltura may give a guest a different id in each session, so {_guests_seen(guests)}: a guest who came to "
            "several sessions counts as several people.",
        )
    if apart := _breakout_only(facts):
        were = "One person was" if apart == 1 else f"{apart:,} people were"
        yield Finding(
            "BREAKOUT_ONLY",
            f"{were} in breakouts only. They are in the list, and in the figures about the number of sessions and "
            "the time per person, but do not count as attendees: an attendee was in a main room.",
        )
    if finding := several_ids(facts.persons, (person.user_id for person in facts.people)):
        yield finding
    if not event_sections.are_apart(facts):
        both = len(event_sections.parallel(facts))
        yield Finding(
            "PARALLEL_SESSIONS",
            f"Sessions of this event overlap in time, and {'one person is' if both == 1 else f'{both:,} people are'} "
            "in the lists of two overlapping sessions. Their minutes in both are added.",
        )


def _guests_seen(guests: int) -> str:
    if guests == 1:
        return "one guest who was seen in one session only cannot be matched with others"
    return f"{guests:,} guests who were each seen in one session only cannot be matched with others"
