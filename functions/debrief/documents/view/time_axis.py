"""Time axis of a session, and periods on it: interruptions, breakouts, minutes without figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from debrief.documents.text import figures, sanitize, times
from debrief.documents.text.locale_formats import PLAIN, Formats
from debrief.util.spans import Span, clipped, union

if TYPE_CHECKING:
    from debrief.model import Session, Summary

MOST_ROWS = 720  # maximum number of rows of the data table, and of points of the chart
_MOST_NAMED = 3  # maximum number of periods without figures in a sentence
_STEPS = (1, 2, 5, 10, 15, 20)  # how many values a row and a point may combine


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The times of a list of values: the first value begins at `start`, and each value covers `step` minutes.

    `offset` is the number of minutes from the session's start to `start`; `span` is the session's start and end.
    """

    start: datetime
    zone: ZoneInfo
    offset: float
    step: float
    span: Span

    def minute(self, index: float) -> float:
        """Return the minutes from the session's start to a value."""
        return self.offset + index * self.step

    def number(self, index: float) -> int:
        """Return the number of a value's minute; a session begins with minute 1."""
        return number_of(self.minute(index))

    def time(self, index: float) -> datetime:
        """Return the time of a value."""
        return self.start + timedelta(minutes=index * self.step)

    def clock(self, index: float) -> str:
        """Return the local time of a value, `16:14`, with day and zone abbreviation as in times.within."""
        return times.within(self.time(index), self.span, self.zone)

    @property
    def zone_names(self) -> str:
        """Return the name of the time zone during the session: `CET`, or `CEST, then CET`."""
        return times.zone_names(self.span, self.zone)


def axis_of(summary: Summary, section: Mapping[str, Any], zone: ZoneInfo) -> TimeAxis:
    """Return the axis of a section that has `from` (the time of its first value) and `step_seconds`."""
    start = parse_time(section["from"])
    session = summary.session
    span = (session.start, session.end)
    return TimeAxis(start, zone, minutes_in(summary, start), section["step_seconds"] / 60, span)


def minutes_in(summary: Summary, time: datetime) -> float:
    """Return the minutes from the session's start to a time."""
    return (time - summary.session.start).total_seconds() / 60


def number_of(minutes: float) -> int:
    """Return the number of the minute, counted from 1, that is `minutes` after the session's start."""
    return int(minutes + 1e-9) + 1


def parse_time(iso: str) -> datetime:
    """Parse a time of the summary. Raises ValueError if it is not valid."""
    return datetime.fromisoformat(iso)


def gaps(session: Session) -> list[Span]:
    """Return the interruptions of a session."""
    return [(before, after) for (_, before), (after, _) in pairwise(session.spans)]


def breakouts(summary: Summary) -> list[Span]:
    """Return the periods in which breakouts were open; overlapping periods are merged."""
    rows = (summary.sections.get("breakouts") or {}).get("rows") or ()
    spans = [(parse_time(row["start"]), parse_time(row["end"])) for row in rows if row["start"] and row["end"]]
    session = summary.session.start, summary.session.end
    return union(within for span in spans if (within := clipped(span, session)))


def is_within(axis: TimeAxis, index: int, spans: Sequence[Span]) -> bool:
    """Return whether one of the spans contains the middle of a value's step."""
    middle = axis.time(index + 0.5)
    return any(start <= middle < end for start, end in spans)


def breakout_note(
    viewers: Sequence[int | None], axis: TimeAxis, spans: Sequence[Span], formats: Formats = PLAIN
) -> str:
    """Say when breakouts were open, and that live viewers may be missing; blank without breakouts.

    If viewers fell below half of the peak in each breakout, say that the breakouts cause the gap in the chart.
    """
    if not spans:
        return ""
    clocks = sanitize.listed(
        [figures.DASH.join(times.within(edge, axis.span, axis.zone, formats) for edge in each) for each in spans]
    )
    most = max(count or 0 for count in viewers)
    is_gap = all(
        any(
            count is not None and 2 * count < most and is_within(axis, place, [each])
            for place, count in enumerate(viewers)
        )
        for each in spans
    )
    which = f"Breakouts {clocks}"
    if is_gap:
        which = (
            f"The gap at {clocks} is due to breakouts"
            if len(spans) == 1
            else f"The gaps at {clocks} are due to breakouts"
        )
    return f"{which}: people in them may be missing from the live viewers."


def values_per_point(values: int) -> int:
    """Return how many values share a point of the chart and a row of the table: 1 for up to 720 values, else more."""
    return next((step for step in _STEPS if values <= step * MOST_ROWS), ceil(values / MOST_ROWS))


def zero_if_unknown(viewers: Sequence[int | None]) -> list[int]:
    """Return the viewers, with 0 for unknown values."""
    return [count or 0 for count in viewers]


def unknown(viewers: Sequence[int | None]) -> list[tuple[int, int]]:
    """Return the first index and the last index + 1 of each period without figures."""
    edges = [index for index, pair in enumerate(pairwise([0, *viewers, 0])) if (pair[0] is None) != (pair[1] is None)]
    return list(zip(edges[::2], edges[1::2], strict=True))


def unknown_note(periods: Sequence[tuple[int, int]], axis: TimeAxis, formats: Formats = PLAIN) -> str:
    """Say when Kaltura gave no figures; blank if there are no such periods. `periods` is a result of `unknown`."""
    if not periods:
        return ""
    minutes = formats.plural(sum(end - start for start, end in periods), "minute", "minutes")
    clocks = ", ".join(
        figures.DASH.join(times.within(axis.time(edge), axis.span, axis.zone, formats) for edge in period)
        for period in periods[:_MOST_NAMED]
    )
    others = " and others" if len(periods) > _MOST_NAMED else ""
    return f"Kaltura gave no figures for {minutes}: {clocks}{others}."


def half_gone(viewers: Sequence[int | None], axis: TimeAxis, breakout_spans: Sequence[Span]) -> int | None:
    """Return the index from which viewers are fewer than half of the peak until the end; None if half stayed.

    Unknown values, and values during breakouts, do not show that people left.
    """
    most = max(count or 0 for count in viewers)
    last = max(
        index
        for index, count in enumerate(viewers)
        if count is None or count * 2 >= most or is_within(axis, index, breakout_spans)
    )
    return last + 1 if last + 1 < len(viewers) else None
