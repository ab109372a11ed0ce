"""Text and rectangles on a PDF page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.rl_accel import escapePDF, fp_str
from reportlab.pdfbase.pdfmetrics import getFont

from debrief.documents.charts import svg
from debrief.documents.pdf import fonts, text_layout
from debrief.documents.pdf.tags import ARTIFACT, END, REVERSED, Canvas, Element, tags_of

_MAIN_FONTS = (fonts.regular()[0], fonts.bold()[0])
_number = lru_cache(maxsize=8192)(fp_str)  # a cache, because cells of a row or column have the same coordinates


@cache
def fill_color(ink: str) -> str:
    """Return the operator that sets the colour of areas and text, `#rrggbb`."""
    return f"{fp_str(*HexColor(ink).rgb())} rg"


@cache
def line_color(ink: str) -> str:
    """Return the operator that sets the colour of lines."""
    return f"{fp_str(*HexColor(ink).rgb())} RG"


@dataclass(frozen=True, slots=True)
class TextStyle:
    """The style of a text."""

    size: float  # font size
    leading: float  # height of a line
    color: str = svg.INK
    bold: bool = False

    @property
    def names(self) -> Sequence[str]:
        """Return the names of the fonts, in order of preference."""
        return fonts.bold() if self.bold else fonts.regular()


class Pen:
    """Draw on a canvas. Text is collected in one text object of the PDF; colour and font are only set if they change.

    Text is content of the element (pdf/tags.py) that is open while it is written. Rectangles are artifacts, except
    within `content`. The pen writes the operators of the text object itself: reportlab would measure every text again.
    """

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.tags = tags_of(canvas)
        document = canvas._doc  # noqa: SLF001  fonts need it
        self._operators = lru_cache(maxsize=2048)(partial(_operators, document, {}))
        self._is_marked = False  # whether the rectangles that the canvas draws now are marked
        self._begin()

    def _begin(self) -> None:
        self._code = ["BT 1 0 0 1 0 0 Tm"]
        self._ink, self._subset, self._size = "", "", 0.0
        self._owner: Element | str | None = ""  # whose content the last text is: an element's or an artifact's (None)

    def write(self, line: Sequence[text_layout.Run], x: float, y: float, size: float, ink: str) -> None:
        """Draw a line of text, whose baseline begins at (x, y)."""
        code = self._code
        if self.tags.current is not self._owner:
            self._switch()
        code.append(f"1 0 0 1 {_number(x)} {_number(y)} Tm")
        if ink != self._ink:
            self._ink = ink
            code.append(fill_color(ink))
        for run, name in line:
            self._show(run, name, size)

    def write_parts(self, line: Sequence[text_layout.Part], x: float, y: float, size: float, ink: str) -> None:
        """Draw the parts of a line of text, whose baseline begins at (x, y), in the order of reading.

        The glyphs of a reversed part are in the order of drawing: programs that search or copy expect it, and reverse
        them. A mark says so to screen readers (ISO 32000-1, 14.8.2.3.3).
        """
        self.write((), x, y, size, ink)
        for part in line:
            is_split = part.is_reversed and len(self._operators(part.run[1], part.run[0])) > 1
            if part.is_reversed:
                self._code.append(REVERSED)
            for piece in part.letters if is_split else [part]:
                self._code.append(f"1 0 0 1 {_number(x + piece.start * size)} {_number(y)} Tm")
                self._show(*piece.run, size)
            if part.is_reversed:
                self._code.append(END)

    def space(self, name: str, size: float) -> None:
        """Separate the text written last from the next one with an invisible space, if both are in the same element."""
        if self._owner and self.tags.current is self._owner:
            self._show(" ", name, size)

    def _show(self, run: str, name: str, size: float) -> None:
        for subset, operator in self._operators(name, run):
            if subset != self._subset or size != self._size:
                self._subset, self._size = subset, size
                self._code.append(f"{subset} {_number(size)} Tf")
            self._code.append(operator)

    def mark(self, operator: str) -> None:
        """Begin content of a leaf of the current element: what is written until the next leaf or element."""
        if self._owner != "":
            self._code.append(END)
        self._owner = self.tags.current
        self._code.append(operator)

    def write_leaf(
        self, operator: str, lines: Sequence[Sequence[text_layout.Run]], x: float, y: float, style: TextStyle
    ) -> None:
        """Draw lines as content that `operator` begins. This is faster than `mark`, and `write` for each line."""
        code, size = self._code, style.size
        if self._owner != "":
            code.append(END)
        self._owner = operator  # of no element, so what is written next begins content of its own
        code.append(operator)
        if style.color != self._ink:
            self._ink = style.color
            code.append(fill_color(style.color))
        for line in lines:
            code.append(f"1 0 0 1 {_number(x)} {_number(y)} Tm")
            for run, name in line:
                for subset, shown in self._operators(name, run):
                    if subset != self._subset or size != self._size:
                        self._subset, self._size = subset, size
                        code.append(f"{subset} {_number(size)} Tf")
                    code.append(shown)
            y -= style.leading

    def _switch(self) -> None:
        """End the content of an element, and begin that of the current one."""
        self.mark(self.tags.begin())

    def fill(self, x: float, y: float, width: float, height: float, ink: str) -> None:
        """Draw a rectangle, whose lower left corner is (x, y)."""
        if not self._is_marked:
            self._is_marked = True
            self.canvas.addLiteral(ARTIFACT)
        numbers = f"{_number(x)} {_number(y)} {_number(width)} {_number(height)}"
        self.canvas.addLiteral(f"{fill_color(ink)} n {numbers} re f*")

    @contextmanager
    def content(self) -> Iterator[Canvas]:
        """Make what is drawn, except text, content of the current element, or an artifact. Yield the canvas."""
        self._end_artifact()
        with self.tags.content(self.canvas):
            self._is_marked = True
            yield self.canvas
            self._is_marked = False

    def flush(self) -> None:
        """Draw the collected text. Programs that know no tags read it before everything that is drawn later."""
        self._end_artifact()
        if self._owner != "":
            self._code.append(END)
        self.canvas.drawText(self)
        self._begin()

    def _end_artifact(self) -> None:
        if self._is_marked:
            self._is_marked = False
            self.canvas.addLiteral(END)

    def getCode(self) -> str:  # noqa: N802  the canvas asks a text object for its operators by this name
        """Return the operators of the collected text."""
        return " ".join([*self._code, "ET"])


def _operators(document: Any, first: dict[str, str], name: str, text: str) -> list[tuple[str, str]]:
    """Return operators that show a text: for each part of it, a subset of the font in this document, and the operator.

    A subset has at most 256 characters; each part needs only one subset. The first subset of a main font has all of
    ASCII, at the same places; `first` keeps its name.
    """
    font = getFont(name)
    if text.isascii() and name in _MAIN_FONTS:
        if name not in first:
            first[name] = font.getSubsetInternalName(0, document)
        return [(first[name], f"({escapePDF(text)}) Tj")]
    return [
        (font.getSubsetInternalName(subset, document), f"({escapePDF(part)}) Tj")
        for subset, part in font.splitString(text, document)
    ]
