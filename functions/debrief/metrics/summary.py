"""The whole summary of a session: every metric of every family, the sections, the warnings."""

from __future__ import annotations

from debrief.metrics import attendance, breakouts, engagement, sections
from debrief.metrics.checks import check
from debrief.metrics.definition import Definition, Facts
from debrief.model import SessionData, State, Summary

DEFINITIONS: tuple[Definition, ...] = (*attendance.FAMILY, *engagement.FAMILY, *breakouts.FAMILY)


def summarize(data: SessionData, *, state: State, revision: int, attendee_limit: int) -> Summary:
    """Compute everything. `attendee_limit` is how many attendees the documents list; the metrics count all."""
    facts = Facts(data)
    return Summary(
        session=data.session,
        host=data.host,
        state=state,
        revision=revision,
        metrics={definition.key: definition.metric(facts) for definition in DEFINITIONS},
        sections={
            "attendees": sections.attendees(data, attendee_limit),
            "minutes_stayed": sections.minutes_stayed(facts),
            "breakouts": sections.breakouts(data),
        },
        warnings=(*data.findings, *check(facts)),
    )
