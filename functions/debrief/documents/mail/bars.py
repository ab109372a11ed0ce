"""The timeline of a mail: bars of table cells, which need no image. Heights are px."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    zero_if_unknown,
)

if TYPE_CHECKING:
    from debrief.documents.text.locale_formats import Formats
    from debrief.documents.view.time_axis import TimeAxis
    from debrief.model import Summary

HIGHEST = 72
MOST_BARS = 50


@dataclass(frozen=True, slots=True)
class ViewerBar:
    """The most viewers within a few minutes. A gap is the time between two parts of an interrupted session."""

    height: int
    is_peak: bool
    is_gap: bool
    is_breakout: bool


@dataclass(frozen=True, slots=True)
class Bars:
    """The picture, and the same in a sentence.

    The label starts above the peak; if the peak is in the right half, the label ends there.
    """

    bars: Sequence[ViewerBar]
    peak: int  # which bar
    label: str
    start: str
    end: str
    sentence: str
    breakouts: str  # when they were, in a sentence; blank without any

    @property
    def starts_at_peak(self) -> bool:
        """Return whether there is more room to the right of the peak than to its left."""
        return self.peak < len(self.bars) / 2

    @property
    def has_gap(self) -> bool:
        """Return whether the session was interrupted for so long that it can be seen."""
        return any(bar.is_gap for bar in self.bars)


def bars(summary: Summary, zone: ZoneInfo, formats: Formats) -> Bars | None:
    """Return the picture of the timeline; None if the summary has no timeline, or it has no viewers."""
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
    made = [
        _bar(
            group,
            viewers,
            peak,
            is_gap=all(is_within(axis, place, pauses) for place in group),
            is_breakout=any(is_within(axis, place, breakout_spans) for place in group),
        )
        for group in groups
    ]

    def clock(place: float) -> str:
        return times.within(axis.time(place), axis.span, zone, formats)

    start, end = clock(0), clock(len(viewers))
    highest = labels.within_sentence(labels.short_metric("peak_live_viewers"))
    words = f"Live viewers from {start} to {end}{_zone(axis)}: {highest} {formats.count(most)} at {clock(peak)}"
    gone = half_gone(viewers, axis, breakout_spans)
    if gone is not None:
        words += f"; from {clock(gone)} on, fewer than half of them were left"
    label = f"{formats.plural(most, 'viewer', 'viewers')} at {clock(peak)}"
    said = breakout_note(section["viewers"], axis, breakout_spans, formats)
    return Bars(made, [bar.is_peak for bar in made].index(True), label, start, end, f"{words}.", said)


def _zone(axis: TimeAxis) -> str:
    """Return the zone's name, unless each time already names its zone."""
    return "" if times.clock_changes(axis.span, axis.zone) else f" {axis.zone_names}"


def _bar(group: range, viewers: Sequence[int], peak: int, *, is_gap: bool, is_breakout: bool) -> ViewerBar:
    value = max(viewers[place] for place in group)
    height = max(round(HIGHEST * value / viewers[peak]), 1) if value else 0
    return ViewerBar(height, peak in group, is_gap, is_breakout)
