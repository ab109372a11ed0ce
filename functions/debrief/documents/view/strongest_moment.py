"""A sentence about the moment with the most reactions, for emails and below the timeline chart."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from debrief.documents.text import figures, labels, times
from debrief.documents.text.locale_formats import PLAIN, Formats
from debrief.documents.view.time_axis import parse_time
from debrief.model import Summary

LEAST_REACTIONS = 3  # a moment with fewer reactions is not marked


def strongest_moment(summary: Summary, zone: ZoneInfo, formats: Formats = PLAIN) -> str:
    """Say when most reactions were sent; blank if they are unknown, or too few to mark the moment."""
    rows = (summary.sections.get("reactions") or {}).get("moments") or ()
    if not rows or rows[0]["total"] < LEAST_REACTIONS:
        return ""
    most, span = rows[0], (summary.session.start, summary.session.end)
    start, end = (times.within(parse_time(most[key]), span, zone, formats) for key in ("from", "to"))
    when = start if start == end else f"{start}{figures.DASH}{end}"
    sent = formats.plural(most["total"], "reaction", "reactions")
    return f"Strongest moment: {when}, {sent}, most often {labels.reaction(most['top'])}."
