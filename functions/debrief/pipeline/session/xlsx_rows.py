"""Read the cells of Excel workbooks (.xlsx) of other programs as texts, sheet by sheet and row by row.

A number is written as in the formula bar, a date as 2026-11-12. Of a formula its stored value is read; a formula is
never computed. Of merged cells only the first has a value.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from debrief.errors import BadRequest
from debrief.pipeline.session.xlsx_package import Attributes, Package, damage_as_bad_request, damaged
from debrief.pipeline.session.xlsx_values import (
    FIRST_DAY,
    FIRST_DAY_1904,
    column_of,
    is_date_format,
    number_text,
    unescaped,
)

_MOST_ROWS = 1_048_576  # of a sheet, as in Excel: a workbook that is written anew has no room for more
_MOST_TEXTS = 2_500_000  # shared ones, which are all kept in memory
_MOST_CELLS, _MOST_COLUMNS, _MOST_CHARACTERS = 10_000_000, 1_000, 50_000_000  # of the cells of all sheets together


@dataclass
class _Book:
    """What the cells of all sheets need: shared texts, formats of dates, and how much may still be read."""

    package: Package
    cells: int
    characters: int
    texts: list[str] = field(default_factory=list)
    dates: frozenset[str] = frozenset()  # indices of cell formats
    first_day: datetime = FIRST_DAY


@dataclass(frozen=True)
class SheetRows:
    """The rows of a sheet that are not empty, each up to its last value."""

    rows: Iterator[list[str]]
    is_hidden: bool


def sheets_in(body: bytes) -> Iterator[SheetRows]:
    """Yield the sheets of a workbook in their order. Read the rows of each before the next sheet.

    This function and the iterators raise BadRequest if the file is no workbook, or too large.
    """
    with damage_as_bad_request():
        package = Package(body)
        main = next((part for kind, part in _relations(package, "").values() if kind.endswith("/officeDocument")), "")
        sheets, first_day = _sheets(package, main)
        parts = _relations(package, main)
        book = _Book(package, _MOST_CELLS, _MOST_CHARACTERS, first_day=first_day)
        for kind, part in parts.values():
            if kind.endswith("/sharedStrings"):
                _read_texts(book, part)
            elif kind.endswith("/styles"):
                book.dates = _date_formats(package, part)
    if not sheets:
        raise damaged()
    for relation, is_hidden in sheets:
        kind, part = parts.get(relation, ("", ""))
        if kind.endswith("/worksheet"):
            yield SheetRows(_rows(book, part), is_hidden)


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return the kind and the name of each part that a part refers to, by id; of the package itself if blank."""
    folder, name = posixpath.split(part)
    found = dict[str, tuple[str, str]]()

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/")
            found[attributes["Id"]] = attributes["Type"], target

    _parse_whole(package, posixpath.join(folder, "_rels", f"{name}.rels"), start)
    return found


def _sheets(package: Package, main: str) -> tuple[list[tuple[str, bool]], datetime]:
    """Return the relation of each sheet and whether it is hidden, and the day from which dates are counted."""
    found, first_day = list[tuple[str, bool]](), FIRST_DAY

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal first_day
        if tag == "sheet":
            relation = next((value for name, value in attributes.items() if name.endswith(":id")), "")
            found.append((relation, attributes.get("state", "visible") != "visible"))
        elif tag == "workbookPr" and attributes.get("date1904") in {"1", "true"}:
            first_day = FIRST_DAY_1904

    _parse_whole(package, main, start)
    return found, first_day


def _date_formats(package: Package, part: str) -> frozenset[str]:
    """Return the indices of the cell formats that show a number as a date or a time."""
    own, found, place = dict[str, str](), set[str](), -1

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal place
        if tag == "numFmt":
            own[attributes["numFmtId"]] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            place = 0
        elif tag == "xf" and place >= 0:
            number = attributes.get("numFmtId", "0")
            if is_date_format(number, own.get(number)):
                found.add(str(place))
            place += 1

    def end(tag: str) -> None:
        nonlocal place
        place = -1 if tag == "cellXfs" else place

    for _ in package.parse(part, start, end):
        pass
    return frozenset(found)


def _parse_whole(package: Package, part: str, start: Callable[[str, Attributes], None]) -> None:
    for _ in package.parse(part, start):
        pass


