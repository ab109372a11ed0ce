"""An attendee's minutes as a strip, with its axis and legend. All lengths are points.

Import this module only where a PDF is drawn, since it loads reportlab.
"""

from __future__ import annotations

from dataclasses import dataclass

from debrief.documents.charts import heatmap, svg
from debrief.documents.pdf import text_layout
from debrief.documents.pdf.canvas import Pen, Type, lighter
from debrief.documents.text import figures

MOST_CELLS = 600  # of a strip; a longer session has several minutes in each
SHADES = "en-"  # engaged, less engaged, not there; of equally frequent shades the first is drawn
HIGH = 9.0


@dataclass(frozen=True, slots=True)
class HeatmapDrawing:
    """A strip: a high dark cell for engaged, a low lighter cell for less engaged, a line for absent.

    So the three differ without colour, too.
    """

    shades: str
    color: str
    height: float = HIGH

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw it below `top`."""
        shades = thinned(self.shades)
        step, bottom = width / len(shades), top - self.height
        pen.fill(x, bottom, width, 0.5, svg.RULE)
        for shade, place, many in heatmap.runs(shades):
            if shade != "-":
                high, ink = (self.height, self.color) if shade == "e" else (self.height / 2, lighter(self.color))
                pen.fill(x + place * step, bottom, many * step, high, ink)


@dataclass(frozen=True, slots=True)
class Minutes:
    """The axis of a column of strips: the first and the last minute."""

    first: int
    last: int
    type: Type

    @property
    def height(self) -> float:
        """Return how much room it takes."""
        return self.type.leading

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw it below `top`."""
        marks = (f"minute {self.first}", f"minute {figures.count(self.last)}")
        for part, mark in zip((0.0, 1.0), marks, strict=True):
            line = [(mark, self.type.names[0])]
            start = x + part * (width - text_layout.length(line, self.type.size))
            pen.write(line, start, top - self.type.size, self.type.size, self.type.color)


@dataclass(frozen=True, slots=True)
class Shades:
    """The legend of the three cells."""

    color: str
    type: Type
    height: float = HIGH + 2

    def draw(self, pen: Pen, x: float, top: float, _width: float) -> None:
        """Draw it below `top`."""
        for shade, meaning in (("e", "engaged"), ("n", "less engaged"), ("-", "not there")):
            HeatmapDrawing(shade, self.color).draw(pen, x, top, 14)
            line = [(meaning, self.type.names[0])]
            pen.write(line, x + 18, top - HIGH + 2, self.type.size, self.type.color)
            x += 34 + text_layout.length(line, self.type.size)


def thinned(shades: str) -> str:
    """Reduce shades to at most MOST_CELLS: of several minutes, the most frequent shade."""
    size = -(-len(shades) // MOST_CELLS)
    if size <= 1:
        return shades
    parts = (shades[n : n + size] for n in range(0, len(shades), size))
    return "".join(max(SHADES, key=part.count) for part in parts)
