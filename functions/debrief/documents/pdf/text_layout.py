"""Text layout for the PDF canvas: line breaks, a face for each character, and the drawing order.

xhtml2pdf lays out the text of an event's template; this module lays out what Debrief draws. Only the PDF engine imports
it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, takewhile
from typing import TypeAlias

from reportlab.pdfbase.pdfmetrics import stringWidth
from xhtml2pdf import bidi
from xhtml2pdf.util import font_has_glyph, shape_frag_text

from debrief.documents.pdf import fonts
from debrief.documents.text.figures import DASH
from debrief.documents.text.sanitize import ELLIPSIS

Run: TypeAlias = tuple[str, str]  # characters, and the face that draws them


_THIN = 0.1  # of the size: hardly any character is thinner
_width = lru_cache(maxsize=4096)(stringWidth)  # figures come again and again


def is_certain(text: str) -> bool:
    """Return whether the first face surely has every character, and all run from left to right.

    Noto Sans has all Latin letters of Unicode's first four blocks.
    """
    return text.isascii() or max(text) < "\u0250" or text == DASH


def runs(line: str, direction: str, names: Sequence[str]) -> list[Run]:
    """Return a line in drawing order, left to right: Arabic letters joined, right-to-left parts reversed."""
    if bidi.needs_bidi(line, direction):
        line = bidi.get_display(shape_frag_text(line, fonts.ARABIC) or line, direction)
    return split(line, names)


def direction_of(text: str) -> str:
    """Return `L` or `R` by the first letter with a direction (Unicode bidirectional algorithm, rules P2 and P3)."""
    strong = (kind for char in text if (kind := unicodedata.bidirectional(char)) in {"L", "R", "AL"})
    return "L" if next(strong, "L") == "L" else "R"


def width_of(text: str, size: float, names: Sequence[str]) -> float:
    """Return the width of a text, in points."""
    return length([(text, names[0])] if is_certain(text) else split(text, names), size)


@lru_cache(maxsize=8192)
def _advance(char: str, names: tuple[str, ...]) -> float:
    """Return the width of a character in type of size 1, as if it was alone."""
    return length(split(char, names), 1.0)


class _Faces(dict[str, str]):
    """The first face that has each character; the first of all if none has it. Asked once for each character."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = names

    def __missing__(self, char: str) -> str:
        self[char] = next((name for name in self.names if font_has_glyph(name, char)), self.names[0])
        return self[char]


_faces = lru_cache(maxsize=8)(_Faces)


def split(text: str, names: Sequence[str]) -> list[Run]:
    """Cut a text into runs that one face draws each; a space stays with the run before it."""
    faces, runs_, start, current = _faces(tuple(names)), list[Run](), 0, ""
    for place, char in enumerate(text):
        face = current if current and char.isspace() else names[0] if char.isspace() else faces[char]
        if current and face != current:
            runs_.append((text[start:place], current))
            start = place
        current = face
    return [*runs_, (text[start:], current)] if text else []


def length(line: Sequence[Run], size: float) -> float:
    """Return the length of a line of runs, in points."""
    return float(sum(_width(run, name, size) for run, name in line))


def wrapped(text: str, room: float, size: float, names: Sequence[str], *, most: int) -> list[str]:
    """Break a text into at most `most` lines of width `room`, with an ellipsis if it is too long."""
    lines: list[str] = []
    text = text[: int(room * most / (size * _THIN)) + 2]  # longer text has no room, and takes long to measure
    while width_of(text, size, names) > room and len(lines) < most - 1:
        line = _fitting(text, room, size, names)
        lines.append(line.rstrip())
        text = text[len(line) :].lstrip()
    if width_of(text, size, names) > room:
        room -= width_of(ELLIPSIS, size, names)
        text = text[: _most_characters(text, room, size, names)].rstrip() + ELLIPSIS
    return [*lines, text]


def cut_address(address: str, room: float, size: float, names: Sequence[str]) -> str:
    """Return an address that fits: a long one is cut at its end, after the whole name if there is room."""
    if width_of(address, size, names) <= room:
        return address
    name, _, domain = address.partition("@")
    for start, rest, end in ((f"{name}@", domain, ELLIPSIS), ("", name, f"{ELLIPSIS}@{ELLIPSIS}")):
        left = room - width_of(start + end, size, names)
        if left >= 0:
            return start + rest[: _most_characters(rest, left, size, names)] + end
    return ELLIPSIS


def _fitting(text: str, room: float, size: float, names: Sequence[str]) -> str:
    """Return the longest beginning that fits, cut after a space if possible; at least one character."""
    most = _most_characters(text, room, size, names)
    space = text.rfind(" ", 0, most + 1)
    return text[: space + 1] if space > 0 and most < len(text) else text[:most]


def _most_characters(text: str, room: float, size: float, names: Sequence[str]) -> int:
    """Return how many characters fit, at least one."""
    low, high = 1, len(text)
    if not is_certain(text):
        ends = accumulate(_advance(char, tuple(names)) * size for char in text)
        guess = sum(1 for _ in takewhile(lambda end: end <= room, ends))
        low, high = max(guess - 2, 1), max(min(guess + 2, high), 1)
        if width_of(text[:low], size, names) > room:
            low, high = 1, low
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width_of(text[:middle], size, names) <= room else (low, middle - 1)
    return low
