"""Text layout for the PDF canvas: line breaks, a font for each character, and the drawing order.

xhtml2pdf lays out the text of an event's template; this module lays out the text that Debrief draws.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, groupby
from typing import TypeAlias

from reportlab.pdfbase.pdfmetrics import getFont
from xhtml2pdf import bidi

from debrief.documents.pdf import fonts
from debrief.documents.text.figures import DASH
from debrief.documents.text.sanitize import ELLIPSIS

Run: TypeAlias = tuple[str, str]  # characters, and the font that draws them

_JOINING = re.compile("[\u0600-\u08ff\u200c\u200d\ufb50-\ufeff]")  # Arabic letters, and what joins them or does not
_THIN = 0.1  # width of the thinnest characters, as a share of the font size


@dataclass(frozen=True, slots=True)
class Part:
    """A run of a line. It begins at `start`, for font size 1; with `is_reversed`, it is read from its end."""

    run: Run
    start: float
    is_reversed: bool = False

    @property
    def letters(self) -> list[Part]:
        """Return a part for each character of a reversed part, in the order of reading."""
        text, name = self.run
        starts = accumulate((length([(char, name)], 1.0) for char in text), initial=self.start)
        return [Part((char, name), start) for char, start in zip(text, starts, strict=False)][::-1]


def is_simple_latin(text: str) -> bool:
    """Return whether the first font, Noto Sans, has all characters, and all are written from left to right.

    Noto Sans has all characters of Unicode's first four blocks, which are Latin.
    """
    return text.isascii() or max(text) < "\u0250" or text == DASH


def runs(line: str, direction: str, names: Sequence[str]) -> list[Run]:
    """Return the runs of a line in the order of drawing: Arabic letters are joined, right-to-left parts reversed."""
    if bidi.needs_bidi(line, direction):
        line = bidi.get_display(_joined(line), direction)
    return split(line, names)


def parts(line: str, direction: str, names: Sequence[str]) -> list[Part]:
    """Return the runs of a line in the order of reading. A space at its end does not move the others."""
    text = _joined(line.rstrip())
    order, levels = bidi.display_order(text, direction)
    drawn = [place for place in order if text[place] not in bidi.CONTROL_CHARS]
    shown = split("".join(bidi.mirrored(text[place], levels[place]) for place in drawn), names)
    found, start, places = list[tuple[int, Part]](), 0.0, iter(drawn)
    for run, name in shown:
        for is_reversed, group in groupby(zip(run, places, strict=False), lambda one: levels[one[1]] % 2 == 1):
            chars, of_chars = zip(*group, strict=True)
            part = Part(("".join(chars), name), start, is_reversed)
            found.append((min(of_chars), part))
            start += length([part.run], 1.0)
    read = [part for _, part in sorted(found, key=lambda one: one[0])]
    if line.endswith(" "):
        space = " ", names[0]
        read.append(Part(space, start if direction == "L" else -length([space], 1.0)))
    return read


def drawn(line: Sequence[Part]) -> list[Run]:
    """Return the runs of a line in the order of drawing."""
    return [part.run for part in sorted(line, key=lambda part: part.start)]


def _joined(line: str) -> str:
    """Return a line with joined Arabic letters."""
    if not _JOINING.search(line):
        return line
    from xhtml2pdf.util import shape_frag_text

    fonts.characters(fonts.ARABIC)  # xhtml2pdf asks which forms the font has, and does not load it
    return shape_frag_text(line, fonts.ARABIC) or line


def direction_of(text: str) -> str:
    """Return `L` or `R`, the direction of a text (Unicode bidirectional algorithm, rules P2 and P3)."""
    strong = (kind for char in text if (kind := unicodedata.bidirectional(char)) in {"L", "R", "AL"})
    return "L" if next(strong, "L") == "L" else "R"


def spaced(text: str, lines: Sequence[str]) -> list[str]:
    """Return the lines of a text, each with a space at its end if the text has one there.

    A line that ends with `@` gets none: an address that is broken there has to be read and copied as one word.
    """
    found = []
    for line in lines:
        text = text.removeprefix(line)
        found.append(f"{line} " if text[:1].isspace() and not line.endswith("@") else line)
        text = text.lstrip()
    return found


def width_of(text: str, size: float, names: Sequence[str]) -> float:
    """Return the width of a text, in points."""
    return length([(text, names[0])] if is_simple_latin(text) else split(text, names), size)


class _Advances(dict[str, float]):
    """Caches the width of each single character in font size 1."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = names

    def __missing__(self, char: str) -> float:
        self[char] = length(split(char, self.names), 1.0)
        return self[char]


