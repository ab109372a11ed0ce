"""The timeline in an email: bars made of table cells, because many email clients do not show images."""

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
    unknown,
    unknown_note,
    zero_if_unknown,
)

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


@dataclass(frozen=True, slots=True)
class Bars:
    """The chart, and a sentence with the same content."""

    bars: Sequence[ViewerBar]
    peak: int  # index of the bar with the peak
    label: str  # text above the peak
    start: str  # time of day at the left
    end: str  # time of day at the right
    sentence: str
    breakouts: str  # a sentence about the times of breakouts; blank without breakouts
    unknown: str  # a sentence about the times without figures; blank if there are none

    @property
    def starts_at_peak(self) -> bool:
        """Return whether the label is to the right of the peak, not to the left."""
        return self.peak < len(self.bars) / 2

    @property
    def has_unknown(self) -> bool:
        """Return whether there is a bar whose minutes are all unknown."""
        return any(bar.is_unknown for bar in self.bars)

    @property
    def has_gap(self) -> bool:
        """Return whether there is a bar that is wholly within an interruption."""
        return any(bar.is_gap for bar in self.bars)


def bars(summary: Summary, zone: ZoneInfo, formats: Formats) -> Bars | None:
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
    bars_ = [
        _bar(
            group,
            viewers,
            peak,
            is_gap=all(is_within(axis, place, pauses) for place in group),
            is_breakout=any(is_within(axis, place, breakout_spans) for place in group),
            is_unknown=all(section["viewers"][place] is None for place in group),
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
    return Bars(bars_, [bar.is_peak for bar in bars_].index(True), label, start, end, f"{words}.", note, not_known)


def _bar(
    group: range, viewers: Sequence[int], peak: int, *, is_gap: bool, is_breakout: bool, is_unknown: bool
) -> ViewerBar:
    value = max(viewers[place] for place in group)
    height = max(round(HIGHEST * value / viewers[peak]), 1) if value else 0
    return ViewerBar(height, peak in group, is_gap, is_unknown and not is_gap, is_breakout)
