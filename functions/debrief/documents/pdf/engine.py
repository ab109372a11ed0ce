"""PDF engine: xhtml2pdf, limited to our fonts, with four additional tags.

`<pdf:rltable name>` is a block that reportlab draws; `<pdf:need height for>` starts a new page unless this many points
are left, plus the beginning of the named block; `<pdf:foot text>` draws the foot of a page; `<pdf:end>` gives all feet
the number of pages (the engine's own page count would lay out everything twice). xhtml2pdf finds tags by name in its
parser module, and reportlab finds its unicode maps in the same way; both are private, so tests guard them.

Only modules that draw PDFs import this module, since it loads reportlab.
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

FOOT_SIZE, PAGE_ROOM = 7.5, 90.0  # points: the letters of a foot, and what `Page x of y` may take
MOST_SECONDS = 60.0

_LOCK = threading.Lock()


def draw(markup: str, blocks: Mapping[str, Block], *, folder: Path, epoch: int) -> bytes:
    """Lay out a page and the blocks that it names.

    `folder` has the fonts; `epoch` (seconds) is the date in the PDF.

    Raise whatever the engine raises; its messages may quote names.
    """
    target = io.BytesIO()
    with deterministic(epoch), _tags(blocks):
        policy = ResourceAccessPolicy.server(
            None, allow_remote=False, extra_roots=(folder,), max_render_seconds=MOST_SECONDS
        )
        status = pisa.CreatePDF(markup, dest=target, resource_policy=policy)
    if status.err:
        raise ValueError("the engine reported an error")
    return target.getvalue()


def draw_foot(canvas: Any, text: str, page: int) -> float:
    """Draw the foot of a page up to the number of pages; return where that begins."""
    names = fonts.regular()
    canvas.setFillColor(HexColor(svg.QUIET))
    (title,) = text_layout.wrapped(text, WIDTH - PAGE_ROOM, FOOT_SIZE, names, most=1)
    drawn = text_layout.runs(title, text_layout.direction_of(title), names)
    line = canvas.beginText(WIDTH - text_layout.length(drawn, FOOT_SIZE), 2)
    for run, name in drawn:
        line.setFont(name, FOOT_SIZE)
        line.textOut(run)
    canvas.drawText(line)
    words = f"Page {page} of "
    canvas.setFont(names[0], FOOT_SIZE)
    canvas.drawString(0, 2, words)
    return text_layout.width_of(words, FOOT_SIZE, names)


class _Foot(Flowable):  # type: ignore[misc]
    """Draw `Page x of y` on the left and the document's name on the right; `_End` fills in y."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        return width, FOOT_SIZE + 2

    def draw(self) -> None:
        self.canv.translate(draw_foot(self.canv, self.text, self.canv.getPageNumber()), 2)
        self.canv.doForm("pages")


class _End(Flowable):  # type: ignore[misc]
    """Come last in the document, where the number of pages is known."""

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        draw_number(self.canv, "pages", self.canv.getPageNumber())


def draw_number(canvas: Any, name: str, number: int) -> None:
    """Define the form of this name as a number in the type of a foot: a page number that earlier pages refer to."""
    canvas.beginForm(name, 0, -FOOT_SIZE, 100, 2 * FOOT_SIZE)
    canvas.setFillColor(HexColor(svg.QUIET))
    canvas.setFont(fonts.regular()[0], FOOT_SIZE)
    canvas.drawString(0, 0, str(number))
    canvas.endForm()


def _tag(flows: Callable[[Any], Sequence[Flowable]]) -> type:
    """Return the class of a tag; `flows` makes the flowables of its element."""

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
        "pisaTagPDFFOOT": _tag(lambda node: [_Foot(node.getAttribute("text"))]),
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
    """Configure reportlab for one PDF with this date; the same input gives the same bytes, one PDF at a time."""
    with prepared(), _dated(epoch):
        yield


@contextmanager
def prepared() -> Iterator[None]:
    """Configure reportlab and silence the engine, for one thread at a time."""
    with _LOCK, _configured(), _quiet():
        yield


@contextmanager
def _dated(epoch: int) -> Iterator[None]:
    """Set the date and id of the PDF: reportlab reads them from this variable only."""
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
    """Configure reportlab while we draw."""
    font = fonts.regular()[0]  # in the place of Helvetica, which would be named on every page and embedded in none
    ours: Sequence[tuple[Any, str, Any]] = (
        (rl_config, "useA85", 0),  # write streams as bytes: as text they take longer and are a quarter larger
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
    """Silence the engine's warnings, which quote the document's text, and so names."""
    loggers = [logging.getLogger(name) for name in ("xhtml2pdf", "svglib", "reportlab")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
