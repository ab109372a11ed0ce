"""Read the cells of a workbook that writer.py wrote. It has a fixed form, so regular expressions are enough."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Collection
from functools import lru_cache
from html import unescape

from debrief.documents.workbook.sheet import Cell
from debrief.errors import BadRequest

_SHEET = re.compile(r'<sheet name="([^"]*)" sheetId="(\d+)"')
_ROW = re.compile(r"<row [^>]*>(.*?)</row>", re.DOTALL)
_CELL = re.compile(r'<c r="([A-Z]+)\d+" s="\d+"(?:><v>([^<]*)</v>| t="inlineStr"><is><t>([^<]*)</t></is>)</c>')
_LARGEST = 200_000_000  # bytes of an unpacked sheet


def read_sheets(body: bytes, only: Collection[str] = ()) -> dict[str, list[list[Cell]]]:
    """Return the head and rows of each sheet, by the sheet's name. Raises BadRequest if the file cannot be read.

    Sheets that are not in `only`, if it has any, are unpacked too, but are not returned.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as file:
            names = _SHEET.findall(_part(file, "xl/workbook.xml"))
            parts = {unescape(name): _part(file, f"xl/worksheets/sheet{number}.xml") for name, number in names}
            return {name: _rows(part) for name, part in parts.items() if not only or name in only}
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, UnicodeDecodeError, NotImplementedError):
        raise BadRequest("An archived workbook cannot be read.") from None


def _part(file: zipfile.ZipFile, name: str) -> str:
    if file.getinfo(name).file_size > _LARGEST:
        raise ValueError
    return file.read(name).decode()


def _rows(sheet: str) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for row in _ROW.findall(sheet):
        cells = {_place(letters): _value(number, text) for letters, number, text in _CELL.findall(row)}
        wide = max(len(rows[0]) if rows else 0, *(place + 1 for place in cells), 0)
        read: list[Cell] = [None] * wide
        for place, value in cells.items():
            read[place] = value
        rows.append(read)
    return rows


def _value(number: str, text: str) -> Cell:
    if number:
        return float(number)
    return unescape(text).replace("_x005F_", "_")


@lru_cache(maxsize=1024)
def _place(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
