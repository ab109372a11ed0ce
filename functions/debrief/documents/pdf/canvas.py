"""Text and rectangles on a PDF page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any, TypeAlias

from reportlab.lib.colors import HexColor
from reportlab.lib.rl_accel import escapePDF, fp_str
from reportlab.pdfbase.pdfmetrics import getFont

from debrief.documents.charts import svg
from debrief.documents.pdf import fonts, text_layout

Canvas: TypeAlias = Any  # reportlab has no types
LEADING = 1.2  # reportlab's space between lines, as a multiple of the font size; Debrief places each line itself
color = cache(HexColor)


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

    The pen writes the operators of this text object itself: reportlab would measure every text again.
    """

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self._operators = lru_cache(maxsize=2048)(partial(_operators, canvas._doc))  # noqa: SLF001  fonts need it
        self._begin()

    def _begin(self) -> None:
        self._code = ["BT 1 0 0 1 0 0 Tm"]
        self._ink, self._font, self._subset = "", ("", 0.0), ""

    def write(self, line: Sequence[text_layout.Run], x: float, y: float, size: float, ink: str) -> None:
        """Draw a line of text, whose baseline begins at (x, y)."""
        code = self._code
        code.append(f"1 0 0 1 {fp_str(x, y)} Tm")
        if ink != self._ink:
            self._ink = ink
            code.append(f"{fp_str(*color(ink).rgb())} rg")
        for run, name in line:
            if not run:
                code.append("")  # reportlab does this, too; earlier PDFs have the same bytes
            if self._font != (name, size):
                self._font, self._subset = (name, size), ""
            for subset, operator in self._operators(name, run):
                if subset != self._subset:
                    self._subset = subset
                    code.append(f"{subset} {fp_str(size)} Tf {fp_str(size * LEADING)} TL")
                code.append(operator)

    def fill(self, x: float, y: float, width: float, height: float, ink: str) -> None:
        """Draw a rectangle, whose lower left corner is (x, y)."""
        self.canvas.setFillColor(color(ink))
        self.canvas.rect(x, y, width, height, stroke=0, fill=1)

    def flush(self) -> None:
        """Draw the collected text. Screen readers read it before everything that is drawn later."""
        self.canvas.drawText(self)
        self._begin()

    def getCode(self) -> str:  # noqa: N802  the canvas asks a text object for its operators by this name
        """Return the operators of the collected text."""
        return " ".join([*self._code, "ET"])


def _operators(document: Any, name: str, text: str) -> list[tuple[str, str]]:
    """Return operators that show a text: for each part of it, a subset of the font in this document, and the operator.

    A subset has at most 256 characters; each part needs only one subset.
    """
    font = getFont(name)
    return [
        (font.getSubsetInternalName(subset, document), f"({escapePDF(part)}) Tj")
        for subset, part in font.splitString(text, document)
    ]
