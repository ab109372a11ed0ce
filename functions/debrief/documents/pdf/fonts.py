"""Fonts of the PDFs, in order of preference for each character. Importing this module does not load reportlab."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cache

from debrief.documents import templates


@dataclass(frozen=True, slots=True)
class Face:
    """A font file. All are TrueType: xhtml2pdf would need half a minute to convert other formats."""

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

_LOCK = threading.Lock()


@cache
def regular() -> tuple[str, ...]:
    """Return the names of the regular fonts, in order of preference."""
    return tuple(face.name for face in FACES if not face.bold)


@cache
def bold() -> tuple[str, ...]:
    """Return the names of the bold fonts, in order of preference, then regular ones, which have more characters."""
    return tuple(dict.fromkeys((*bold_families(), *regular())))


@cache
def bold_families() -> tuple[str, ...]:
    """Return the name of each family's bold font; a family without a bold font has its regular one."""
    best = {face.family: face.name for face in sorted(FACES, key=lambda face: face.bold)}
    return tuple(best[family] for family in FAMILIES)


def register() -> None:
    """Load the fonts of the first family, which every PDF needs.

    Raises OSError or reportlab's TTFError if a file is missing or is not a TrueType font.
    """
    for face in FACES:
        if face.family == FAMILIES[0]:
            _load(face)


def register_all() -> None:
    """Load all fonts, under the names that xhtml2pdf gives them. Raises the same errors as `register`."""
    for face in FACES:
        _load(face)


def _load(face: Face) -> None:
    """Load a font if the process has not loaded it yet: reportlab reads the whole file, which takes up to 0.1 s."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    with _LOCK:
        if face.name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(face.name, str(templates.fonts_dir() / face.file)))


@cache
def characters(name: str) -> Container[int]:
    """Return the code points that a font can draw. This loads the font."""
    from reportlab.pdfbase.pdfmetrics import getFont

    _load(next(face for face in FACES if face.name == name))
    glyphs: Container[int] = getFont(name).face.charToGlyph
    return glyphs


class _Choice(dict[str, str]):
    """Caches, for each character, the first font that has it, or a blank. Loads a font if those before it lack one.

    A private character (Unicode's category Co) is blank: each font draws another glyph, and archival PDFs forbid it.
    """

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = names

    def __missing__(self, char: str) -> str:
        is_private = unicodedata.category(char) == "Co"
        self[char] = "" if is_private else next((name for name in self.names if ord(char) in characters(name)), "")
        return self[char]


choice = cache(_Choice)
