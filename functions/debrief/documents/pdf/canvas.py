"""Text and rectangles on a PDF page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from reportlab.lib.colors import HexColor

from debrief.documents.charts import svg
from debrief.documents.pdf import fonts, text_layout

Canvas: TypeAlias = Any  # reportlab has no types
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
    """Draw on a canvas. Text is collected in a text object, and colour and font are only set if they change."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self._begin()

    def _begin(self) -> None:
        self.text = self.canvas.beginText()
        self.ink, self.font = "", ("", 0.0)

    def write(self, line: Sequence[text_layout.Run], x: float, y: float, size: float, ink: str) -> None:
        """Draw a line of text, whose baseline begins at (x, y)."""
        self.text.setTextOrigin(x, y)
        if ink != self.ink:
            self.ink = ink
            self.text.setFillColor(color(ink))
        for run, name in line:
            if self.font != (name, size):
                self.font = name, size
                self.text.setFont(name, size)
            self.text.textOut(run)

    def fill(self, x: float, y: float, width: float, height: float, ink: str) -> None:
        """Draw a rectangle, whose lower left corner is (x, y)."""
        self.canvas.setFillColor(color(ink))
        self.canvas.rect(x, y, width, height, stroke=0, fill=1)

    def flush(self) -> None:
        """Draw the collected text. Screen readers read it before everything that is drawn later."""
        self.canvas.drawText(self.text)
        self._begin()


def lighter(color: str, part: float = 0.42) -> str:
    """Return a colour, `#rrggbb`, of which `part` is `color` and the rest white."""
    mixed = (round(255 - (255 - int(color[n : n + 2], 16)) * part) for n in (1, 3, 5))
    return "#" + "".join(f"{value:02x}" for value in mixed)
