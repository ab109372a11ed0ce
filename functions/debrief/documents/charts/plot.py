"""Coordinates of the timeline chart: positions in px for minutes and values. Each scale has its own panel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from debrief.documents.charts.svg import Frame
from debrief.documents.view.model import Timeline
from debrief.documents.view.time_axis import TimeAxis, values_per_point

GUTTER = 3.8  # em; space on the right for the values of the scales
ROW = 1.7  # em; height of a line of text

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel with a scale. `top` and `base` are in px; `most` is the value at the top, 0 is at the base."""

    top: float
    base: float
    most: float

    def y(self, value: float) -> float:
        """Return the position of a value; a value larger than `most` is at the top."""
        return self.base - min(value / self.most, 1.0) * (self.base - self.top)


@dataclass(frozen=True, slots=True)
class Plot:
    """The time axis in px. A point of the curves combines `values_per_point` values of the timeline."""

    frame: Frame
    axis: TimeAxis
    values: int
    values_per_point: int

    @property
    def width(self) -> float:
        """Return the width of the curves, px."""
        return self.frame.width - GUTTER * self.frame.letters

    @property
    def row(self) -> float:
        """Return the height of a line of text, px."""
        return ROW * self.frame.letters

    @property
    def first(self) -> float:
        """Return the start of the axis, minutes from the session's start."""
        return self.axis.minute(0)

    @property
    def last(self) -> float:
        """Return the end of the axis, minutes from the session's start."""
        return self.axis.minute(self.values)

    @property
    def each(self) -> float:
        """Return the number of minutes in a point."""
        return self.values_per_point * self.axis.step

    def x(self, minute: float) -> float:
        """Return the position of a minute; minutes outside the axis are at its start or end."""
        part = (minute - self.first) / max(self.last - self.first, 1e-9)
        return min(max(part, 0.0), 1.0) * self.width

    def middle(self, point: int) -> float:
        """Return the position of a point: the middle of its minutes."""
        return self.x(self.first + (point + 0.5) * self.each)

    def at(self, index: int) -> float:
        """Return the position of the point that contains a value of the timeline."""
        return self.middle(index // self.values_per_point)

    def points(self, values: Sequence[T], take: Callable[[Sequence[T]], U]) -> list[U]:
        """Combine values of the timeline into a value for each point, with the function `take`."""
        return [take(values[n : n + self.values_per_point]) for n in range(0, len(values), self.values_per_point)]


def plot_of(line: Timeline, frame: Frame) -> Plot:
    """Return the coordinates of a timeline's chart. Raises ValueError if the timeline has no values."""
    if line.axis is None or not line.viewers:
        raise ValueError("a timeline without values has no chart")
    count = len(line.viewers)
    return Plot(frame, line.axis, count, values_per_point(count))
