"""The table of contents on a report's first page: a link and a page number for each section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from debrief.documents.charts import svg
from debrief.documents.pdf import text_layout
from debrief.documents.pdf.canvas import Pen, TextStyle
from debrief.documents.pdf.footer import FOOTER_SIZE
from debrief.documents.pdf.page_layout import anchor
from debrief.documents.pdf.paper import WIDTH

_STYLE = TextStyle(FOOTER_SIZE, 12.0, svg.QUIET)
_BEFORE, _NUMBER, _GAP = 3.0, 14.0, 10.0  # the space before a page number, its width, and the space after it


class _Entry(NamedTuple):
    title: str
    x: float
    width: float  # width of the title
    line: int


@dataclass(frozen=True, slots=True)
class TableOfContents:
    """Titles with page numbers. A number is a reference to a drawing that is defined when all pages are drawn."""

    titles: Sequence[str]

    @property
    def height(self) -> float:
        return (max((entry.line for entry in self._entries()), default=0) + 1) * _STYLE.leading

    def draw(self, pen: Pen, x: float, top: float, _width: float) -> None:
        with pen.tags.element("TOC"):
            for entry in self._entries():
                with pen.tags.element("TOCI"), pen.tags.element("Reference"), pen.tags.element("Link"):
                    self._draw(pen, entry, x, top)

    def _draw(self, pen: Pen, entry: _Entry, x: float, top: float) -> None:
        base = top - entry.line * _STYLE.leading - _STYLE.size
        left, right = x + entry.x, x + entry.x + entry.width + _BEFORE
        pen.write([(entry.title, _STYLE.names[0])], left, base, _STYLE.size, svg.INK)
        pen.space(_STYLE.names[0], _STYLE.size)
        pen.flush()
        name = anchor(entry.title)
        with pen.content() as canvas:
            canvas.saveState()
            canvas.translate(right, base)
            canvas.doForm(name)
            canvas.restoreState()
        pen.canvas.linkRect(entry.title, name, (left, base - 2, right + _NUMBER, base + _STYLE.size), thickness=0)
        pen.tags.link(pen.canvas)

    def _entries(self) -> Iterator[_Entry]:
        x, line = 0.0, 0
        for title in self.titles:
            width = text_layout.width_of(title, _STYLE.size, _STYLE.names)
            if x and x + width + _BEFORE + _NUMBER > WIDTH:
                x, line = 0.0, line + 1
            yield _Entry(title, x, width, line)
            x += width + _BEFORE + _NUMBER + _GAP
