"""Describe an answer of Kaltura by its shape: known names, and the form of each value, but never the value.

`vocabulary` has the texts that may be written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

from debrief.kaltura.api.responses import BOM
from debrief.kaltura.contract.vocabulary import (
    AS_TEXT,
    BLANK,
    COLUMNS,
    DECIMAL,
    DEEP,
    EXPONENT,
    FALSE,
    FIELDS,
    ISO_TIME,
    MILLISECONDS,
    NEGATIVE,
    NULL,
    QUOTED,
    SECONDS,
    TEXT,
    TRUE,
    VALUES,
    WHOLE,
    ZERO,
    bucket,
)
from debrief.kaltura.reports.page_tables import DELIMITER

Shape = dict[str, Any]
_FORMS = (
    (BLANK, re.compile("")),
    (ZERO, re.compile("0")),
    (SECONDS, re.compile("[0-9]{10}")),
    (MILLISECONDS, re.compile("[0-9]{13}")),
    (WHOLE, re.compile("[0-9]{1,9}")),
    (DECIMAL, re.compile(r"[0-9]{1,9}[.][0-9]{1,20}")),
    (EXPONENT, re.compile(r"-?[0-9.]{1,20}[eE][+-]?[0-9]{1,3}")),
    (NEGATIVE, re.compile(r"-[0-9.]{1,20}")),
    (ISO_TIME, re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}\S{0,20}")),
    (QUOTED, re.compile('".*"', re.DOTALL)),
)
_MOST_ROWS = 200  # more rows are not likely to have other shapes
_DEEPEST = 6


def cell_shape(text: str, name: str = "") -> str:
    """Return the form of a text, or the text itself if it is a fixed value of that column or field."""
    if text in VALUES.get(name, ()):
        return text
    return next((shape for shape, form in _FORMS if form.fullmatch(text)), TEXT)


def csv_shape(report: int, body: bytes) -> Shape:
    """Return the shape of a CSV answer. Cells are split at commas, as Kaltura writes them."""
    lines = body.removeprefix(BOM).decode("utf-8", "replace").removesuffix("\n").split("\n")
    header, *rows = ([cell.strip("\r") for cell in line.split(",")] for line in lines)
    return {
        "kind": "csv",
        "report": report,
        "bom": body.startswith(BOM),
        "lines": "carriage return" if b"\r\n" in body else "line feed",
        "rows": bucket(len(rows)),
        "columns": _columns([name.strip().strip('"') for name in header], rows) if any(header) else [],
        "quoted": any(name.startswith('"') for name in header),
    }


def table_shape(report: int, kind: str, answer: Any) -> Shape:
    """Return the shape of a table or a total of the Summary page; `kind` is `table` or `total`."""
    known = answer if isinstance(answer, dict) else {}
    header, data = (str(known.get(name) or "") for name in ("header", "data"))
    lines = [line for line in data.split(";") if line]
    rows = [line.split(DELIMITER) for line in lines]
    return {
        "kind": kind,
        "report": report,
        "value": value_shape({name: value for name, value in known.items() if name not in {"header", "data"}}),
        "rows": bucket(len(rows)),
        "columns": _columns(header.split(DELIMITER), rows) if header else [],
    }


def value_shape(value: Any, name: str = "", depth: int = 0) -> Any:
    """Return the shape of a JSON value: the names of known fields, and the number of unknown fields."""
    if isinstance(value, list | dict):
        return DEEP if depth >= _DEEPEST else _inner_shape(value, name, depth + 1)
    if value is None or isinstance(value, bool):
        return {None: NULL, True: TRUE, False: FALSE}[value]
    if isinstance(value, str):
        shape = cell_shape(value, name)
        return shape if shape in VALUES.get(name, ()) else f"{shape} {AS_TEXT}"
    return cell_shape(repr(value))


def _inner_shape(value: list[Any] | dict[str, Any], name: str, depth: int) -> Shape:
    if isinstance(value, list):
        shapes = [value_shape(item, name, depth) for item in value[:_MOST_ROWS]]
        return {"list": bucket(len(value)), "of": _distinct(shapes)}
    known = {key: value_shape(item, key, depth) for key, item in value.items() if key in FIELDS}
    return {"fields": known, "unknown_fields": bucket(len(value) - len(known))}


def _columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Shape]:
    """Return each column's name, if Debrief knows it, and the shapes of its cells."""
    by_column = zip_longest(*rows[:_MOST_ROWS], fillvalue="")
    cells = [*by_column, *[()] * len(header)]
    return [
        {
            "name": name if name in COLUMNS else "unknown column",
            "shapes": sorted({cell_shape(cell, name) for cell in column}),
        }
        for name, column in zip(header, cells, strict=False)
    ]


def _distinct(shapes: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for shape in shapes:
        if shape not in found:
            found.append(shape)
    return found
