"""Answers in the form that a contract file describes: the shapes of a real account, with invented values."""

from __future__ import annotations

import json
from typing import Any

START, END = 1_794_470_400, 1_794_473_100
_CELLS = {
    "blank": "",
    "zero": "0",
    "whole number": "12",
    "decimal": "0.75",
    "negative": "-1",
    "exponent": "1.0E-5",
    "10 digits": str(START),
    "13 digits": f"{START}000",
    "ISO time": "2026-11-12T08:00:00Z",
    "text": "x1_invented",
    "text in quotes": '"invented"',
}
_ID = "1_invented"


def cell(shape: str) -> str:
    """Return an invented cell of that shape; a fixed value is itself."""
    return _CELLS.get(shape, shape)


def csv_body(shape: dict[str, Any]) -> bytes:
    """Return a CSV answer: one row for each shape that a column may have."""
    end = "\r\n" if shape["lines"] == "carriage return" else "\n"
    header = [f"unknown_{place}" if is_unknown(one) else one["name"] for place, one in enumerate(shape["columns"])]
    names = [f'"{name}"' if shape["quoted"] else name for name in header]
    body = "".join(",".join(row) + end for row in (names, *_rows(shape)))
    return (b"\xef\xbb\xbf" if shape["bom"] else b"") + body.encode()


def table(shape: dict[str, Any]) -> Any:
    """Return a table or total of the Summary page."""
    found = value(shape["value"])
    if shape["columns"]:
        found["header"] = "|".join(one["name"] for one in shape["columns"])
        lines = ["|".join(row) for row in _rows(shape)]
        found["data"] = lines[0] if shape["kind"] == "total" and lines else "".join(f"{line};" for line in lines)
    return found


def value(shape: Any, name: str = "") -> Any:  # noqa: PLR0911 - one line per kind of shape
    """Return a JSON value of that shape."""
    match shape:
        case {"list": bucket, "of": shapes}:
            return [value(one, name) for one in shapes] if bucket != "0" else []
        case {"fields": fields}:
            return {key: value(one, key) for key, one in fields.items()}
        case "null" | "true" | "false":
            return json.loads(shape)
        case str() if shape.endswith(" as text"):
            return _ID if name in {"id", "entryId"} else cell(shape.removesuffix(" as text"))
        case "10 digits" if name == "endTime":
            return END
        case str() if shape in _CELLS:
            return json.loads(cell(shape)) if cell(shape) else ""
    return shape


def is_unknown(column: dict[str, Any]) -> bool:
    return column["name"] == "unknown column"


def _rows(shape: dict[str, Any]) -> list[list[str]]:
    if shape["rows"] == "0":
        return []
    most = max(len(column["shapes"]) for column in shape["columns"])
    return [
        [cell(column["shapes"][min(row, len(column["shapes"]) - 1)]) for column in shape["columns"]]
        for row in range(most)
    ]
