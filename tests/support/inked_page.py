"""What a PDF's pages show, as Chromium's engine renders them: size, ink and ground of letters, ink of shapes."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any, NamedTuple

import pypdfium2
from pypdfium2 import raw

from support.contrast import Color

_SCALE = 3  # pixels to a point
_NEAR = 24  # colours that differ less are the same ink, blurred at the edges


class Letter(NamedTuple):
    """How letters look: points, and two colours."""

    size: float
    ink: Color
    ground: Color


class Shape(NamedTuple):
    """How filled or stroked shapes look; a line has a thickness, an area its smaller side."""

    ink: Color
    thickness: float


def letters(body: bytes) -> dict[Letter, str]:
    """Every look of letters in a PDF, with the words where it comes first."""
    found: dict[Letter, str] = {}
    with pypdfium2.PdfDocument(body) as document:
        for number, page in enumerate(document, 1):
            text, picture = page.get_textpage(), page.render(scale=_SCALE).to_pil().convert("RGB")
            for place in range(text.count_chars()):
                if not chr(raw.FPDFText_GetUnicode(text, place)).strip():
                    continue
                letter = _letter(text, place, picture, page.get_height())
                if letter not in found:
                    words = text.get_text_range(max(place - 10, 0), 30)
                    found[letter] = f"page {number}: {' '.join(words.split())}"
    return found


def shapes(body: bytes) -> set[Shape]:
    """Every look of shapes in a PDF; what is transparent or white is none."""
    with pypdfium2.PdfDocument(body) as document:
        return {shape for page in document for thing in page.get_objects() for shape in _looks(thing)}


def _letter(text: Any, place: int, picture: Any, height: float) -> Letter:
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(text, place, matrix)
    size = raw.FPDFText_GetFontSize(text, place) * (matrix.c**2 + matrix.d**2) ** 0.5
    ink = _color(raw.FPDFText_GetFillColor, text, place)
    left, bottom, right, top = text.get_charbox(place)
    around = (left - 1, height - top - 1, right + 1, height - bottom + 1)
    pixels = picture.crop(tuple(int(edge * _SCALE) for edge in around)).getcolors(1 << 13)
    # The ground is the most frequent colour that is not the ink's.
    grounds = (color for _, color in sorted(pixels, reverse=True) if _distance(color, ink) > _NEAR)
    return Letter(round(size, 2), ink, next(grounds, ink))


def _looks(thing: Any) -> Iterator[Shape]:
    if thing.type != raw.FPDF_PAGEOBJ_PATH:
        return
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(thing, mode, stroked)
    left, bottom, right, top = thing.get_bounds()
    for is_drawn, read, thickness in (
        (mode.value, raw.FPDFPageObj_GetFillColor, min(right - left, top - bottom)),
        (stroked.value, raw.FPDFPageObj_GetStrokeColor, _stroke_width(thing)),
    ):
        alpha = ctypes.c_uint()
        ink = _color(read, thing, alpha=alpha)
        if is_drawn and alpha.value == 255 and ink != (255, 255, 255):
            yield Shape(ink, round(thickness, 1))


def _stroke_width(thing: Any) -> float:
    width = ctypes.c_float()
    raw.FPDFPageObj_GetStrokeWidth(thing, width)
    return width.value


def _color(read: Any, *thing: Any, alpha: Any = None) -> Color:
    red, green, blue = (ctypes.c_uint() for _ in range(3))
    read(*thing, red, green, blue, ctypes.c_uint() if alpha is None else alpha)
    return red.value, green.value, blue.value


def _distance(one: Color, other: Color) -> int:
    return max(abs(first - second) for first, second in zip(one, other, strict=True))
