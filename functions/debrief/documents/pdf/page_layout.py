"""Lay out and draw pages of a PDF without xhtml2pdf: this is fast, and all heights are known before drawing begins."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from reportlab.pdfgen.canvas import Canvas

from debrief.documents.pdf import settings
from debrief.documents.pdf.canvas import Pen
from debrief.documents.pdf.cells import Artifact, Drawable
from debrief.documents.pdf.footer import FOOTER_SIZE, draw_footer, draw_number
from debrief.documents.pdf.paper import MARGIN, WIDTH, PaperSize


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a page, as wide as the text."""

    content: Drawable
    above: float = 0.0  # the space above it, except at the top of a page
    is_bound: bool = False  # whether it must be on the same page as the next item
    title: str = ""  # its entry in the outline, if it is a heading
    level: int = 0  # the level of this entry: 0 for H1
    head: Sequence[Drawable] = ()  # repeated above the item if the item begins a page


@dataclass(frozen=True, slots=True)
class About:
    """The metadata of a PDF, and the footer of its pages."""

    title: str
    subject: str
    language: str
    footer: str
    epoch: int  # the PDF's date, in seconds since 1970
    has_contents: bool = False  # whether it has a table of contents; if so, PDF viewers open with the outline


@dataclass(slots=True)
class _Page:
    """A page that is being filled."""

    left: float
    items: list[Item] = field(default_factory=list)

    def has_room(self, items: Iterable[Item]) -> bool:
        return sum(item.above + item.content.height for item in items) <= self.left

    def add(self, item: Item) -> None:
        if not self.items:
            for head in item.head:
                self.items.append(Item(Artifact(head)))
                self.left -= head.height
        self.left -= item.content.height + (item.above if self.items else 0.0)
        self.items.append(item)


def paginated(items: Iterable[Item], height: float) -> Iterator[list[Item]]:
    """Yield the items of each page. Bound items are separated only if they are together higher than a page."""
    page = _Page(height)
    for chain in _chains(items):
        if page.items and not page.has_room(chain):
            yield page.items
            page = _Page(height)
        for item in chain:
            if len(chain) > 1 and page.items and not page.has_room([item]):
                yield page.items
                page = _Page(height)
            page.add(item)
    yield page.items


def _chains(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield the items in groups that are bound together."""
    chain: list[Item] = []
    for item in items:
        chain.append(item)
        if not item.is_bound:
            yield chain
            chain = []
    if chain:
        yield chain


def draw_pages(pages: Iterable[Sequence[Item]], paper: PaperSize, about: About) -> bytes:
    """Return a PDF of the pages. The same pages give the same bytes."""
    target = io.BytesIO()
    with settings.deterministic(about.epoch):
        canvas = Canvas(target, (paper.width, paper.height), pageCompression=1, lang=about.language)
        canvas.setTitle(about.title)
        canvas.setAuthor("Debrief")
        canvas.setCreator("Debrief")
        canvas.setSubject(about.subject)
        if about.has_contents:
            canvas.showOutline()
        pen, numbers = Pen(canvas), dict[str, int]()
        for number, page in enumerate(pages, 1):
            if number > 1:
                canvas.showPage()
            numbers["pages"] = number
            titles = _draw_page(pen, page, paper)
            numbers |= dict.fromkeys(titles if about.has_contents else (), number)
            with pen.content():  # an artifact
                canvas.saveState()
                canvas.translate(paper.left, paper.height - paper.footer - FOOTER_SIZE - 2)
                canvas.translate(draw_footer(canvas, about.footer, number), 2)
                canvas.doForm("pages")
                canvas.restoreState()
        for name, number in numbers.items():
            draw_number(canvas, name, number)
        canvas.save()
    return target.getvalue()


def _draw_page(pen: Pen, page: Sequence[Item], paper: PaperSize) -> list[str]:
    """Draw a page, and return the anchors of its titles."""
    top, anchors = paper.height - MARGIN, list[str]()
    for place, item in enumerate(page):
        top -= item.above if place else 0.0
        if item.title:
            name = anchor(item.title)
            pen.canvas.bookmarkHorizontal(name, 0, top)
            pen.canvas.addOutlineEntry(item.title, name, item.level)
            anchors.append(name)
            with pen.tags.element(f"H{item.level + 1}", anchor=name):
                item.content.draw(pen, paper.left, top, WIDTH)
        else:
            item.content.draw(pen, paper.left, top, WIDTH)
        top -= item.content.height
    pen.flush()
    return anchors


def anchor(title: str) -> str:
    """Return the name of the link target for a title."""
    return f"at-{hashlib.sha256(title.encode('utf-8', 'replace')).hexdigest()[:12]}"
