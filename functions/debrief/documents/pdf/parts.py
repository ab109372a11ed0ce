"""Parts of a page: headings, paragraphs, tables, tiles, pictures."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from reportlab.lib.utils import ImageReader

from debrief.documents.charts import svg
from debrief.documents.pdf import text_layout
from debrief.documents.pdf.canvas import Pen, TextStyle
from debrief.documents.pdf.cells import Drawable, Tagged, Words, words
from debrief.documents.pdf.chart import chart
from debrief.documents.pdf.grid import NORMAL, Grid
from debrief.documents.pdf.page_layout import Item
from debrief.documents.pdf.paper import WIDTH
from debrief.documents.pdf.pictures import Picture
from debrief.documents.pdf.rows import grid_rows
from debrief.documents.pdf.tags import Group
from debrief.documents.view.tile import Tile

BODY = TextStyle(9.0, 13.0)
QUIET = TextStyle(9.0, 13.0, svg.QUIET)
HEADING = TextStyle(12.5, 16.2, bold=True)
LABEL = TextStyle(9.0, 12.5, bold=True)
NOTE, TREND = TextStyle(8.0, 11.0, svg.QUIET), TextStyle(8.0, 11.0)
FIGURE, UNIT = TextStyle(23.0, 29.0), TextStyle(10.0, 29.0, svg.QUIET)
UNSPLIT_HEIGHT, UNSPLIT_ROWS = 260.0, 20  # a table up to this height and number of rows is not split
ROWS_AT_BREAK = 3  # least number of rows of a split table on its first and on its last page
BRIEF = replace(NORMAL, lines=2, above=2.6, below=2.9)  # the style of compact tables


@dataclass(frozen=True, slots=True)
class Image:
    """A PNG or JPEG picture in its own size. It is an artifact: a logo says nothing that the report does not say."""

    body: bytes
    size: tuple[float, float]

    @property
    def height(self) -> float:
        return self.size[1]

    def draw(self, pen: Pen, x: float, top: float, _width: float) -> None:
        with pen.tags.artifact(), pen.content() as canvas:
            canvas.drawImage(ImageReader(io.BytesIO(self.body)), x, top - self.height, *self.size, mask="auto")


@dataclass(frozen=True, slots=True)
class Beside:
    """Drawables of equal width side by side, in `across` columns. Columns on the right may be empty."""

    cells: Sequence[Drawable]
    across: int
    gap: float

    @property
    def height(self) -> float:
        return max(cell.height for cell in self.cells)

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        each = column_width(self.across, self.gap, width)
        for place, cell in enumerate(self.cells):
            cell.draw(pen, x + place * (each + self.gap), top, each)


@dataclass(frozen=True, slots=True)
class TileCell:
    """A tile: the label, the figure, then its notes."""

    label: Words
    value: Sequence[text_layout.Run]
    unit: Sequence[text_layout.Run]
    notes: Sequence[Words]
    is_percent: bool
    group: Group

    @property
    def height(self) -> float:
        return 6 + self.label.height + FIGURE.leading + sum(note.height for note in self.notes) + 7

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        element = pen.tags.element
        pen.fill(x, top - 1.2, width, 1.2, svg.RULE)
        with pen.tags.within(self.group), element("LI"):
            with element("Lbl"):
                self.label.draw(pen, x, top - 6, width)
            with element("LBody"):
                top -= 6 + self.label.height
                with element("P"):
                    self._figure(pen, x, top - FIGURE.size)
                top -= FIGURE.leading
                for note in self.notes:
                    with element("P"):
                        note.draw(pen, x, top, width)
                    top -= note.height

    def _figure(self, pen: Pen, x: float, y: float) -> None:
        pen.write(self.value, x, y, FIGURE.size, FIGURE.color)
        start = x + text_layout.length(self.value, FIGURE.size) + (1 if self.is_percent else 3)
        if self.unit:
            if not self.is_percent:
                pen.space(FIGURE.names[0], FIGURE.size)
            pen.write(self.unit, start, y, UNIT.size, UNIT.color)


def column_width(across: int, gap: float, width: float = WIDTH) -> float:
    """Return the width of each of `across` columns."""
    return (width - gap * (across - 1)) / across


def heading(title: str, level: int = 1) -> Item:
    """Return the title of a section (level 1) or a subsection (level 2). It stays with the next item."""
    style, above = (HEADING, 20) if level == 1 else (LABEL, 12)
    return Item(words(title, WIDTH, style, most=1), above, is_bound=True, title=title, level=level)


def paragraph(
    text: str, style: TextStyle = QUIET, *, most: int = 4, above: float = 2.0, is_bound: bool = False
) -> Item:
    """Return a paragraph of at most `most` lines."""
    return Item(Tagged("P", words(text, WIDTH, style, most=most)), above, is_bound)


def note(text: str, width: float, *, most: int = 4) -> Drawable:
    """Return a paragraph in small letters."""
    return Tagged("P", words(text, width, NOTE, most=most))


def tiles(found: Sequence[Tile]) -> Iterator[Item]:
    """Yield rows of tiles."""
    across, gap, group = *((4, 16.0) if len(found) > 6 else (3, 17.0)), Group("L")
    for first in range(0, len(found), across):
        cells = [_tile(tile, column_width(across, gap), group) for tile in found[first : first + across]]
        yield Item(Beside(cells, across, gap), above=5 if first else 14)


def _tile(tile: Tile, width: float, group: Group) -> TileCell:
    value, unit = ([(text, FIGURE.names[0])] if text else [] for text in (tile.value, tile.unit))
    notes = [words(text, width, style, most=3) for text, style in ((tile.trend, TREND), (tile.note, NOTE)) if text]
    return TileCell(words(tile.label, width, LABEL, most=2), value, unit, notes, tile.unit == "%", group)


def table(grid: Grid, above: float = 4.0, after: Sequence[Drawable] = ()) -> Iterator[Item]:
    """Yield a table, then the drawables `after` it.

    A small table is not split. A split table repeats its head on every page, and has several rows on each page.
    """
    head, body = grid_rows(grid)
    rows: Iterable[Drawable] = chain(body, after)
    is_low, last = False, len(grid.rows) + len(after) - 1
    if last < UNSPLIT_ROWS:
        rows = list(rows)
        is_low = sum(row.height for row in rows) <= UNSPLIT_HEIGHT
    for line in head:
        yield Item(line, above, is_bound=True)
    for place, row in enumerate(rows):
        is_bound = place < last and (is_low or place < ROWS_AT_BREAK - 1 or place >= last - ROWS_AT_BREAK + 1)
        yield Item(row, 0.0 if place or head else above, is_bound=is_bound, head=head if place else ())


def drawing(picture: Picture) -> Drawable:
    """Return a picture as a drawable, which several PDFs may draw."""
    return Image(picture.body, (picture.width, picture.height)) if picture.kind != "svg+xml" else chart(picture)
