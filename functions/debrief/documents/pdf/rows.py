"""Draw the head and the rows of a table as elements of the PDF's structure.

A grid without a head is tagged as a list: the first cell of a row is its label. Bars are artifacts, because the cell
beside a bar has its number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from debrief.documents.charts import svg
from debrief.documents.pdf.canvas import Pen
from debrief.documents.pdf.cells import Drawable, ShareBar, Words, end_word, is_blank
from debrief.documents.pdf.grid import Grid, Line
from debrief.documents.pdf.tags import Group

Spans = Sequence[tuple[float, float]]  # the start and width of each column


@dataclass(frozen=True, slots=True)
class TableHead:
    """The head of a table, with a rule below it."""

    lines: Sequence[Line]
    spans: Spans
    group: Group

    @property
    def height(self) -> float:
        return sum(line.height for line in self.lines)

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        with pen.tags.within(self.group), pen.tags.element("TR"):
            for place, (start, space) in enumerate(self.spans):
                if not all(is_blank(line.cells[place]) for line in self.lines):  # blank above a column of bars
                    with pen.tags.element("TH", scope="Column"):
                        self._draw(pen, place, x + start, top, space)
        pen.fill(x, top - self.height, width, 0.6, svg.RULE)

    def _draw(self, pen: Pen, place: int, x: float, top: float, width: float) -> None:
        for line in self.lines:
            line.cells[place].draw(pen, x, top, width)
            end_word(pen, line.cells[place])
            top -= line.height


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table or of a list, with a rule below it."""

    line: Line
    spans: Spans
    group: Group
    above: float  # space above the cells

    @property
    def height(self) -> float:
        return self.line.height

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        if self.group.tag == "Table" and all(type(cell) is Words for cell in self.line.cells):  # nearly always
            self._texts(pen, x, top - self.above)
        else:
            with pen.tags.within(self.group):
                draw = self._row if self.group.tag == "Table" else self._item
                draw(pen, x, top - self.above)
        pen.fill(x, top - self.height, width, 0.3, svg.FAINT)

    def _row(self, pen: Pen, x: float, top: float) -> None:
        cells, spans = self.line.cells, self.spans
        with pen.tags.element("TR"):
            for place, (cell, (start, space)) in enumerate(zip(cells, spans, strict=True)):
                if isinstance(cell, ShareBar):
                    cell.draw(pen, x + start, top, space)
                    continue
                with pen.tags.element("TD") if place or is_blank(cell) else pen.tags.element("TH", scope="Row"):
                    cell.draw(pen, x + start, top, space)

    def _texts(self, pen: Pen, x: float, top: float) -> None:
        """Draw a row of texts only."""
        cells: Sequence[Words] = self.line.cells  # type: ignore[assignment]
        filled = [bool(cell.lines[0]) for cell in cells]
        operators = iter(pen.tags.row(self.group, filled))
        for cell, (start, space), is_filled in zip(cells, self.spans, filled, strict=True):
            if not is_filled:
                continue
            if cell.parts or cell.right:
                with pen.tags.within(self.group):
                    pen.mark(next(operators))
                    cell.draw(pen, x + start, top, space)
            else:
                pen.write_leaf(next(operators), cell.lines, x + start + cell.indent, top - cell.style.size, cell.style)

    def _item(self, pen: Pen, x: float, top: float) -> None:
        element = pen.tags.element
        label, *others = zip(self.line.cells, self.spans, strict=True)
        with element("LI"):
            with element("Lbl"):
                _draw(pen, label, x, top)
            with element("LBody"):
                for other in others:
                    if isinstance(other[0], ShareBar):
                        _draw(pen, other, x, top)
                    elif not is_blank(other[0]):
                        with element("P"):
                            _draw(pen, other, x, top)


def _draw(pen: Pen, placed: tuple[Drawable, tuple[float, float]], x: float, top: float) -> None:
    cell, (start, space) = placed
    cell.draw(pen, x + start, top, space)


def grid_rows(grid: Grid, group: Group | None = None) -> tuple[list[TableHead], Iterator[TableRow]]:
    """Return a grid's head (an empty list if it has none), and an iterator over its rows.

    `group` is the element of the table or list; give it if several grids belong to one table.
    """
    spans, group = grid.spans(), group or Group("Table" if grid.has_head else "L")
    lines = grid.head(spans)[0 if any(column.unit for column in grid.columns) or grid.axes else 1 :]
    head = [TableHead(lines, spans, group)] if lines else []
    line, above = grid.layout(spans), grid.style.above
    return head, (TableRow(line(row), spans, group, above) for row in grid.rows)
