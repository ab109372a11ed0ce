"""Content of a PDF that can be drawn, including in table cells: text and bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from debrief.documents.charts import svg
from debrief.documents.pdf import text_layout
from debrief.documents.pdf.canvas import Pen, TextStyle

HIGH, BAR = 9.0, 5.5  # height of a row, and of a bar in its middle


class Drawable(Protocol):
    """Content that can be drawn."""

    @property
    def height(self) -> float:
        """Return its height."""

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw it from `x` to `x + width`, below `top`."""


@dataclass(frozen=True, slots=True)
class Words:
    """Lines of text in the same style."""

    lines: Sequence[Sequence[text_layout.Run]]
    style: TextStyle
    right: bool = False
    indent: float = 0.0

    @property
    def height(self) -> float:
        return len(self.lines) * self.style.leading

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        for place, line in enumerate(self.lines):
            start = x + width - text_layout.length(line, self.style.size) if self.right else x + self.indent
            pen.write(
                line, start, top - self.style.size - place * self.style.leading, self.style.size, self.style.color
            )


@dataclass(frozen=True, slots=True)
class Stack:
    """Several drawables, one below the other."""

    cells: Sequence[Drawable]

    @property
    def height(self) -> float:
        return sum(cell.height for cell in self.cells)

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        for cell in self.cells:
            cell.draw(pen, x, top, width)
            top -= cell.height


@dataclass(frozen=True, slots=True)
class ShareBar:
    """A bar for a share, 0..1, on a longer bar for the whole; nothing if the share is unknown."""

    share: float | None
    color: str
    height: float = HIGH

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        if self.share is None:
            return
        bottom = top - self.height / 2 - BAR / 2
        pen.fill(x, bottom, width, BAR, svg.FAINT)
        pen.fill(x, bottom, min(max(self.share, 0.0), 1.0) * width, BAR, self.color)


@lru_cache(maxsize=2048)
def words(
    text: str, width: float, style: TextStyle, *, most: int = 4, right: bool = False, indent: float = 0.0
) -> Words:
    """Break a text into at most `most` lines."""
    names = style.names
    plain = [(text, names[0])]
    if text_layout.is_simple_latin(text) and (
        len(text) * style.size <= width or text_layout.length(plain, style.size) <= width
    ):
        return Words([plain], style, right, indent)
    if "@" in text:
        text = _with_addresses(text, width, style, most)
    lines = text_layout.wrapped(text, width, style.size, names, most=most)
    direction = text_layout.direction_of(text)
    return Words([text_layout.runs(line, direction, names) for line in lines], style, right, indent)


def _with_addresses(text: str, width: float, style: TextStyle, most: int) -> str:
    """Make email addresses fit: break a long one after its `@`; cut it if it is still too long."""
    names = style.names

    def fits(part: str) -> bool:
        return text_layout.width_of(part, style.size, names) <= width

    def fitting(address: str) -> str:
        name, at, domain = address.partition("@")
        if most > 1 and not fits(address) and fits(name + at) and fits(domain):
            return f"{name}{at} {domain}"
        return text_layout.cut_address(address, width, style.size, names)

    return " ".join(fitting(word) if "@" in word else word for word in text.split())
