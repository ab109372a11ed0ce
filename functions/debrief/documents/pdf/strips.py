"""Heatmaps of attendees' minutes, drawn as strips, with their axis and legend."""

from __future__ import annotations

from dataclasses import dataclass

from debrief.documents.charts import heatmap, svg
from debrief.documents.pdf import text_layout
from debrief.documents.pdf.canvas import Pen, TextStyle
from debrief.documents.text import figures
from debrief.util.colors import paler

MOST_CELLS = 600  # maximum number of cells of a strip; in a longer session, a cell covers several minutes
SHADES = "en-"  # engaged, less engaged, absent; if two are equally frequent in a cell, the one named first is drawn
HIGH = 9.0


@dataclass(frozen=True, slots=True)
class HeatmapDrawing:
    """A strip: a high dark cell for engaged, a low lighter cell for less engaged, a line for absent.

    The heights differ, so that prints without colour are readable.
    """

    shades: str
    color: str
    alt: str = ""  # the strip in words; blank for a decoration
    height: float = HIGH

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        if not self.alt:
            self._draw(pen, x, top, width)
            return
        box = (x, top - self.height, x + width, top)
        with pen.tags.element("Figure", alt=self.alt, box=box), pen.content():
            self._draw(pen, x, top, width)

    def _draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        shades = thinned(self.shades)
        step, bottom = width / len(shades), top - self.height
        pen.fill(x, bottom, width, 0.5, svg.RULE)
        for shade, first, steps in heatmap.runs(shades):
            if shade != "-":
                high, ink = (self.height, self.color) if shade == "e" else (self.height / 2, paler(self.color))
                pen.fill(x + first * step, bottom, steps * step, high, ink)


@dataclass(frozen=True, slots=True)
class StripAxis:
    """The axis above a column of strips: the first and the last minute. It is a decoration, as on the web page."""

    first: int
    last: int
    style: TextStyle

    @property
    def height(self) -> float:
        return self.style.leading

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        marks = (f"minute {self.first}", f"minute {figures.count(self.last)}")
        with pen.tags.artifact():
            for part, mark in zip((0.0, 1.0), marks, strict=True):
                line = [(mark, self.style.names[0])]
                start = x + part * (width - text_layout.length(line, self.style.size))
                pen.write(line, start, top - self.style.size, self.style.size, self.style.color)


@dataclass(frozen=True, slots=True)
class StripLegend:
    """The legend of the three shades."""

    color: str
    style: TextStyle
    height: float = HIGH + 2

    def draw(self, pen: Pen, x: float, top: float, _width: float) -> None:
        for shade, meaning in (("e", "engaged"), ("n", "less engaged"), ("-", "not there")):
            HeatmapDrawing(shade, self.color).draw(pen, x, top, 14)
            line = [(meaning, self.style.names[0])]
            pen.write(line, x + 18, top - HIGH + 2, self.style.size, self.style.color)
            pen.space(self.style.names[0], self.style.size)
            x += 34 + text_layout.length(line, self.style.size)


def thinned(shades: str) -> str:
    """Reduce a heatmap to at most MOST_CELLS cells; a cell for several minutes has their most frequent shade."""
    size = -(-len(shades) // MOST_CELLS)
    if size <= 1:
        return shades
    parts = (shades[n : n + size] for n in range(0, len(shades), size))
    return "".join(max(SHADES, key=part.count) for part in parts)
