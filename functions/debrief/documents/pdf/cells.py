"""Content of a PDF that can be drawn, including in table cells: text and bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from xhtml2pdf import bidi

from debrief.documents.charts import svg
from debrief.documents.pdf import text_layout
from debrief.documents.pdf.canvas import Pen, TextStyle
from debrief.documents.pdf.tags import Group

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
    """Lines of text in the same style. `parts`, unless it is empty, has each line's runs in the order of reading."""

    lines: Sequence[Sequence[text_layout.Run]]
    style: TextStyle
    right: bool = False
    indent: float = 0.0
    parts: Sequence[Sequence[text_layout.Part]] = ()
    height: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "height", len(self.lines) * self.style.leading)  # often read

    @property
    def is_blank(self) -> bool:
        """Return whether there is nothing to read."""
        return not self.lines[0]

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        if self.is_blank:
            return
        style, size, y = self.style, self.style.size, top - self.style.size
        for place, line in enumerate(self.lines):
            start = x + width - text_layout.length(line, size) if self.right else x + self.indent
            if self.parts:
                pen.write_parts(self.parts[place], start, y, size, style.color)
            else:
                pen.write(line, start, y, size, style.color)
            y -= style.leading


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
            end_word(pen, cell)


@dataclass(frozen=True, slots=True)
class Tagged:
    """A drawable that is an element of the structure, such as `P`. With a `group`, it is a child of the group."""

    tag: str
    cell: Drawable
    group: Group | None = None

    @property
    def height(self) -> float:
        return self.cell.height

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        if self.group:
            with pen.tags.within(self.group):
                Tagged(self.tag, self.cell).draw(pen, x, top, width)
            return
        with pen.tags.element(self.tag):
            self.cell.draw(pen, x, top, width)


@dataclass(frozen=True, slots=True)
class Artifact:
    """A drawable that screen readers skip, because it repeats another."""

    cell: Drawable

    @property
    def height(self) -> float:
        return self.cell.height

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        with pen.tags.artifact():
            self.cell.draw(pen, x, top, width)


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


def is_blank(cell: Drawable) -> bool:
    """Return whether a cell is a blank text."""
    return isinstance(cell, Words) and cell.is_blank


def end_word(pen: Pen, cell: Drawable) -> None:
    """Separate a text, which was drawn last, from the next one in the same element."""
    if isinstance(cell, Words):
        pen.space(cell.style.names[0], cell.style.size)


@lru_cache(maxsize=2048)
def words(
    text: str, width: float, style: TextStyle, *, most: int = 4, right: bool = False, indent: float = 0.0
) -> Words:
    """Break a text into at most `most` lines. A text on the right must be drawn with the same width."""
    if not text:
        return Words([[]], style, right, indent)
    names = style.names
    plain = [(text, names[0])]
    is_simple = text_layout.is_simple_latin(text)
    if is_simple:
        is_short = not right and len(text) * style.size <= width
        length = 0.0 if is_short else text_layout.length(plain, style.size)
        if length <= width:
            return Words([plain], style, indent=width - length if right else indent)
        if not right and most > 1 and (halves := _halves(text, width, style)):
            return Words(halves, style, indent=indent)
    if "@" in text:
        text = _with_addresses(text, width, style, most)
    lines = text_layout.wrapped(text, width, style.size, names, most=most)
    read = text_layout.spaced(text, lines)
    if is_simple and not right:
        return Words([[(line, names[0])] for line in read], style, right, indent)
    direction = text_layout.direction_of(text)
    if not right and not bidi.needs_bidi(text, direction):
        return Words([text_layout.split(line, names) for line in read], style, right, indent)
    parts = [text_layout.parts(line, direction, names) for line in read]
    drawn = [
        text_layout.drawn(line[:-1] if text.endswith(" ") else line) for text, line in zip(read, parts, strict=True)
    ]
    return Words(drawn, style, right, indent, parts)


def _halves(text: str, width: float, style: TextStyle) -> list[list[text_layout.Run]]:
    """Return the two lines of an email address that is broken after its `@`; empty if this is impossible."""
    name, at, domain = text.partition("@")
    if not (at and domain) or " " in text:
        return []
    lines = [[(name + at, style.names[0])], [(domain, style.names[0])]]
    return lines if all(text_layout.length(line, style.size) <= width for line in lines) else []


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
