"""Pages that are drawn cell by cell, without xhtml2pdf: fast, and each height is known before anything is drawn.

Import this module only where a PDF is drawn, since it loads reportlab. All lengths are points.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from reportlab.pdfgen.canvas import Canvas

from debrief.documents.pdf import engine
from debrief.documents.pdf.canvas import Pen
from debrief.documents.pdf.cells import Cell
from debrief.documents.pdf.paper import MARGIN, WIDTH, Sheet


@dataclass(frozen=True, slots=True)
class Item:
    """A cell as wide as the text.

    `above` is the space above it, except at the top of a page. A bound item stays on the page of the next one. `head`
    is repeated above an item that begins a page. A `title` is an entry of the outline, on this level.
    """

    cell: Cell
    above: float = 0.0
    is_bound: bool = False
    title: str = ""
    level: int = 0
    head: Sequence[Cell] = ()


@dataclass(frozen=True, slots=True)
class About:
    """What a PDF says about itself, and the foot of its pages."""

    title: str
    subject: str
    language: str
    foot: str
    epoch: int  # seconds: its date
    has_contents: bool = False  # on its first page; then readers show the outline, too


@dataclass(slots=True)
class _Page:
    """A page that is being filled."""

    left: float
    items: list[Item] = field(default_factory=list)

    def has_room(self, items: Iterable[Item]) -> bool:
        return sum(item.above + item.cell.height for item in items) <= self.left

    def add(self, item: Item) -> None:
        if not self.items:
            for cell in item.head:
                self.items.append(Item(cell))
                self.left -= cell.height
        self.left -= item.cell.height + (item.above if self.items else 0.0)
        self.items.append(item)


def paginated(items: Iterable[Item], height: float) -> Iterator[list[Item]]:
    """Yield pages of this height. Bound items are split only if they are higher than a page."""
    page = _Page(height)
    for chain in _chains(items):
        if page.items and not page.has_room(chain):
            yield page.items
            page = _Page(height)
        for item in chain:
            if page.items and not page.has_room([item]):
                yield page.items
                page = _Page(height)
            page.add(item)
    yield page.items


def _chains(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield items with those that they are bound to."""
    chain: list[Item] = []
    for item in items:
        chain.append(item)
        if not item.is_bound:
            yield chain
            chain = []
    if chain:
        yield chain


def draw_pages(pages: Iterable[Sequence[Item]], sheet: Sheet, about: About) -> bytes:
    """Draw the pages, each with its foot, one after the other. The same pages give the same bytes."""
    target = io.BytesIO()
    with engine.deterministic(about.epoch):
        canvas = Canvas(target, (sheet.width, sheet.height), pageCompression=1, lang=about.language)
        canvas.setTitle(about.title)
        canvas.setAuthor("Debrief")
        canvas.setSubject(about.subject)
        if about.has_contents:
            canvas.showOutline()
        numbers: dict[str, int] = {}
        for number, page in enumerate(pages, 1):
            if number > 1:
                canvas.showPage()
            numbers["pages"] = number
            titles = _draw_page(canvas, page, sheet)
            numbers |= dict.fromkeys(titles if about.has_contents else (), number)
            canvas.saveState()
            canvas.translate(sheet.left, sheet.height - sheet.foot - engine.FOOT_SIZE - 2)
            canvas.translate(engine.draw_foot(canvas, about.foot, number), 2)
            canvas.doForm("pages")
            canvas.restoreState()
        for name, number in numbers.items():
            engine.draw_number(canvas, name, number)
        canvas.save()
    return target.getvalue()


def _draw_page(canvas: Canvas, page: Sequence[Item], sheet: Sheet) -> list[str]:
    """Draw a page, and return the anchors on it."""
    pen, top, anchors = Pen(canvas), sheet.height - MARGIN, list[str]()
    for place, item in enumerate(page):
        top -= item.above if place else 0.0
        if item.title:
            name = anchor(item.title)
            canvas.bookmarkHorizontal(name, 0, top)
            canvas.addOutlineEntry(item.title, name, item.level)
            anchors.append(name)
        item.cell.draw(pen, sheet.left, top, WIDTH)
        top -= item.cell.height
    pen.done()
    return anchors


def anchor(title: str) -> str:
    """Return the name by which a PDF refers to a title."""
    return f"at-{hashlib.sha256(title.encode('utf-8', 'replace')).hexdigest()[:12]}"
