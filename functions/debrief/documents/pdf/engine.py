"""xhtml2pdf for events' PDFs, limited to our fonts, with four additional tags; footers and settings for all PDFs.

- `<pdf:rltable name>` is a block that reportlab draws.
- `<pdf:need height for>` starts a new page if the rest of the page is lower than `height` points plus the start of the
  block that the attribute `for` names.
- `<pdf:foot text>` draws a footer.
- `<pdf:end>` adds the number of pages to all footers. xhtml2pdf's own page count would lay out everything twice.

xhtml2pdf looks up tags by name in its parser module, and reportlab looks up its function for unicode maps in a module,
too. Debrief replaces both, although they are private; tests notice if they change.
"""

from __future__ import annotations

import io
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reportlab import rl_config
from reportlab.graphics import renderbase
from reportlab.lib.colors import HexColor
from reportlab.pdfbase import ttfonts
from reportlab.platypus import CondPageBreak, Flowable, tables
from xhtml2pdf import parser, pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy
from xhtml2pdf.tags import pisaTag

from debrief.documents.charts import svg
from debrief.documents.pdf import fonts, text_layout
from debrief.documents.pdf.blocks import Block
from debrief.documents.pdf.paper import WIDTH
from debrief.documents.pdf.unicode_map import unicode_map

FOOTER_SIZE, PAGE_ROOM = 7.5, 90.0  # points: font size of a footer, and space for `Page x of y`
MOST_SECONDS = 60.0

_LOCK = threading.Lock()


def draw(markup: str, blocks: Mapping[str, Block], *, folder: Path, epoch: int) -> bytes:
    """Return the PDF of a document in HTML and the blocks that it names.

    `folder` has the fonts; `epoch` is the PDF's date, in seconds since 1970. Raises errors of any type; their messages
    may quote names.
    """
    target = io.BytesIO()
    with deterministic(epoch), _tags(blocks):
        policy = ResourceAccessPolicy.server(
            None, allow_remote=False, extra_roots=(folder,), max_render_seconds=MOST_SECONDS
        )
        status = pisa.CreatePDF(markup, dest=target, resource_policy=policy)
    if status.err:
        raise ValueError("xhtml2pdf reported an error")
    return target.getvalue()


def draw_footer(canvas: Any, text: str, page: int) -> float:
    """Draw a footer without the number of pages; return the x coordinate where that number begins."""
    names = fonts.regular()
    canvas.setFillColor(HexColor(svg.QUIET))
    (title,) = text_layout.wrapped(text, WIDTH - PAGE_ROOM, FOOTER_SIZE, names, most=1)
    drawn = text_layout.runs(title, text_layout.direction_of(title), names)
    line = canvas.beginText(WIDTH - text_layout.length(drawn, FOOTER_SIZE), 2)
    for run, name in drawn:
        line.setFont(name, FOOTER_SIZE)
        line.textOut(run)
    canvas.drawText(line)
    words = f"Page {page} of "
    canvas.setFont(names[0], FOOTER_SIZE)
    canvas.drawString(0, 2, words)
    return text_layout.width_of(words, FOOTER_SIZE, names)


class _Footer(Flowable):  # type: ignore[misc]
    """A footer: `Page x of y` on the left, and `text` on the right. `_End` defines y."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        return width, FOOTER_SIZE + 2

    def draw(self) -> None:
        self.canv.translate(draw_footer(self.canv, self.text, self.canv.getPageNumber()), 2)
        self.canv.doForm("pages")


class _End(Flowable):  # type: ignore[misc]
    """The last element of a document: it knows the number of pages."""

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        draw_number(self.canv, "pages", self.canv.getPageNumber())


def draw_number(canvas: Any, name: str, number: int) -> None:
    """Define a reusable drawing (form XObject) of a number in the footer's font; earlier pages refer to its name."""
    canvas.beginForm(name, 0, -FOOTER_SIZE, 100, 2 * FOOTER_SIZE)
    canvas.setFillColor(HexColor(svg.QUIET))
    canvas.setFont(fonts.regular()[0], FOOTER_SIZE)
    canvas.drawString(0, 0, str(number))
    canvas.endForm()


def _tag(flows: Callable[[Any], Sequence[Flowable]]) -> type:
    """Return a class for a tag. `flows` returns the flowables for an element with this tag."""

    class Tag(pisaTag):  # type: ignore[misc]
        def start(self, context: Any) -> None:
            context.addPara()
            for flow in flows(self.node):
                context.addStory(flow)

    return Tag


@contextmanager
def _tags(blocks: Mapping[str, Block]) -> Iterator[None]:
    def need(node: Any) -> list[Flowable]:
        block = node.getAttribute("for")
        return [CondPageBreak(float(node.getAttribute("height")) + (blocks[block].least if block else 0))]

    ours = {
        "pisaTagPDFRLTABLE": _tag(lambda node: blocks[node.getAttribute("name")].flows),
        "pisaTagPDFNEED": _tag(need),
        "pisaTagPDFFOOT": _tag(lambda node: [_Footer(node.getAttribute("text"))]),
        "pisaTagPDFEND": _tag(lambda _node: [_End()]),
    }
    vars(parser).update(ours)
    try:
        yield
    finally:
        for name in ours:
            delattr(parser, name)


@contextmanager
def deterministic(epoch: int) -> Iterator[None]:
    """Configure reportlab for a PDF with this date, in one thread at a time. The same input gives the same bytes."""
    with prepared(), _dated(epoch):
        yield


@contextmanager
def prepared() -> Iterator[None]:
    """Configure reportlab and silence warnings, in one thread at a time."""
    with _LOCK, _configured(), _quiet():
        yield


@contextmanager
def _dated(epoch: int) -> Iterator[None]:
    """Set the environment variable from which reportlab takes the PDF's date and id."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(epoch)
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


@contextmanager
def _configured() -> Iterator[None]:
    """Change settings of reportlab, and restore them afterwards."""
    font = fonts.regular()[0]  # replaces Helvetica, which every page would name, but which is not embedded
    ours: Sequence[tuple[Any, str, Any]] = (
        (rl_config, "useA85", 0),  # write streams as bytes, because text takes longer and is a quarter larger
        (rl_config, "canvas_basefontname", font),
        (tables.CellStyle, "fontname", font),
        (renderbase, "STATE_DEFAULTS", {**renderbase.STATE_DEFAULTS, "fontName": font}),
        (ttfonts, "makeToUnicodeCMap", unicode_map),
    )
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in ours]
    for changed in ours:
        setattr(*changed)
    try:
        yield
    finally:
        for kept in before:
            setattr(*kept)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the warnings of the libraries, because they quote the document's text and therefore names."""
    loggers = [logging.getLogger(name) for name in ("xhtml2pdf", "svglib", "reportlab")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
