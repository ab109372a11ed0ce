"""Summary of a session: every metric of every group, the sections, the warnings."""

from __future__ import annotations

from typing import Any

from debrief.metrics import (
    attendance,
    breakouts,
    engagement,
    page,
    page_sections,
    polls,
    presence,
    sections,
    timeline,
    transcript,
)
from debrief.metrics.data_quality import check
from debrief.metrics.definition import Definition, Facts
from debrief.model import Summary
from debrief.util.gc_pause import gc_paused

TABLE_DEFINITIONS: tuple[Definition, ...] = (*attendance.GROUP, *engagement.GROUP, *breakouts.GROUP)
# Presence needs the timeline, which the archived tables lack.
DEFINITIONS: tuple[Definition, ...] = (*TABLE_DEFINITIONS, *presence.GROUP)
PAGE_DEFINITIONS: tuple[Definition, ...] = page.GROUP
READING_ORDER: tuple[Definition, ...] = (  # the order of all metrics in documents
    *attendance.PEOPLE,
    *presence.GROUP,
    *attendance.MAIN_ROOM,
    *engagement.GROUP,
    *attendance.MINUTES,
    *page.GROUP,
    *breakouts.GROUP,
    *attendance.ESTIMATES,
)


@gc_paused()
def summarize(facts: Facts, *, attendee_limit: int) -> Summary:
    """Compute a session's summary. `render_documents` replaces the state and the revision.

    The documents list at most `attendee_limit` attendees; the metrics count everybody.
    """
    data = facts.data
    definitions = (*DEFINITIONS, *(PAGE_DEFINITIONS if data.page else ()))
    return Summary(
        session=data.session,
        host=data.host,
        state="final",
        revision=0,
        metrics={definition.key: definition.metric(facts) for definition in definitions},
        sections={
            "attendees": sections.attendees(facts, attendee_limit),
            "attended_span": sections.attended_span(facts),
            "counts": sections.counts(facts),
            "minutes_stayed": sections.minutes_stayed(facts),
            "breakouts": sections.breakouts(data),
            "earlier": sections.earlier(facts),
            **(_page_sections(facts) if data.page else {}),
            **transcript.sections(facts),
        },
        warnings=(*data.findings, *check(facts)),
    )


def _page_sections(facts: Facts) -> dict[str, dict[str, Any]]:
    """Return the sections from the reports of the Summary page."""
    return {
        "timeline": timeline.timeline(facts),
        "reactions": timeline.reactions(facts),
        "polls": polls.polls(facts),
        "recordings": page_sections.recordings(facts),
        "countries": page_sections.countries(facts),
        "devices": page_sections.devices(facts),
    }
