"""The timeline in an email: bars made of table cells, because many email clients do not show images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from debrief.documents.text import labels, times
from debrief.documents.view.time_axis import (
    axis_of,
    breakout_note,
    breakouts,
    gaps,
    half_gone,
    is_within,
    unknown,
    unknown_note,
    zero_if_unknown,
)
from debrief.message import Chart, Point

if TYPE_CHECKING:
    from debrief.documents.text.locale_formats import Formats
    from debrief.model import Summary

HIGHEST = 72  # px; height of the highest bar
MOST_BARS = 50


@dataclass(frozen=True, slots=True)
class ViewerBar:
    """A bar for the largest number of viewers within a few minutes."""

    height: int  # px
    is_peak: bool
    is_gap: bool  # the session was interrupted
    is_unknown: bool  # Kaltura gave no figures
    is_breakout: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars(Chart):
    """The chart as bars."""

    bars: Sequence[ViewerBar]


def bars(summary: Summary, zone: ZoneInfo, formats: Formats) -> Bars | None:
    """Return the timeline as bars; None if the timeline is unknown or has no viewers."""
    chart = chart_of(summary, zone, formats)
    return drawn(chart) if chart else None


def drawn(chart: Chart) -> Bars:
    """Return a chart as bars. The highest bar has the height HIGHEST."""
    most = chart.points[chart.peak].viewers
    values = {field.name: getattr(chart, field.name) for field in fields(Chart)}
    return Bars(**values, bars=[_bar(point, most) for point in chart.points])


def chart_of(summary: Summary, zone: ZoneInfo, formats: Formats) -> Chart | None:
    """Return the chart of the timeline; None if the timeline is unknown or has no viewers."""
    section = summary.sections.get("timeline") or {}
    viewers = zero_if_unknown(section.get("viewers") or ())
    if not any(viewers):
        return None
    axis, most = axis_of(summary, section, zone), max(viewers)
    count = min(len(viewers), MOST_BARS)
    edges = [len(viewers) * place // count for place in range(count + 1)]
    pauses, breakout_spans = gaps(summary.session), breakouts(summary)
    groups = [range(edges[place], edges[place + 1]) for place in range(count)]
    peak = viewers.index(most)
    points = [
        Point(
            axis.time(group.start),
            max(viewers[place] for place in group),
            is_peak=peak in group,
            is_gap=(is_gap := all(is_within(axis, place, pauses) for place in group)),
            is_unknown=all(section["viewers"][place] is None for place in group) and not is_gap,
            is_breakout=any(is_within(axis, place, breakout_spans) for place in group),
        )
        for group in groups
    ]

    def clock(place: float) -> str:
        return times.within(axis.time(place), axis.span, zone, formats)

    start, end = clock(0), clock(len(viewers))
    highest = labels.within_sentence(labels.short_metric("peak_live_viewers"))
    # If the clock changes, each time has its zone.
    zone_names = "" if times.clock_changes(axis.span, zone) else f" {axis.zone_names}"
    words = f"Live viewers from {start} to {end}{zone_names}: {highest} {formats.count(most)} at {clock(peak)}"
    gone = half_gone(section["viewers"], axis, breakout_spans)
    if gone is not None:
        words += f"; from {clock(gone)} on, viewers were fewer than half of the peak"
    label = f"{formats.plural(most, 'viewer', 'viewers')} at {clock(peak)}"
    note = breakout_note(section["viewers"], axis, breakout_spans, formats)
    not_known = unknown_note(unknown(section["viewers"]), axis, formats)
    return Chart(
        points=points,
        peak=[point.is_peak for point in points].index(True),
        label=label,
        start=start,
        end=end,
        sentence=f"{words}.",
        breakouts=note,
        unknown=not_known,
    )


def _bar(point: Point, most: int) -> ViewerBar:
    height = max(round(HIGHEST * point.viewers / most), 1) if point.viewers else 0
    return ViewerBar(height, point.is_peak, point.is_gap, point.is_unknown, point.is_breakout)
