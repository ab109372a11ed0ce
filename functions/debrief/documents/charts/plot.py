"""The plane of the chart over time: one time axis, on it one panel for each scale. Minutes in, px out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from debrief.documents.charts.svg import Frame
from debrief.documents.view.model import Timeline
from debrief.documents.view.time_axis import TimeAxis, together

GUTTER = 3.8  # em, on the right for the scales' values
ROW = 1.7  # em, the room that a line of words takes

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Panel:
    """One scale: where its end and its baseline are (px), and the value at its end."""

    top: float
    base: float
    most: float

    def y(self, value: float) -> float:
        """Where a value is; one beyond the scale's end is at its end."""
        return self.base - min(value / self.most, 1.0) * (self.base - self.top)


@dataclass(frozen=True, slots=True)
class Plot:
    """The time axis in px. A point is drawn for `together` values of the timeline, in their middle."""

    frame: Frame
    axis: TimeAxis
    values: int
    together: int

    @property
    def width(self) -> float:
        """The room for the curves, px."""
        return self.frame.width - GUTTER * self.frame.letters

    @property
    def row(self) -> float:
        """The room for a line of words, px."""
        return ROW * self.frame.letters

    @property
    def first(self) -> float:
        """Where the axis begins, minutes from the session's start."""
        return self.axis.minute(0)

    @property
    def last(self) -> float:
        """Where it ends."""
        return self.axis.minute(self.values)

    @property
    def each(self) -> float:
        """How many minutes a point stands for."""
        return self.together * self.axis.step

    def x(self, minute: float) -> float:
        """Where a minute is; one outside of the axis is at its end."""
        part = (minute - self.first) / max(self.last - self.first, 1e-9)
        return min(max(part, 0.0), 1.0) * self.width

    def middle(self, point: int) -> float:
        """Where a point is drawn."""
        return self.x(self.first + (point + 0.5) * self.each)

    def at(self, place: int) -> float:
        """Where the point is that a value of the timeline went into."""
        return self.middle(place // self.together)

    def points(self, values: Sequence[T], take: Callable[[Sequence[T]], U]) -> list[U]:
        """What to draw, from the timeline's values."""
        return [take(values[n : n + self.together]) for n in range(0, len(values), self.together)]


def plot_of(line: Timeline, frame: Frame) -> Plot:
    """The plane for a timeline that has values. Raises ValueError when it has none."""
    if line.axis is None or not line.viewers:
        raise ValueError("a timeline without values has no chart")
    count = len(line.viewers)
    return Plot(frame, line.axis, count, together(count))
