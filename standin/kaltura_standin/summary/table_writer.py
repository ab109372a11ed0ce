"""Write tables, totals and graphs like Kaltura: text joined by a delimiter, nothing quoted (ReportService.php)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kaltura_standin.csv_writer import php_float
from kaltura_standin.reports import Cell, Table
from kaltura_standin.summary.query import Shape


def table_object(table: Table, total_count: int, shape: Shape, *, joins: bool = False) -> dict[str, Any]:
    """Return a KalturaReportTable: each row ends with `;`. An empty table has only its type, except in a join."""
    kind = {"objectType": "KalturaReportTable"}
    if not table.rows and not joins:
        return kind
    data = "".join(f"{_line(row, shape)};" for row in table.rows)
    return {"header": shape.delimiter.join(table.header), "data": data, "totalCount": total_count, **kind}


def total_object(header: Iterable[str], row: Iterable[Cell], shape: Shape) -> dict[str, Any]:
    """Return a KalturaReportTotal: one row, without `;` at its end."""
    return {
        "header": shape.delimiter.join(header),
        "data": _line(row, shape),
        "objectType": "KalturaReportTotal",
    }


def graph_objects(graphs: Mapping[str, Mapping[str, Cell]], shape: Shape) -> list[dict[str, Any]]:
    """Return a KalturaReportGraph for each metric: `label|value;` for each time, empty times on request."""
    return [
        {
            "id": name,
            "data": "".join(
                f"{_line((label, value), shape)};"
                for label, value in values.items()
                if value or not shape.skips_empty_dates
            ),
            "objectType": "KalturaReportGraph",
        }
        for name, values in graphs.items()
    ]


def _line(row: Iterable[Cell], shape: Shape) -> str:
    return shape.delimiter.join([_cell(value, shape.delimiter) for value in row])


def _cell(value: Cell, delimiter: str) -> str:
    return value.replace(delimiter, " ").replace(";", " ") if isinstance(value, str) else php_float(value)
