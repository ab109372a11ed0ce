"""Make file names of downloads and attachments, such as `Whats-new-this-autumn_2026-11-18_report.pdf`."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

_LONGEST_TITLE = 60  # characters
_LONGEST_TITLE_BYTES = 180  # a file system takes names of 255 bytes
_LONGEST = 150
_NO_TITLE = "session"
_APOSTROPHES = re.compile("['`\u00b4\u02bc\u2018-\u201b]")
# Letters that Unicode does not decompose.
_LATIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
)


def saved_name(title: str, start: datetime, zone: ZoneInfo, file: str) -> str:
    """Return the name of a session's file, with letters of any script: title, local date, file.

    A title without letters and digits becomes `session`. If `file` is in a folder, the folder's name is included.
    """
    words = _plain(_APOSTROPHES.sub("", title[: _LONGEST_TITLE * 4]), others="")
    cut = words[:_LONGEST_TITLE]
    if len(words) > _LONGEST_TITLE and "-" in cut[_LONGEST_TITLE // 2 :]:
        cut = cut.rpartition("-")[0]
    cut = cut.encode()[:_LONGEST_TITLE_BYTES].decode(errors="ignore")
    return f"{cut.strip('-') or _NO_TITLE}_{start.astimezone(zone):%Y-%m-%d}_{file.replace('/', '-')}"


def ascii_name(name: str) -> str:
    """Return a name in ASCII letters, digits and `._-`, without accents; a title not in Latin becomes `session`."""
    title, _, rest = name.rpartition("/")[2].partition("_")
    return f"{_ascii(title) or _NO_TITLE}_{_ascii(rest)}" if rest else _ascii(title)


def attachment(name: str, instead: str) -> str:
    """Return the Content-Disposition header that saves a file as `name`, or as `instead` if no ASCII name is left.

    As in RFC 6266, the header has an ASCII name for all programs and, if the two differ, the whole name in UTF-8. All
    characters except letters, digits and `._-` become hyphens, so no name can break the header.
    """
    whole = _plain(name, others="._").lstrip(".-")[:_LONGEST]
    plain = ascii_name(whole)[:_LONGEST] or instead
    header = f'attachment; filename="{plain}"'
    return header if whole in {plain, ""} else f"{header}; filename*=UTF-8''{quote(whole, safe='')}"


def _ascii(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.translate(_LATIN)).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._]+", "-", folded).strip("-")


def _plain(text: str, others: str) -> str:
    """Replace each run of characters with a hyphen, except letters, marks, digits and `others`."""
    text = unicodedata.normalize("NFC", text)
    kept = (char if char in others or unicodedata.category(char)[0] in "LMN" else " " for char in text)
    return "-".join("".join(kept).split())