def _read_texts(book: _Book, part: str) -> None:
    """Read the shared texts, to which cells refer by number. Readings of East Asian letters are left out."""
    pieces, is_text, is_reading, left = list[str](), False, False, _MOST_CHARACTERS

    def start(tag: str, _: Attributes) -> None:
        nonlocal is_text, is_reading
        is_text = tag == "t"
        is_reading = is_reading or tag == "rPh"

    def end(tag: str) -> None:
        nonlocal is_text, is_reading, left
        is_text = False
        if tag == "rPh":
            is_reading = False
        elif tag == "si":
            book.texts.append(unescaped("".join(pieces)))
            pieces.clear()
            if len(book.texts) > _MOST_TEXTS:
                raise _more_than(_MOST_TEXTS, "different texts")

    def text(piece: str) -> None:
        nonlocal left
        if is_text and not is_reading:
            pieces.append(piece)
            left -= len(piece)
            if left < 0:
                raise _more_than(_MOST_CHARACTERS, "characters in its cells")

    for _ in book.package.parse(part, start, end, text):
        pass


def _rows(book: _Book, part: str) -> Iterator[list[str]]:
    reader = _RowReader(book)
    with damage_as_bad_request():
        for _ in book.package.parse(part, reader.start, reader.end, reader.text):
            yield from reader.rows
            reader.rows.clear()


class _RowReader:
    """Handlers of the XML of a sheet, which collect rows."""

    def __init__(self, book: _Book) -> None:
        self.rows: list[list[str]] = []
        self._book = book
        self._row: list[str] = []
        self._count = 0
        self._place = -1
        self._type = self._style = ""
        self._pieces: list[str] = []
        self._is_cell = self._is_text = self._is_reading = self._is_formula = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "c":
            reference = attributes.get("r")
            self._place = column_of(reference) if reference else self._place + 1
            self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._is_cell, self._is_formula = True, False
        elif tag in {"v", "t"}:
            self._is_text = self._is_cell and not self._is_reading
        elif tag == "f":
            self._is_formula = True
        elif tag == "rPh":
            self._is_reading = True
        elif tag == "row":
            self._place = -1

    def end(self, tag: str) -> None:
        if tag in {"v", "t"}:
            self._is_text = False
        elif tag == "c":
            self._end_cell()
        elif tag == "rPh":
            self._is_reading = False
        elif tag == "row" and self._row:
            self._end_row()

    def text(self, piece: str) -> None:
        if self._is_text:
            self._pieces.append(piece)
            self._book.characters -= len(piece)
            if self._book.characters < 0:
                raise _more_than(_MOST_CHARACTERS, "characters in its cells")

    def _end_row(self) -> None:
        self._count += 1
        if self._count > _MOST_ROWS:
            raise _more_than(_MOST_ROWS, "rows")
        self.rows.append(self._row)
        self._row = []

    def _end_cell(self) -> None:
        self._is_cell = False
        text = "".join(self._pieces)
        self._pieces.clear()
        if self._is_formula and not text and self._type == "n":
            raise BadRequest("it has a formula without a stored value; open the file in Excel and save it.")
        value = self._value(text).strip() if text else ""
        if not value:
            return
        row, book = self._row, self._book
        added = self._place + 1 - len(row)
        if added <= 0:  # its cells are not in order
            raise damaged()
        if self._place >= _MOST_COLUMNS:
            raise _more_than(_MOST_COLUMNS, "columns")
        row.extend([""] * added)
        row[self._place] = value
        book.cells -= added
        book.characters -= len(value)  # a shared text counts in each cell that shows it
        if book.cells < 0:
            raise _more_than(_MOST_CELLS, "cells")
        if book.characters < 0:
            raise _more_than(_MOST_CHARACTERS, "characters in its cells")

    def _value(self, text: str) -> str:
        match self._type:
            case "s":
                return self._book.texts[int(text)] if text.isdecimal() and int(text) < len(self._book.texts) else ""
            case "n":
                return number_text(text, self._book.first_day if self._style in self._book.dates else None)
            case "b":
                return "TRUE" if text.strip() == "1" else "FALSE"
            case "e":  # an error such as #N/A
                return ""
            case "d":
                return text
        return unescaped(text)


def _more_than(number: int, things: str) -> BadRequest:
    return BadRequest(f"it has more than {number:,} {things}.")
