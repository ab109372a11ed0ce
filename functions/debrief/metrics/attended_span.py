"""The attended span: the time in which people could attend a session, even if its room stayed open longer."""

from __future__ import annotations

from datetime import timedelta

from debrief.model import SessionData
from debrief.util.columns import Cells
from debrief.util.spans import Span, clipped, union
from debrief.util.values import moment, number

TIMELINE = "60004-getTable"
VIEWERS = "combined_live_view_period_count"
_FEWEST_VIEWERS = 2  # a host who is alone in an open room does not make the span longer
_MINUTE = timedelta(minutes=1)


def attended_span(data: SessionData) -> list[Span]:
    """Return the attended span, or for a merged session the union of its parts' spans.

    The span is from the first to the last minute in which there were at least two viewers (one, if there were never
    two) or a breakout was open. If there is no timeline, or there were neither viewers nor breakouts, the session
    itself is the span. A part without viewers and breakouts is left out if another part has some.
    """
    rows = data.page.rows(TIMELINE) if data.page else ()
    dated = [((at, at + _MINUTE), viewers_in(row)) for row in rows if (at := moment(row.get("position", "")))]
    breakouts = breakout_spans(data)
    parts = [(part.start, part.end) for part in data.session.parts or (data.session,)]
    found = [span for part in parts if (span := _attended(part, dated, breakouts))] if dated else []
    return union(found or parts)


def breakout_spans(data: SessionData) -> list[Span]:
    """Return the times of the session's breakouts, without breakouts whose time is unknown."""
    times = ((moment(row.session_start_time), moment(row.session_end_time)) for row in data.breakouts)
    return [(start, end) for start, end in times if start and end]


def viewers_in(row: Cells) -> int:
    return round(number(row.get(VIEWERS, "")) or 0.0)


def _attended(part: Span, minutes: list[tuple[Span, int]], breakouts: list[Span]) -> Span | None:
    """Return the time from the first to the last moment with people in one part; None if there was nobody."""
    seen = [(span, viewers) for minute, viewers in minutes if viewers > 0 and (span := clipped(minute, part))]
    least = min(_FEWEST_VIEWERS, max((viewers for _, viewers in seen), default=0))
    spans = [span for span, viewers in seen if viewers >= least]
    spans += [span for breakout in breakouts if (span := clipped(breakout, part))]
    return (min(start for start, _ in spans), max(end for _, end in spans)) if spans else None