_advances = cache(_Advances)


def split(text: str, names: Sequence[str]) -> list[Run]:
    """Cut a text into runs; one font draws each run. A space belongs to the run before it."""
    if text and is_simple_latin(text):
        return [(text, names[0])]
    font_of, runs_, start, current = fonts.choice(tuple(names)), list[Run](), 0, ""
    for place, char in enumerate(text):
        font = current if current and char.isspace() else names[0] if char.isspace() else font_of[char] or names[0]
        if current and font != current:
            runs_.append((text[start:place], current))
            start = place
        current = font
    return [*runs_, (text[start:], current)] if text else []


def length(line: Sequence[Run], size: float) -> float:
    """Return the length of a line, in points."""
    if len(line) == 1:  # nearly always
        return _measure(line[0][1])(line[0][0], size)
    return sum(_measure(name)(run, size) for run, name in line)


@cache
def _measure(name: str) -> Callable[[str, float], float]:
    """Return a font's function that returns the width of a text in a size."""
    measure: Callable[[str, float], float] = getFont(name).stringWidth
    return measure


def wrapped(text: str, width: float, size: float, names: Sequence[str], *, most: int) -> list[str]:
    """Break a text into at most `most` lines; a longer text is cut and ends in an ellipsis."""
    lines: list[str] = []
    text = text[: int(width * most / (size * _THIN)) + 2]  # more characters cannot fit, and measuring takes long
    while width_of(text, size, names) > width and len(lines) < most - 1:
        line = _fitting(text, width, size, names)
        lines.append(line.rstrip())
        text = text[len(line) :].lstrip()
    if width_of(text, size, names) > width:
        width -= width_of(ELLIPSIS, size, names)
        text = text[: _most_characters(text, width, size, names)].rstrip() + ELLIPSIS
    return [*lines, text]


def cut_address(address: str, width: float, size: float, names: Sequence[str]) -> str:
    """Return an address that fits. A long address is cut at its end; the part before the `@` stays whole if it fits."""
    if width_of(address, size, names) <= width:
        return address
    name, _, domain = address.partition("@")
    for start, rest, end in ((f"{name}@", domain, ELLIPSIS), ("", name, f"{ELLIPSIS}@{ELLIPSIS}")):
        left = width - width_of(start + end, size, names)
        if left >= 0:
            return start + rest[: _most_characters(rest, left, size, names)] + end
    return ELLIPSIS


def _fitting(text: str, width: float, size: float, names: Sequence[str]) -> str:
    """Return the longest beginning that fits, cut after a space if possible; at least one character."""
    most = _most_characters(text, width, size, names)
    space = text.rfind(" ", 0, most + 1)
    return text[: space + 1] if space > 0 and most < len(text) else text[:most]


def _most_characters(text: str, width: float, size: float, names: Sequence[str]) -> int:
    """Return the number of characters that fit, at least 1."""
    guess = bisect_right(list(accumulate(map(_advances(tuple(names)).__getitem__, text))), width / size)
    if is_simple_latin(text):
        return max(guess, 1)
    low, high = max(guess - 2, 1), max(min(guess + 2, len(text)), 1)
    if width_of(text[:low], size, names) > width:
        low, high = 1, low
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width_of(text[:middle], size, names) <= width else (low, middle - 1)
    return low
