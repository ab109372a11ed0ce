"""Writes sheets as an .xlsx file: texts as texts, numbers as numbers, never a formula.

XlsxWriter writes the file around the rows. The rows are written here, because its way through a cell takes three times
as long, and writes a text between `<r>` and `</r>` unescaped.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, get_args

from debrief.documents.text import sanitize
from debrief.documents.workbook.sheet import LONGEST, Cell, Kind, Sheet, Typed

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_576  # of a sheet, the head included
_MORE = "More rows are in attendees.csv: this sheet is full."
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
_HEAD_HEIGHT = 32  # points: two lines


def write_workbook(sheets: Sequence[Sheet], title: str, created: datetime) -> bytes:
    """Return the file. The same sheets, title and time give the same bytes."""
    from xlsxwriter import Workbook

    out, text = io.BytesIO(), _texts()
    with tempfile.TemporaryDirectory() as folder:  # of the rows, and gone whatever happens
        book = Workbook(out, {**_OPTIONS, "tmpdir": folder})
        book.set_properties({"title": sanitize.clean(title), "created": created.replace(tzinfo=None)})
        styles = _styles(book)
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name), sheet, styles, text)
        book.close()
    return out.getvalue()


def _styles(book: Workbook) -> Mapping[tuple[Kind | str, bool], int]:
    """Return the numbers of the formats: of each kind, wrapped or not, and of the head."""
    found: dict[tuple[Kind | str, bool], int] = {}
    for kind in get_args(Kind):
        for wraps in (False, True):
            values = {"num_format": _FORMATS[kind], "valign": "top", **({"text_wrap": True} if wraps else {})}
            values |= {"align": "left"} if kind == "time" else {}
            found[kind, wraps] = book.add_format(values)._get_xf_index()  # noqa: SLF001 - the rows name it
    for kind in ("text", "number"):
        head = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EEF0"}
        head |= {"align": "right"} if kind == "number" else {}
        found[f"{kind} head", True] = book.add_format(head)._get_xf_index()  # noqa: SLF001
    return found


def _write(
    out: Worksheet, sheet: Sheet, styles: Mapping[tuple[Kind | str, bool], int], text: Callable[[str], str]
) -> None:
    last = len(sheet.columns) - 1
    for place, column in enumerate(sheet.columns):
        out.set_column(place, place, column.width)
    rows = -1  # the number of the last row, from 0
    for row in _rows(sheet, styles, text):
        out.row_data_fh.write(row)
        rows += 1
    out.dim_rowmin, out.dim_rowmax, out.dim_colmin, out.dim_colmax = 0, rows, 0, last
    out.freeze_panes(1, 1)
    out.autofilter(0, 0, rows, last)
    out.ignore_errors({"number_stored_as_text": f"A1:{_letters(last)}{rows + 1}"})
    out.set_landscape()
    out.fit_to_pages(1, 0)
    out.repeat_rows(0)


def _rows(sheet: Sheet, styles: Mapping[tuple[Kind | str, bool], int], text: Callable[[str], str]) -> Iterator[str]:
    """Yield the XML of each row, the head first."""
    places = [_letters(place) for place in range(len(sheet.columns))]
    heads = (
        _text_cell(
            f"{place}1", styles[f"{'text' if column.kind == 'text' else 'number'} head", True], text(column.head)
        )
        for place, column in zip(places, sheet.columns, strict=True)
    )
    yield f'<row r="1" ht="{_HEAD_HEIGHT}" customHeight="1">{"".join(heads)}</row>'
    words = [styles["text", column.wraps] for column in sheet.columns]
    numbers = [styles[column.kind, False] for column in sheet.columns]
    for number, row in enumerate(_fitting(sheet), 2):
        cells = []
        for place, value, word, style in zip(places, row, words, numbers, strict=True):
            if isinstance(value, str):
                if value:
                    cells.append(_text_cell(f"{place}{number}", word, text(value)))
            elif isinstance(value, Typed):
                cells.append(f'<c r="{place}{number}" s="{styles[value.kind, False]}"><v>{value.value!r}</v></c>')
            elif value is not None:
                cells.append(f'<c r="{place}{number}" s="{style}"><v>{value!r}</v></c>')
        yield f'<row r="{number}">{"".join(cells)}</row>'


def _fitting(sheet: Sheet) -> Iterator[Sequence[Cell | Typed]]:
    """Yield the rows that a sheet takes; a note replaces the last one if there are more."""
    rows = iter(sheet.rows)
    yield from islice(rows, MOST_ROWS - 2)
    last = list(islice(rows, 2))
    yield from last[:1] if len(last) < 2 else [[_MORE, *[None] * (len(sheet.columns) - 1)]]


def _text_cell(place: str, style: int, text: str) -> str:
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t>{text}</t></is></c>'


def _texts() -> Callable[[str], str]:
    """Return a function that cleans and escapes a text; it remembers texts, because many cells are alike."""
    known: dict[str, str] = {}

    def text(raw: str) -> str:
        found = known.get(raw)
        if found is None:
            cleaned = sanitize.clean(raw, LONGEST)
            found = known[raw] = escape(_LOOKS_ESCAPED.sub("_x005F_", cleaned), quote=False)
        return found

    return text


def _letters(place: int) -> str:
    """Return the letters of a column: `A`, `AB`."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
