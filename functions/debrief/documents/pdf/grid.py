"""Tables of the PDF: styles, column widths, and rows that are ready to draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import pairwise
from typing import TypeAlias

from debrief.documents.charts import svg
from debrief.documents.pdf import text_layout
from debrief.documents.pdf.canvas import TextStyle
from debrief.documents.pdf.cells import Drawable, Words, words
from debrief.documents.view import model


@dataclass(frozen=True, slots=True)
class TableStyle:
    """The text styles of a table, and the space around its texts."""

    size: float = 8.0
    leading: float = 10.5
    head_size: float = 8.0
    above: float = 3.4
    below: float = 3.8
    gutter: float = 12.0
    lines: int = 4  # maximum number of lines of a cell; a longer text ends in an ellipsis

    @property
    def body(self) -> TextStyle:
        """Return the style of ordinary cells."""
        return TextStyle(self.size, self.leading)

    @property
    def quiet(self) -> TextStyle:
        """Return the style of cells in quiet columns."""
        return TextStyle(self.size, self.leading, svg.QUIET)

    @property
    def head(self) -> TextStyle:
        """Return the style of heads."""
        return TextStyle(self.head_size, self.head_size * 1.31, bold=True)

    @property
    def unit(self) -> TextStyle:
        """Return the style of units."""
        return TextStyle(self.head_size, self.head_size * 1.31, svg.QUIET)


NORMAL = TableStyle()
PROSE = TableStyle(lines=12)
SMALL = TableStyle(leading=10.0, above=2.6, below=2.9, gutter=6.0)

Row: TypeAlias = Sequence[str | Drawable]  # a text gets the style of its column


@dataclass(frozen=True, slots=True)
class Line:
    """A table's row that is ready to draw, with cells of one or more lines of text.

    `height` includes the space around the cells.
    """

    cells: Sequence[Drawable]
    height: float


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `axes` maps the index of a column to a drawable that replaces the unit in its head."""

    columns: Sequence[model.Column]
    rows: Sequence[Row] = field(repr=False)
    width: float
    style: TableStyle = NORMAL
    has_head: bool = True
    axes: Mapping[int, Drawable] = field(default_factory=dict)

    def spans(self) -> list[tuple[float, float]]:
        """Return the start and width of each column, without the gutters."""
        starts = [0.0]
        for width in self._widths():
            starts.append(starts[-1] + width)
        spans = [(start, end - start - self.style.gutter) for start, end in pairwise(starts)]
        for place, (left, right) in enumerate(pairwise(self.columns), 1):
            if left.numeric and not right.numeric:  # add space, because figures are aligned right and texts left
                start, width = spans[place]
                spans[place] = (start + self.style.gutter / 2, width - self.style.gutter / 2)
        return spans

    def _widths(self) -> list[float]:
        """Return the width of each column with its gutter: its share of the table, at least the width of its head."""
        whole, width = sum(column.width for column in self.columns), self.width + self.style.gutter
        shares = [column.width / whole * width for column in self.columns]
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

    def layout(self, spans: Sequence[tuple[float, float]]) -> Callable[[Row], Line]:
        """Return a function that makes a row ready to draw: it breaks texts into lines that fit into the columns."""
        style, body, quiet = self.style, self.style.body, self.style.quiet
        columns = [
            _column(width, quiet if column.quiet else body, most=style.lines, right=column.numeric)
            for column, (_, width) in zip(self.columns, spans, strict=True)
        ]

        def line(row: Row) -> Line:
            cells = [made(cell) if isinstance(cell, str) else cell for cell, made in zip(row, columns, strict=True)]
            return Line(cells, style.above + max([cell.height for cell in cells]) + style.below)

        return line

    def head(self, spans: Sequence[tuple[float, float]]) -> list[Line]:
        """Return two rows for the head: titles above units. The title of a column without unit is in the lower row."""
        if not self.has_head:
            return []
        upper: list[Drawable] = []
        lower: list[Drawable] = []
        for place, (column, (_, width)) in enumerate(zip(self.columns, spans, strict=True)):
            name = words(column.head, width, self.style.head, most=1, right=column.numeric)
            unit = self.axes.get(place) or words(column.unit, width, self.style.unit, most=1, right=column.numeric)
            has_unit = bool(column.unit) or place in self.axes
            upper.append(name if has_unit else words("", width, self.style.head))
            lower.append(unit if has_unit else name)
        height = self.style.head.leading
        return [Line(upper, height + 1), Line(lower, height + self.style.below + 1)]


def _column(width: float, style: TextStyle, *, most: int, right: bool) -> Callable[[str], Words]:
    """Return a function that lays out the texts of a column. It has its own cache, which is faster than that of all."""
    return lru_cache(maxsize=1024)(partial(words.__wrapped__, width=width, style=style, most=most, right=right))
