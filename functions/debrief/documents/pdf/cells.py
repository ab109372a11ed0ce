"""Cells of the PDF's tables: text and bars. All lengths are points.

Import this module only where a PDF is drawn, since it loads reportlab.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from reportlab.platypus import Flowable

from debrief.documents.charts import svg
from debrief.documents.pdf import text_layout
from debrief.documents.pdf.canvas import Pen, Type

HIGH, BAR = 9.0, 5.5  # the height of a row, and of a bar in its middle
SMALLEST = 0.85  # of the type's size: an address that is still too wide is cut


class Cell(Protocol):
    """Content of a table cell."""

    @property
    def height(self) -> float:
        """Return how much room it takes."""

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw it from `x` to `x + width`, below `top`."""


@dataclass(frozen=True, slots=True)
class Words:
    """Lines of text in one type."""

    lines: Sequence[Sequence[text_layout.Run]]
    type: Type
    right: bool = False
    indent: float = 0.0

    @property
    def height(self) -> float:
        """Return how much room it takes."""
        return len(self.lines) * self.type.leading

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw it below `top`."""
        for place, line in enumerate(self.lines):
            start = x + width - text_layout.length(line, self.type.size) if self.right else x + self.indent
            pen.write(line, start, top - self.type.size - place * self.type.leading, self.type.size, self.type.color)


@dataclass(frozen=True, slots=True)
class Stack:
    """Cells one below the other."""

    cells: Sequence[Cell]

    @property
    def height(self) -> float:
        """Return how much room it takes."""
        return sum(cell.height for cell in self.cells)

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw it below `top`."""
        for cell in self.cells:
            cell.draw(pen, x, top, width)
            top -= cell.height


@dataclass(frozen=True, slots=True)
class ShareBar:
    """A bar for a share, 0..1, on a track for the whole; nothing if unknown."""

    share: float | None
    color: str
    height: float = HIGH

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw it below `top`."""
        if self.share is None:
            return
        bottom = top - self.height / 2 - BAR / 2
        pen.fill(x, bottom, width, BAR, svg.FAINT)
        pen.fill(x, bottom, min(max(self.share, 0.0), 1.0) * width, BAR, self.color)


class Drawn(Flowable):  # type: ignore[misc]
    """A cell outside of tables, over the whole width."""

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.cell = cell

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """Return the needed space."""
        self.width, self.height = width, self.cell.height
        return width, self.cell.height

    def draw(self) -> None:
        """Draw the cell."""
        pen = Pen(self.canv)
        self.cell.draw(pen, 0, self.cell.height, self.width)
        pen.done()


def words(text: str, room: float, type_: Type, *, most: int = 4, right: bool = False, indent: float = 0.0) -> Words:
    """Break a text into at most this many lines of this width."""
    names = type_.names
    plain = [(text, names[0])]
    if text_layout.is_certain(text) and (
        len(text) * type_.size <= room or text_layout.length(plain, type_.size) <= room
    ):
        return Words([plain], type_, right, indent)
    if "@" in text:
        text, type_ = _with_addresses(text, room, type_)
    lines = text_layout.wrapped(text, room, type_.size, names, most=most)
    direction = text_layout.direction_of(text)
    return Words([text_layout.runs(line, direction, names) for line in lines], type_, right, indent)


def _with_addresses(text: str, room: float, type_: Type) -> tuple[str, Type]:
    """Keep each e-mail address on one line: an address alone in smaller type, or else cut after its `@`."""
    names = type_.names
    width = text_layout.width_of(text, type_.size, names)
    if " " not in text and room < width <= room / SMALLEST:
        return text, replace(type_, size=type_.size * room / width - 0.01)
    found = (text_layout.cut_address(word, room, type_.size, names) if "@" in word else word for word in text.split())
    return " ".join(found), type_
