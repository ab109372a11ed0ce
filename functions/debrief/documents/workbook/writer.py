"""Write sheets as an .xlsx file: texts as texts, numbers as numbers, never a formula.

This module writes the rows; XlsxWriter writes the rest of the file. XlsxWriter would take three times as long for the
rows, and would not escape a text that begins with `<r>` and ends with `</r>`.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import count, islice
from typing import TYPE_CHECKING, TypeAlias, get_args

from debrief.documents.text import sanitize
from debrief.documents.workbook.sheet import LONGEST, Cell, Kind, Sheet, Typed

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

Styles: TypeAlias = Mapping[tuple[Kind | str, bool], int]  # the index of the cell format for each kind, wrapped or not

MOST_ROWS = 1_048_576  # maximum number of rows of a sheet, with the head
_MORE = "More rows are in the CSV files: this sheet is full."
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_FORMATS: Mapping[Kind, str] = {
    "text": "@",
    "count": "#,##0",
    "minutes": "#,##0.0",
    "percent": "0.0%",
    "time": "yyyy-mm-dd hh:mm",
}
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_TEXT, _TEXT_END = ' t="inlineStr"><is><t>', "</t></is></c>"
_SMALL = 4_000_000  # characters of rows up to which the parts of the file are kept in memory
_BLOCK = 500  # number of rows that are written together
_LINE, _MOST_LINES = 15, 27  # height of a line in points, and lines of a row; spreadsheets allow 409 points
_HEAD_HEIGHT = 2 * _LINE


def write_workbook(sheets: Sequence[Sheet], title: str, created: datetime) -> bytes:
    """Return the file. The same sheets, title and time give the same bytes."""
    from xlsxwriter import Workbook

    out, texts = io.BytesIO(), Texts()
    with tempfile.TemporaryDirectory() as folder:  # XlsxWriter's temporary files with the rows; always deleted
        book = Workbook(out, {**_OPTIONS, "tmpdir": folder})
        book.set_properties({"title": sanitize.clean(title), "created": created.replace(tzinfo=None)})
        styles = _styles(book)
        written = sum(_write(book.add_worksheet(sheet.name), sheet, styles, texts) for sheet in sheets)
        book.in_memory = written < _SMALL  # without this, each part of the file passes through a temporary file
        book.close()
    return out.getvalue()


def _styles(book: Workbook) -> Styles:
    """Add the cell formats to the workbook, for each kind and for heads; return their indices."""
    indices: dict[tuple[Kind | str, bool], int] = {}
    for kind in get_args(Kind):
        for wraps in (False, True):
            values = {"num_format": _FORMATS[kind], "valign": "top", **({"text_wrap": True} if wraps else {})}
            values |= {"align": "left", "indent": 1} if kind in {"text", "time"} else {}
            indices[kind, wraps] = book.add_format(values)._get_xf_index()  # noqa: SLF001 - cells refer to this index
    for kind in ("text", "number"):
        head = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EEF0"}
        head |= {"align": "right"} if kind == "number" else {"align": "left", "indent": 1}
        indices[f"{kind} head", True] = book.add_format(head)._get_xf_index()  # noqa: SLF001
    return indices


def _write(out: Worksheet, sheet: Sheet, styles: Styles, texts: Texts) -> int:
    """Write a sheet. Returns the number of characters of its rows."""
    last = len(sheet.columns) - 1
    for place, column in enumerate(sheet.columns):
        out.set_column(place, place, column.width)
    out.row_data_fh.write(_head(sheet, styles, texts))
    rows, written, characters = iter(_rows(sheet, styles, texts)), 0, 0
    while block := list(islice(rows, _BLOCK)):
        characters += out.row_data_fh.write("".join(block))
        written += len(block)
    out.dim_rowmin, out.dim_rowmax, out.dim_colmin, out.dim_colmax = 0, written, 0, last
    out.freeze_panes(1, 1)
    out.autofilter(0, 0, written, last)
    out.ignore_errors({"number_stored_as_text": f"A1:{_letters(last)}{written + 1}"})
    out.set_landscape()
    out.fit_to_pages(1, 0)
    out.repeat_rows(0)
    return characters


def _head(sheet: Sheet, styles: Styles, texts: Texts) -> str:
    cells = (
        f'<c r="{_letters(place)}1" s="{styles["text head" if column.kind == "text" else "number head", True]}"'
        f"{_TEXT}{texts[column.head]}{_TEXT_END}"
        for place, column in enumerate(sheet.columns)
    )
    return f'<row r="1" ht="{_HEAD_HEIGHT}" customHeight="1">{"".join(cells)}</row>'


def _rows(sheet: Sheet, styles: Styles, texts: Texts) -> Iterator[str]:
    """Yield the XML of each row. This loop takes most of the time, so it avoids function calls for single cells."""
    columns = [
        (
            f'<c r="{_letters(place)}',
            f'" s="{styles["text", column.wraps]}"{_TEXT}',
            f'" s="{styles[column.kind, False]}"><v>',
        )
        for place, column in enumerate(sheet.columns)
    ]
    wrapped = [(place, column.width) for place, column in enumerate(sheet.columns) if column.wraps]
    for number, row in zip(map(str, count(2)), _fitting(sheet), strict=False):
        cells = [f'<row r="{number}"{_height(row, wrapped) if wrapped else ""}>']
        for (start, text, figure), value in zip(columns, row, strict=True):
            if value is None or value == "":
                continue
            if value.__class__ is str:
                cells += (start, number, text, texts[value], _TEXT_END)
            elif value.__class__ is Typed:
                cells += (start, number, f'" s="{styles[value.kind, False]}"><v>{value.value!r}</v></c>')
            else:
                cells += (start, number, figure, repr(value), "</v></c>")
        cells.append("</row>")
        yield "".join(cells)


def _height(row: Sequence[Cell | Typed], wrapped: Sequence[tuple[int, int]]) -> str:
    """Return the height of a row with wrapped texts. Without a height, some programs show only one line."""
    lines = max(
        (-(-len(text) // width) for place, width in wrapped if isinstance(text := row[place] or "", str)), default=1
    )
    return f' ht="{min(lines, _MOST_LINES) * _LINE}" customHeight="1"' if lines > 1 else ""


def _fitting(sheet: Sheet) -> Iterator[Sequence[Cell | Typed]]:
    """Yield the rows that fit into a sheet. If there are more rows, the last one is a note."""
    rows = iter(sheet.rows)
    yield from islice(rows, MOST_ROWS - 2)
    last = list(islice(rows, 2))
    yield from last[:1] if len(last) < 2 else [[_MORE, *[None] * (len(sheet.columns) - 1)]]


class Texts(dict[str, str]):
    """Texts as they are written into cells, by original text. It is a cache, because many cells have the same text."""

    def __missing__(self, text: str) -> str:
        """Clean and escape a text."""
        cleaned = sanitize.clean(text, LONGEST)
        self[text] = written = escape(_LOOKS_ESCAPED.sub("_x005F_", cleaned), quote=False)
        return written


def _letters(place: int) -> str:
    """Return the letters of a column: `A`, `AB`."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
