"""Settings of reportlab while it draws a PDF. reportlab keeps them in its modules, so one thread draws at a time.

reportlab looks up its function for unicode maps, and its classes of documents and bookmarks, in modules. Debrief
replaces them, although some are private; tests notice if they change.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

from reportlab import rl_config
from reportlab.graphics import renderbase
from reportlab.pdfbase import pdfdoc, ttfonts

from debrief.documents.pdf import fonts, tagged_file
from debrief.documents.pdf.object_streams import compressed
from debrief.documents.pdf.unicode_map import unicode_map

Setting: TypeAlias = tuple[Any, str, Any]  # an object, the name of its attribute, and the attribute's value

_LOCK = threading.Lock()


@contextmanager
def deterministic(epoch: int) -> Iterator[None]:
    """Configure reportlab for a PDF with this date, in one thread at a time. The same input gives the same bytes."""
    with prepared(), _dated(epoch):
        yield


@contextmanager
def prepared() -> Iterator[None]:
    """Configure reportlab and silence warnings, in one thread at a time."""
    with _LOCK, changed(*_ours()), _quiet():
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
def changed(*ours: Setting) -> Iterator[None]:
    """Change settings, and restore them afterwards."""
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in ours]
    for setting in ours:
        setattr(*setting)
    try:
        yield
    finally:
        for setting in before:
            setattr(*setting)


def _ours() -> Sequence[Setting]:
    """Return Debrief's settings of reportlab."""
    font = fonts.regular()[0]  # replaces Helvetica, which every page would name, but which is not embedded
    return (
        (rl_config, "useA85", 0),  # write streams as bytes, because text takes longer and is a quarter larger
        (pdfdoc.PDFZCompress, "encode", compressed),
        (rl_config, "canvas_basefontname", font),
        (renderbase, "STATE_DEFAULTS", {**renderbase.STATE_DEFAULTS, "fontName": font}),
        (ttfonts, "makeToUnicodeCMap", unicode_map),
        (pdfdoc, "PDFDocument", tagged_file.TaggedDocument),
        (pdfdoc, "OutlineEntryObject", tagged_file.Bookmark),
        (pdfdoc.LinkAnnotation, "permitted", tagged_file.LINK_ENTRIES),
    )


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
