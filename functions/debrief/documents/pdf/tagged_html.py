"""Draw xhtml2pdf's paragraphs as elements of the PDF's structure, and Debrief's drawables as reportlab's flowables.

xhtml2pdf gives a paragraph an entry in the outline if it comes from a heading, so headings are known by their entry.
xhtml2pdf looks up its class of paragraphs in a module; pdf/engine.py replaces it, and tests notice if that changes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reportlab.platypus import Flowable
from xhtml2pdf import bidi
from xhtml2pdf.xhtml2pdf_reportlab import PmlParagraph

from debrief.documents.pdf import text_layout
from debrief.documents.pdf.canvas import Pen
from debrief.documents.pdf.cells import Drawable
from debrief.documents.pdf.paper import WIDTH
from debrief.documents.pdf.tags import END, Group, Tags, tags_of, text_string


class TaggedParagraph(PmlParagraph):  # type: ignore[misc]
    """A paragraph or a heading. Both parts of a split paragraph are the same element."""

    group: Group | None = None
    canv: Any
    text: str

    def split(self, width: float, height: float) -> list[TaggedParagraph]:
        """Return the part that fits and the rest."""
        parts: list[TaggedParagraph] = super().split(width, height)
        self.group = self.group or Group("P")
        for part in parts:
            part.group = self.group
        return parts

    def draw(self) -> None:
        """Draw the paragraph as the content of its element."""
        tags = tags_of(self.canv)
        with self._element(tags):
            spoken = self._spoken()
            self.canv.addLiteral(tags.begin())
            if spoken:
                self.canv.addLiteral(f"/Span<</ActualText{text_string(spoken)}>>BDC")
            super().draw()
            if spoken:
                self.canv.addLiteral(END)
            self.canv.addLiteral(END)

    @contextmanager
    def _element(self, tags: Tags) -> Iterator[None]:
        if getattr(self, "outline", False):
            self.tocKey = f"at-{len(tags.anchors)}"  # the name of the bookmark's target
            with tags.element(f"H{self.outlineLevel + 1}", anchor=self.tocKey):
                yield
        else:
            self.group = self.group or Group("P")
            with tags.within(self.group):
                yield

    def _spoken(self) -> str:
        """Return the text to read, if it differs from what is drawn; if not, end lines with a space and return blank.

        Without a space, the last word of a line and the first of the next would be read as one.
        """
        lines = self.blPara.lines
        drawn = ["".join(map(_text, line.words)) for line in lines]
        # The parts of a split paragraph have no text of their own.
        text = unicodedata.normalize("NFKC", self.text) if self.text else " ".join(drawn)
        if bidi.needs_bidi(text, text_layout.direction_of(text)):
            return " ".join(text.split())
        for line, spaced in zip(lines[:-1], text_layout.spaced(" ".join(text.split()), drawn), strict=False):
            pieces = [piece for piece in line.words if _text(piece)]
            if spaced.endswith(" ") and pieces and not _text(pieces[-1]).endswith(" "):
                pieces[-1].text = _text(pieces[-1]) + " "
        return ""


def _text(piece: Any) -> str:
    """Return the text of a piece of a line; an anchor has none."""
    text = getattr(piece, "text", "")
    return text.decode() if isinstance(text, bytes) else text


class Drawn(Flowable):  # type: ignore[misc]
    """A drawable as wide as the text, with space above and below it."""

    def __init__(self, drawable: Drawable, above: float = 0.0, below: float = 0.0) -> None:
        super().__init__()
        self.drawable, self.above = drawable, above
        self.spaceAfter = below

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return its size."""
        return WIDTH, self.drawable.height + self.above

    def draw(self) -> None:
        """Draw the drawable."""
        pen = Pen(self.canv)
        self.drawable.draw(pen, 0.0, self.drawable.height, WIDTH)
        pen.flush()
