"""A long table of the PDF, laid out page by page.

An HTML table takes quadratic time in xhtml2pdf (its issue 208), and reportlab's table copies its remaining rows at
every page. Here each page creates its own cells, so a row costs the same in a long list as in a short one. Only the PDF
engine imports this module, since it loads reportlab.
"""

from __future__ import annotations

from reportlab.platypus import Flowable

from debrief.documents.charts import svg
from debrief.documents.pdf.canvas import Pen
from debrief.documents.pdf.grid import Grid, Line

FEW = 5  # rows that are not parted from the head
TOGETHER = 220.0  # points: a table that is lower is not split


class Listing(Flowable):  # type: ignore[misc]
    """Rows of a grid from `first` to `last`, below its head."""

    def __init__(
        self, grid: Grid, first: int = 0, last: int | None = None, made: dict[int, Line] | None = None
    ) -> None:
        super().__init__()
        self.grid, self.first = grid, first
        self.last = len(grid.rows) if last is None else last
        self.made = {} if made is None else made  # rows measured and not drawn yet; parts of one table share them
        self.spans = grid.spans()
        self.head = grid.head(self.spans)

    def least(self) -> float:
        """Return the space needed to begin: the whole table if it is low, or else its head and first rows."""
        end, taken = self._end(TOGETHER)
        few = range(self.first, min(self.first + FEW, self.last))
        return taken if end == self.last else self._head_height() + sum(self._line(place).height for place in few)

    def wrap(self, _width: float, height: float) -> tuple[float, float]:
        """Return the needed space; if it is more than `height`, any larger value."""
        end, taken = self._end(height)
        return self.grid.width, taken if end == self.last else height + 1

    def split(self, _width: float, height: float) -> list[Flowable]:
        """Return the part that fits and the rest; nothing if no row fits."""
        end, _ = self._end(height)
        return (
            [Listing(self.grid, *part, self.made) for part in ((self.first, end), (end, self.last))]
            if end > self.first
            else []
        )

    def draw(self) -> None:
        """Draw row by row, so that copied text has the same order."""
        pen, top = Pen(self.canv), self._end(float("inf"))[1]
        for line in self.head:
            self._draw(pen, line, top)
            top -= line.height
        if self.head:
            pen.fill(0, top, self.grid.width, 0.6, svg.RULE)
        for place in range(self.first, self.last):
            line = self.made.pop(place)
            self._draw(pen, line, top - self.grid.style.above)
            top -= line.height
            pen.fill(0, top, self.grid.width, 0.3, svg.FAINT)
        pen.done()

    def _draw(self, pen: Pen, line: Line, top: float) -> None:
        for cell, (start, room) in zip(line.cells, self.spans, strict=True):
            cell.draw(pen, start, top, room)

    def _head_height(self) -> float:
        return sum(line.height for line in self.head)

    def _line(self, place: int) -> Line:
        if place not in self.made:
            self.made[place] = self.grid.line(self.grid.rows[place], self.spans)
        return self.made[place]

    def _end(self, height: float) -> tuple[int, float]:
        """Return the row at which this height ends, and the height up to it."""
        taken = self._head_height()
        for place in range(self.first, self.last):
            if taken + self._line(place).height > height:
                return place, taken
            taken += self._line(place).height
        return self.last, taken
