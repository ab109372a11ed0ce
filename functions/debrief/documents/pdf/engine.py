"""xhtml2pdf for events' PDFs, limited to our fonts, with four additional tags.

- `<pdf:rltable name>` is a block that reportlab draws.
- `<pdf:need height for>` starts a new page if the rest of the page is lower than `height` points plus the start of the
  block that the attribute `for` names.
- `<pdf:foot text>` draws a footer.
- `<pdf:end>` adds the number of pages to all footers. xhtml2pdf's own page count would lay out everything twice.

xhtml2pdf looks up tags by name in its parser module, and its class of paragraphs in another. Debrief adds or replaces
its own there, although the lookup is private; tests notice if it changes. xhtml2pdf takes long to import, so the PDFs
of sessions do without it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from reportlab.platypus import CondPageBreak, Flowable, tables
from xhtml2pdf import context, parser, pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy
from xhtml2pdf.tags import pisaTag

from debrief.documents.pdf import fonts, settings
from debrief.documents.pdf.blocks import Block
from debrief.documents.pdf.footer import FOOTER_SIZE, draw_footer, draw_number
from debrief.documents.pdf.tagged_html import TaggedParagraph
from debrief.documents.pdf.tags import tags_of

MOST_SECONDS = 60.0


class Drawing(NamedTuple):
    """A PDF, its number of pages, and how much of the last page's height is used (0 to 1, with the upper margin)."""

    body: bytes
    pages: int
    used: float


def draw(markup: str, blocks: Mapping[str, Block], *, folder: Path, epoch: int) -> Drawing:
    """Return the PDF of a document in HTML and the blocks that it names.

    `folder` has the fonts; `epoch` is the PDF's date, in seconds since 1970. Raises errors of any type; their messages
    may quote names.
    """
    target, end = io.BytesIO(), _End()
    with (
        settings.deterministic(epoch),
        settings.changed(
            (tables.CellStyle, "fontname", fonts.regular()[0]), (context, "PmlParagraph", TaggedParagraph)
        ),
        _tags(blocks, end),
    ):
        policy = ResourceAccessPolicy.server(
            None, allow_remote=False, extra_roots=(folder,), max_render_seconds=MOST_SECONDS
        )
        status = pisa.CreatePDF(markup, dest=target, resource_policy=policy)
    if status.err:
        raise ValueError("xhtml2pdf reported an error")
    return Drawing(target.getvalue(), end.pages, end.used)


class _Footer(Flowable):  # type: ignore[misc]
    """A footer: `Page x of y` on the left, and `text` on the right. `_End` defines y."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        return width, FOOTER_SIZE + 2

    def draw(self) -> None:
        tags = tags_of(self.canv)
        with tags.artifact(), tags.content(self.canv):
            self.canv.saveState()
            self.canv.translate(draw_footer(self.canv, self.text, self.canv.getPageNumber()), 2)
            self.canv.doForm("pages")
            self.canv.restoreState()


class _End(Flowable):  # type: ignore[misc]
    """The last element of a document: it knows the number of pages, and how much of the last one is used."""

    pages, used = 0, 1.0

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        self.pages = self.canv.getPageNumber()
        self.used = 1 - self.canv.absolutePosition(0, 0)[1] / self.canv._pagesize[1]  # noqa: SLF001  reportlab has no other
        draw_number(self.canv, "pages", self.pages)


def _tag(flows: Callable[[Any], Sequence[Flowable]]) -> type:
    """Return a class for a tag. `flows` returns the flowables for an element with this tag."""

    class Tag(pisaTag):  # type: ignore[misc]
        def start(self, context: Any) -> None:
            context.addPara()
            for flow in flows(self.node):
                context.addStory(flow)

    return Tag


@contextmanager
def _tags(blocks: Mapping[str, Block], end: _End) -> Iterator[None]:
    def need(node: Any) -> list[Flowable]:
        block = node.getAttribute("for")
        return [CondPageBreak(float(node.getAttribute("height")) + (blocks[block].least if block else 0))]

    ours = {
        "pisaTagPDFRLTABLE": _tag(lambda node: blocks[node.getAttribute("name")].flows),
        "pisaTagPDFNEED": _tag(need),
        "pisaTagPDFFOOT": _tag(lambda node: [_Footer(node.getAttribute("text"))]),
        "pisaTagPDFEND": _tag(lambda _node: [end]),
    }
    vars(parser).update(ours)
    try:
        yield
    finally:
        for name in ours:
            delattr(parser, name)
