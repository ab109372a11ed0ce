"""Parse the tables, totals and graphs of `report.getTable`, `getTotal` and `getGraphs` into rows by column name.

Values are separated by the requested delimiter. Table rows end with `;`, totals do not. Kaltura replaces the
delimiter and `;` in values with spaces. For an empty report, header and data may be missing (KalturaReportTable.php).
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from debrief.errors import BadRequest
from debrief.util.columns import Cells, ColumnTable
from debrief.util.values import number

DELIMITER = "|"  # with the default comma, commas in names would become spaces
_DELIMITERS = (DELIMITER, "~", "^", ",")  # for requests about one user, whose id may contain a bar
_BLOCK = 200  # lines that are split together; more would not fit into the processor's cache


def delimiter_for(user_id: str) -> str:
    """Return a delimiter that the user id does not contain; blank if it contains all. Kaltura splits ids there."""
    return next((delimiter for delimiter in _DELIMITERS if delimiter not in user_id), "")


def table_rows(answer: Any, delimiter: str = DELIMITER) -> list[Cells]:
    """Return the rows of a table; empty when there is no data."""
    header, data = _texts(answer)
    return [_cells(header, line, delimiter) for line in data.split(";") if line] if header else []


def compact_rows(answer: Any, wanted: Container[str]) -> ColumnTable:
    """Return the wanted columns of a large table; equal cells of a block are stored once."""
    header, data = _texts(answer)
    names = header.split(DELIMITER)
    width, rows = len(names), list[tuple[str, ...]]()
    places = [place for place, name in enumerate(names) if name in wanted]
    lines = [_fit(line, width) for line in data.split(";") if line and places]
    for start in range(0, len(lines), _BLOCK):
        cells, unique = DELIMITER.join(lines[start : start + _BLOCK]).split(DELIMITER), dict[str, str]()
        columns = (cells[place::width] for place in places)
        rows += zip(*(map(unique.setdefault, column, column) for column in columns), strict=True)
    return ColumnTable([names[place] for place in places], rows)


def _fit(line: str, width: int) -> str:
    """Pad or cut a line to the width of the header."""
    surplus = line.count(DELIMITER) + 1 - width
    return line + DELIMITER * -surplus if surplus <= 0 else line.rsplit(DELIMITER, surplus)[0]


def row_count(answer: Any) -> int:
    """Return Kaltura's number of rows of the whole table; 0 when it is unknown."""
    count = answer.get("totalCount") if isinstance(answer, dict) else None
    return round(number(str(count)) or 0.0)


def total_row(answer: Any) -> Cells:
    """Return the row of a total; empty when there is no data."""
    header, data = _texts(answer)
    return _cells(header, data.rstrip(";")) if header else {}


def graph_points(answer: Any, name: str) -> list[tuple[str, str]]:
    """Return the (label, value) points of the graph with that name."""
    graphs = answer if isinstance(answer, list) else []
    for graph in graphs:
        if isinstance(graph, dict) and graph.get("id") == name:
            points = (point.partition(DELIMITER) for point in str(graph.get("data") or "").split(";") if point)
            return [(label, value) for label, _, value in points]
    return []


def _texts(answer: Any) -> tuple[str, str]:
    if answer is None:
        return "", ""
    if not isinstance(answer, dict):
        raise BadRequest("Kaltura's answer to a report is not a table.")
    return str(answer.get("header") or ""), str(answer.get("data") or "")


def _cells(header: str, line: str, delimiter: str = DELIMITER) -> Cells:
    return dict(zip(header.split(delimiter), line.split(delimiter), strict=False))
