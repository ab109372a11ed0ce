"""Lines of text for the PDF canvas: broken to a width, each character in the first face that has it, in drawing order.

xhtml2pdf does the same for the text of the page; this is for what we draw ourselves. Only the PDF engine imports it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from reportlab.pdfbase.pdfmetrics import stringWidth
from xhtml2pdf import bidi
from xhtml2pdf.util import shape_frag_text, split_by_coverage

from debrief.documents.pdf import fonts
from debrief.documents.text.figures import DASH
from debrief.documents.text.sanitize import ELLIPSIS

Run: TypeAlias = tuple[str, str]  # characters, and the face that draws them


_width = lru_cache(maxsize=4096)(stringWidth)  # figures come again and again


def is_certain(text: str) -> bool:
    """Whether the first face has every character, and all run from left to right, without a look at each of them.

    Noto Sans has all Latin letters of Unicode's first four blocks.
    """
    return text.isascii() or max(text) < "\u0250" or text == DASH


def runs(line: str, direction: str, names: Sequence[str]) -> list[Run]:
    """A line in drawing order, left to right: Arabic letters joined, right-to-left parts turned round."""
    if bidi.needs_bidi(line, direction):
        line = bidi.get_display(shape_frag_text(line, fonts.ARABIC) or line, direction)
    return list(split_by_coverage(line, names))


def direction_of(text: str) -> str:
    """`L` or `R`, as the first letter that has one says (Unicode bidirectional algorithm, rules P2 and P3)."""
    strong = (kind for char in text if (kind := unicodedata.bidirectional(char)) in {"L", "R", "AL"})
    return "L" if next(strong, "L") == "L" else "R"


def width_of(text: str, size: float, names: Sequence[str]) -> float:
    """How wide a text is, in points."""
    return length([(text, names[0])] if is_certain(text) else split_by_coverage(text, names), size)


def length(line: Sequence[Run], size: float) -> float:
    """How long a line of runs is, in points."""
    return float(sum(_width(run, name, size) for run, name in line))


def wrapped(text: str, room: float, size: float, names: Sequence[str], *, most: int) -> list[str]:
    """The text in at most `most` lines no wider than `room`; what does not fit ends in an ellipsis."""
    lines: list[str] = []
    while width_of(text, size, names) > room and len(lines) < most - 1:
        line = _fitting(text, room, size, names)
        lines.append(line.rstrip())
        text = text[len(line) :].lstrip()
    if width_of(text, size, names) > room:
        room -= width_of(ELLIPSIS, size, names)
        text = text[: _most_characters(text, room, size, names)].rstrip() + ELLIPSIS
    return [*lines, text]


def _fitting(text: str, room: float, size: float, names: Sequence[str]) -> str:
    """The longest beginning that fits, cut after a space if there is one in it; at least one character."""
    most = _most_characters(text, room, size, names)
    space = text.rfind(" ", 0, most + 1)
    return text[: space + 1] if space > 0 and most < len(text) else text[:most]


def _most_characters(text: str, room: float, size: float, names: Sequence[str]) -> int:
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width_of(text[:middle], size, names) <= room else (low, middle - 1)
    return low
