"""Read and write the tables of lists of registrations: a CSV file has one, an Excel workbook one for each sheet."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from debrief.delivery.archive.archive import too_large
from debrief.errors import BadRequest
from debrief.pipeline.session.registration_columns import known_names

LARGEST = 50_000_000  # bytes of a file
SUFFIXES = ("csv", "xlsx")
_TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_DELIMITERS = ",;\t|"
_EXCEL_DELIMITER = re.compile(r"sep=([,;\t|])\r?\n")  # a first line by which Excel knows the delimiter
_HEAD_LINES = 100_000  # characters at the start of a file that must contain the header line
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # first bytes of files
_DAMAGED = "\N{REPLACEMENT CHARACTER}"
_NO_TIME = datetime(1980, 1, 1)  # noqa: DTZ001 - a workbook has a time without a zone


@dataclass(frozen=True)
class Table:
    """The rows of a table that are not empty. `rows` raises BadRequest where the file cannot be read."""

    rows: Iterator[list[str]]
    is_hidden: bool = False  # a hidden sheet


def suffix_of(body: bytes) -> str:
    """Return the suffix that the name of a file must have, by its first bytes, because people rename files."""
    return "xlsx" if body.startswith(_ZIP) else "csv"


def media_type(body: bytes) -> str:
    return _TYPES[suffix_of(body)]


def is_workbook(body: bytes) -> bool:
    return suffix_of(body) == "xlsx"


def tables_in(body: bytes) -> Iterator[Table]:
    """Yield the tables of a file. Read the rows of each before the next one. Raises BadRequest."""
    if len(body) > LARGEST:
        raise too_large(LARGEST)
    if body.startswith(_OLD_EXCEL):
        raise BadRequest("it is an old Excel file (.xls) or has a password; save it as .xlsx without a password.")
    if not is_workbook(body):
        yield Table(_csv_rows(body))
        return
    from debrief.pipeline.session.xlsx_rows import sheets_in

    for sheet in sheets_in(body):
        yield Table(sheet.rows, sheet.is_hidden)


def with_tables(body: bytes, tables: Sequence[Sequence[Sequence[str]]]) -> bytes:
    """Return a file with these rows of each table of `body`. Raises BadRequest.

    A CSV file keeps its encoding and delimiter. A workbook is written anew and has only texts: no formats, formulas,
    comments, images or names of authors, because these could name people.
    """
    return _new_workbook(tables) if is_workbook(body) else _new_csv(body, tables[0])


def hidden_texts(body: bytes) -> Iterator[str]:
    """Yield all texts of a workbook, also those that are not in cells; nothing for a CSV file. Raises BadRequest."""
    if not is_workbook(body):
        return
    from debrief.pipeline.session.xlsx_package import Package, damage_as_bad_request

    with damage_as_bad_request():
        yield from Package(body).texts()


def _new_workbook(tables: Sequence[Sequence[Sequence[str]]]) -> bytes:
    from debrief.documents.workbook.sheet import Sheet, SheetColumn
    from debrief.documents.workbook.writer import write_workbook

    sheets = list[Sheet]()
    for number, rows in enumerate(tables, start=1):
        width = max(map(len, rows), default=1)
        heads, *others = [[*row, *[""] * (width - len(row))] for row in rows] or [[""]]
        sheets.append(Sheet(str(number), [SheetColumn(head, width=20) for head in heads], others))
    return write_workbook(sheets, "", _NO_TIME)


def _csv_rows(body: bytes) -> Iterator[list[str]]:
    """Yield the rows of a CSV file that are not empty. Raises BadRequest if it is none."""
    form = _form(body)
    with io.TextIOWrapper(
        io.BytesIO(body), form.encoding, "replace", newline=""
    ) as text:  # a whole text needs far more memory
        # Without `strict`, all rows after an unclosed quotation mark would become one cell.
        rows = csv.reader(text, delimiter=form.delimiter, strict=True)
        try:
            found = (row for row in rows if any(cell.strip() for cell in row))
            yield from islice(found, 1 if form.first_line else 0, None)
        except csv.Error:
            raise BadRequest(f"it is not a CSV file: line {rows.line_num:,} cannot be read.") from None


def _new_csv(body: bytes, rows: Sequence[Sequence[str]]) -> bytes:
    """Return a file with these rows, in the encoding and with the delimiter of `body`. Raises BadRequest."""
    form = _form(body)
    out = io.StringIO(form.first_line, newline="")
    out.seek(0, io.SEEK_END)
    csv.writer(out, delimiter=form.delimiter, lineterminator="\n").writerows(rows)
    is_plain = form.encoding == "utf-8-sig" and not body.startswith(codecs.BOM_UTF8)
    return out.getvalue().encode("utf-8" if is_plain else form.encoding)


class _Form(NamedTuple):
    """How a file is written."""

    encoding: str
    first_line: str  # Excel's line with the delimiter; usually blank
    delimiter: str


def _form(body: bytes) -> _Form:
    encoding, start = _encoding(body)
    start = start.lstrip("\r\n")
    if by_excel := _EXCEL_DELIMITER.match(start):
        return _Form(encoding, by_excel[0], by_excel[1])
    return _Form(encoding, "", max(_DELIMITERS, key=lambda one: _known_heads(start, one)))


def _encoding(body: bytes) -> tuple[str, str]:
    """Return a file's encoding (UTF-8, UTF-16 or Windows-1252), and its first characters.

    A file with a few bytes that are not UTF-8 is UTF-8 with damaged characters, if more of its characters are UTF-8:
    Windows-1252 would spoil them all.
    """
    is_utf16 = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding, errors in (("utf-16", "strict"),) if is_utf16 else _encodings(body):
        try:
            text = body.decode(encoding, errors)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return encoding, text[:_HEAD_LINES]
    raise BadRequest("it is neither an Excel workbook nor a text file.")


def _encodings(body: bytes) -> tuple[tuple[str, str], ...]:
    """Return the encodings to try for a file that is not UTF-16, each with what to do about damaged characters."""
    try:
        body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
        damaged = text.count(_DAMAGED)
        whole = len(text) - len(text.encode("ascii", "ignore")) - damaged
        is_utf8 = whole > damaged or body.startswith(codecs.BOM_UTF8)
        return (("utf-8-sig", "replace"),) if is_utf8 else (("cp1252", "strict"),)
    return (("utf-8-sig", "strict"),)


def _known_heads(start: str, delimiter: str) -> tuple[int, int]:
    """Return how many columns the header has with this delimiter: those with usual names, and all."""
    head = next(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), [])
    return known_names(head), len(head)
