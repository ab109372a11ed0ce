"""The table in a PDF that maps glyphs to characters, so that names can be searched and copied.

reportlab writes a character beyond U+FFFF, such as an emoji, with five digits, which PDF viewers read as another
character. The standard (ISO 32000-1, 9.10.3) requires UTF-16, and blocks of at most 100 characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_MOST = 100  # maximum number of characters in a block
_JOINED = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")  # joined forms of Arabic letters

_MAP = """\
/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry ({font}) /Ordering ({font}) /Supplement 0 >> def
/CMapName /{font} def
/CMapType 2 def
1 begincodespacerange
<00> <FF>
endcodespacerange
{blocks}
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


def unicode_map(font: str, subset: Sequence[int]) -> str:
    """Return the CMap of a font whose glyph n is the character `subset[n]`. This replaces a function of reportlab.

    The map leaves out character 0, which PDF/A and PDF/UA forbid. reportlab gives it to glyphs that are not drawn.
    """
    lines = [f"<{glyph:02X}> <{_utf_16(character)}>" for glyph, character in enumerate(subset) if character]
    starts = range(0, len(lines), _MOST)
    return _MAP.format(font=font, blocks="\n".join(_block(lines[start : start + _MOST]) for start in starts))


def _block(lines: Sequence[str]) -> str:
    return "\n".join([f"{len(lines)} beginbfchar", *lines, "endbfchar"])


def _utf_16(character: int) -> str:
    text = chr(character)
    if _JOINED.match(text) and len(letter := unicodedata.normalize("NFKC", text)) == 1:
        text = letter
    return text.encode("utf-16-be", errors="surrogatepass").hex().upper()
