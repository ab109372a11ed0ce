"""A long table of an event's PDF, laid out page by page.

An HTML table takes quadratic time in xhtml2pdf (its issue 208), and reportlab's table copies all remaining rows at each
page. Here the time for a row does not depend on the number of rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.platypus import Flowable

from debrief.documents.pdf.canvas import Pen
from debrief.documents.pdf.cells import Artifact
from debrief.documents.pdf.grid import Grid, Line
from debrief.documents.pdf.rows import TableHead, TableRow
from debrief.documents.pdf.tags import Group

FIRST_ROWS = 5  # number of rows that stay with the head
UNSPLIT_HEIGHT = 220.0  # points; a table up to this height is not split


class _Lines(dict[int, Line]):
    """Rows that are laid out but not drawn. All parts of a split table share them."""

    def __init__(self, grid: Grid, spans: Sequence[tuple[float, float]]) -> None:
        super().__init__()
        self.rows, self.layout = grid.rows, grid.layout(spans)

    def __missing__(self, place: int) -> Line:
        self[place] = self.layout(self.rows[place])
        return self[place]


class Listing(Flowable):  # type: ignore[misc]
    """Rows of a grid from `first` to `last`, below its head. All parts of a split table are one element `group`."""

    def __init__(
        self,
        grid: Grid,
        first: int = 0,
        last: int | None = None,
        lines: _Lines | None = None,
        group: Group | None = None,
    ) -> None:
        super().__init__()
        self.grid, self.first = grid, first
        self.last = len(grid.rows) if last is None else last
        self.group = group or Group("Table" if grid.has_head else "L")
        self.spans = grid.spans()
        self.lines = _Lines(grid, self.spans) if lines is None else lines
        head = TableHead(grid.head(self.spans), self.spans, self.group)
        self.head = [Artifact(head) if first else head] if head.lines else []  # a repeated head is read only once

    def least(self) -> float:
        """Return the height needed to start on a page: the whole table if it is not split, else head and first rows."""
        end, taken = self._end(UNSPLIT_HEIGHT)
        few = range(self.first, min(self.first + FIRST_ROWS, self.last))
        return taken if end == self.last else self._head_height() + sum(self.lines[place].height for place in few)

    def wrap(self, _width: float, height: float) -> tuple[float, float]:
        """Return the needed width and height; if the table is higher than `height`, any larger height."""
        end, taken = self._end(height)
        return self.grid.width, taken if end == self.last else height + 1

    def split(self, _width: float, height: float) -> list[Flowable]:
        """Return the part that fits and the rest; empty if no row fits."""
        end, _ = self._end(height)
        if end == self.first:
            return []
        parts = ((self.first, end), (end, self.last))
        return [Listing(self.grid, *part, self.lines, self.group) for part in parts]

    def draw(self) -> None:
        """Draw row by row, so that text copied from the PDF has the same order."""
        pen, top, width = Pen(self.canv), self._end(float("inf"))[1], self.grid.width
        for head in self.head:
            head.draw(pen, 0.0, top, width)
            top -= head.height
        for place in range(self.first, self.last):
            row = TableRow(self.lines.pop(place), self.spans, self.group, self.grid.style.above)
            row.draw(pen, 0.0, top, width)
            top -= row.height
        pen.flush()

    def _head_height(self) -> float:
        return sum(head.height for head in self.head)

    def _end(self, height: float) -> tuple[int, float]:
        """Return the first row that does not fit into `height`, and the height of the table before it."""
        taken = self._head_height()
        for place in range(self.first, self.last):
            if taken + self.lines[place].height > height:
                return place, taken
            taken += self.lines[place].height
        return self.last, taken
