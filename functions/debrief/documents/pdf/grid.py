"""Tables of the PDF: cells, type settings and column widths. All lengths are points.

Import this module only where a PDF is drawn, since it loads reportlab.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

from debrief.documents.charts import svg
from debrief.documents.pdf import text_layout
from debrief.documents.pdf.canvas import Type
from debrief.documents.pdf.cells import Cell, words
from debrief.documents.view import model


@dataclass(frozen=True, slots=True)
class Style:
    """Type settings of a table and, in points, the space around text."""

    size: float = 8.0
    leading: float = 10.5
    head_size: float = 8.0
    above: float = 3.4
    below: float = 3.8
    gutter: float = 12.0
    lines: int = 4  # of a cell at most; what is longer ends in an ellipsis

    @property
    def body(self) -> Type:
        """Return the type of ordinary cells."""
        return Type(self.size, self.leading)

    @property
    def quiet(self) -> Type:
        """Return the type of secondary cells."""
        return Type(self.size, self.leading, svg.QUIET)

    @property
    def head(self) -> Type:
        """Return the type of heads."""
        return Type(self.head_size, self.head_size * 1.31, bold=True)

    @property
    def unit(self) -> Type:
        """Return the type of units."""
        return Type(self.head_size, self.head_size * 1.31, svg.QUIET)


NORMAL = Style()
PROSE = Style(lines=12)
SMALL = Style(size=7.2, leading=9.2, head_size=6.8, above=2.6, below=2.9, gutter=6.0)

Row: TypeAlias = Sequence[str | Cell]  # a string is set in its column's type


@dataclass(frozen=True, slots=True)
class Line:
    """A row to draw: its cells, and its height with the space around them."""

    cells: Sequence[Cell]
    height: float


@dataclass(frozen=True, slots=True)
class Grid:
    """A table, `width` points wide. `axes` replace the unit in the head of the columns with these numbers."""

    columns: Sequence[model.Column]
    rows: Sequence[Row] = field(repr=False)
    width: float
    style: Style = NORMAL
    has_head: bool = True
    axes: Mapping[int, Cell] = field(default_factory=dict)

    def spans(self) -> list[tuple[float, float]]:
        """Return the start and width of each column's cells, without the gutters."""
        starts = [0.0]
        for width in self._widths():
            starts.append(starts[-1] + width)
        spans = [(start, end - start - self.style.gutter) for start, end in pairwise(starts)]
        for place, (left, right) in enumerate(pairwise(self.columns), 1):
            if left.numeric and not right.numeric:  # or else text would directly follow figures
                start, room = spans[place]
                spans[place] = (start + self.style.gutter / 2, room - self.style.gutter / 2)
        return spans

    def _widths(self) -> list[float]:
        """Return the width of each column with its gutter: its share, but at least its head."""
        whole, room = sum(column.width for column in self.columns), self.width + self.style.gutter
        shares = [column.width / whole * room for column in self.columns]
        spare = [share - self._head_width(column) for share, column in zip(shares, self.columns, strict=True)]
        lack, plenty = -sum(part for part in spare if part < 0), sum(part for part in spare if part > 0)
        kept = max(1 - lack / plenty, 0.0) if plenty else 0.0
        return [share - part + max(part, 0.0) * kept for share, part in zip(shares, spare, strict=True)]

    def _head_width(self, column: model.Column) -> float:
        head, unit = self.style.head, self.style.unit
        widths = (
            text_layout.width_of(column.head, head.size, head.names),
            text_layout.width_of(column.unit, unit.size, unit.names),
        )
        return max(widths) + self.style.gutter + 0.1 if self.has_head else 0.0

    def line(self, row: Row, spans: Sequence[tuple[float, float]]) -> Line:
        """Return a row, with its text broken to the columns' widths."""
        cells = [
            self._words(cell, column, room) if isinstance(cell, str) else cell
            for cell, column, (_, room) in zip(row, self.columns, spans, strict=True)
        ]
        return Line(cells, self.style.above + max(cell.height for cell in cells) + self.style.below)

    def _words(self, text: str, column: model.Column, room: float) -> Cell:
        type_ = self.style.quiet if column.quiet else self.style.body
        return words(text, room, type_, most=self.style.lines, right=column.numeric)

    def head(self, spans: Sequence[tuple[float, float]]) -> list[Line]:
        """Return the heads above their units; a head without a unit is on the lower line."""
        if not self.has_head:
            return []
        upper: list[Cell] = []
        lower: list[Cell] = []
        for place, (column, (_, room)) in enumerate(zip(self.columns, spans, strict=True)):
            name = words(column.head, room, self.style.head, most=1, right=column.numeric)
            unit = self.axes.get(place) or words(column.unit, room, self.style.unit, most=1, right=column.numeric)
            has_unit = bool(column.unit) or place in self.axes
            upper.append(name if has_unit else words("", room, self.style.head))
            lower.append(unit if has_unit else name)
        height = self.style.head.leading
        return [Line(upper, height + 1), Line(lower, height + self.style.below + 1)]
