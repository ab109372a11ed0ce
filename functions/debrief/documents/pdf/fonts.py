"""Fonts of the PDF, in order of preference for each character.

Only the PDF engine uses this module; it loads reportlab when a function is called, not on import.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Face:
    """A font file. All are TrueType: the engine would convert other kinds at run time, for half a minute."""

    family: str
    file: str
    bold: bool = False

    @property
    def name(self) -> str:
        """Return xhtml2pdf's name of the face after its @font-face rule: family, bold, italic."""
        return f"{self.family}_{int(self.bold)}0"


# Each character is drawn with the first family that has it. Latin, Greek, Cyrillic; then Hebrew, Arabic and symbols;
# Chinese, Japanese, Korean; Devanagari; Thai; emoji.
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
ARABIC = "dejavu sans_00"  # the face that has the joined forms of Arabic letters


@cache
def regular() -> Sequence[str]:
    """Return the names of the regular faces, in order of preference."""
    return tuple(face.name for face in FACES if not face.bold)


@cache
def bold() -> Sequence[str]:
    """Return the faces for headings: the bold face of each family, if it has one."""
    best = {face.family: face.name for face in sorted(FACES, key=lambda face: face.bold)}
    return tuple(best[family] for family in FAMILIES)


def register(folder: Path) -> None:
    """Load the faces, once per process, under the names that xhtml2pdf and the charts use.

    Raise OSError or reportlab's TTFError when a file is missing or no TrueType font.
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
    """Return whether every character of a text has a glyph in one of the faces."""
    from xhtml2pdf.util import font_has_glyph

    return all(any(font_has_glyph(name, char) for name in names) for char in set(text))
