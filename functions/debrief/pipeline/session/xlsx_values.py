"""Read single values of Excel workbooks: numbers and dates as texts, escaped characters, names of columns."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

_DATE_FORMATS = frozenset(map(str, (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))))  # built-in ones
_NO_DATE_PART = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DATE_PART = re.compile(r"[ymdhs]", re.IGNORECASE).search
FIRST_DAY, FIRST_DAY_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - spreadsheets have no zone
_DAYS = 2_900_000  # days up to which a number can be a date
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def is_date_format(number: str, code: str | None) -> bool:
    """Return whether a number format shows a date or a time; `code` is that of a format of the workbook itself."""
    return number in _DATE_FORMATS if code is None else bool(_DATE_PART(_NO_DATE_PART.sub("", code)))


@lru_cache(maxsize=2048)
def _column(letters: str) -> int:
    place = 0
    for letter in letters.upper():
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def column_of(reference: str) -> int:
    """Return the column number in a cell's reference such as `AB12`."""
    letters = reference.rstrip("0123456789")
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        raise ValueError
    return _column(letters)


def number_text(text: str, first_day: datetime | None) -> str:
    """Return a number as text; counted from `first_day` as a date, or as a time if it is less than a day."""
    if first_day is None and text.isdecimal() and len(text) < 16 and text[0] != "0":
        return text
    value = float(text)
    if first_day and 0 <= value < _DAYS:
        moment = first_day + timedelta(seconds=round(value * 86_400))
        return f"{moment:%H:%M:%S}" if value < 1 else f"{moment:%Y-%m-%d}" + (f"{moment: %H:%M}" if value % 1 else "")
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else f"{value:.15g}"


def unescaped(text: str) -> str:
    """Return a text with the characters that workbooks write as `_x000D_`, a space for those that are not printable."""
    return _ESCAPED.sub(_escaped_character, text) if "_x" in text else text


def _escaped_character(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character.isprintable() else " "
