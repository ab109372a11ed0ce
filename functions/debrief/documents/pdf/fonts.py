"""Fonts of the PDFs, in order of preference for each character. Importing this module does not load reportlab."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Face:
    """A font file. All are TrueType: the engine would need half a minute to convert other formats."""

    family: str
    file: str
    bold: bool = False

    @property
    def name(self) -> str:
        """Return the name that xhtml2pdf gives the font in a @font-face rule: family, bold (0 or 1), italic (0)."""
        return f"{self.family}_{int(self.bold)}0"


# The first family that has a character draws it. The families are for Latin, Greek and Cyrillic; Hebrew, Arabic and
# symbols; Chinese, Japanese and Korean; Devanagari; Thai; emoji.
FACES = (
    Face("noto sans", "NotoSans-Regular.ttf"),
    Face("noto sans", "NotoSans-Bold.ttf", bold=True),
    Face("dejavu sans", "DejaVuSans.ttf"),
    Face("dejavu sans", "DejaVuSans-Bold.ttf", bold=True),
    Face("wqy micro hei", "wqy-microhei.ttc"),
    Face("noto sans devanagari", "NotoSansDevanagari-Regular.ttf"),
    Face("noto sans thai", "NotoSansThai-Regular.ttf"),
    Face("symbola", "Symbola.ttf"),
)

FAMILIES = tuple(dict.fromkeys(face.family for face in FACES))
ARABIC = "dejavu sans_00"  # the font that has the joined forms of Arabic letters


@cache
def regular() -> Sequence[str]:
    """Return the names of the regular fonts, in order of preference."""
    return tuple(face.name for face in FACES if not face.bold)


@cache
def bold() -> Sequence[str]:
    """Return the names of the bold fonts, in order of preference; a family without a bold font has its regular one."""
    best = {face.family: face.name for face in sorted(FACES, key=lambda face: face.bold)}
    return tuple(best[family] for family in FAMILIES)


def register(folder: Path) -> None:
    """Load the fonts, once per process, under the names that xhtml2pdf and the charts use.

    Raises OSError or reportlab's TTFError if a file is missing or is not a TrueType font.
    """
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from svglib.fonts import register_font

    known = set(pdfmetrics.getRegisteredFontNames())
    for face in FACES:
        if face.name in known:
            continue
        if face.family == FAMILIES[0]:
            weight = "bold" if face.bold else "normal"
            register_font(face.family, str(folder / face.file), weight, rlgFontName=face.name)
        else:
            pdfmetrics.registerFont(TTFont(face.name, str(folder / face.file)))


def drawable(text: str, names: Sequence[str]) -> bool:
    """Return whether every character of a text has a glyph in one of the fonts."""
    from xhtml2pdf.util import font_has_glyph

    return all(any(font_has_glyph(name, char) for name in names) for char in set(text))
