"""The tables, totals and graphs of `report.getTable` and its kin, as rows by column name.

Values are joined by the delimiter that was asked for, every table row ends with `;`, a total does not, and inside
values both have become spaces. Without data, header and data may be missing altogether (KalturaReportTable.php).
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from debrief.errors import BadRequest
from debrief.util.columns import Cells, ColumnTable
from debrief.util.values import number

DELIMITER = "|"  # with the default comma, commas in names would become spaces
_DELIMITERS = (DELIMITER, "~", "^", ",")  # for questions about one user, whose id may hold a bar
_BLOCK = 200  # lines that are split together; more do not fit into a processor's cache


def delimiter_for(user_id: str) -> str:
    """What to ask about one user with: Kaltura splits a list of ids at the delimiter."""
    return next((one for one in _DELIMITERS if one not in user_id), "")


def table_rows(answer: Any, delimiter: str = DELIMITER) -> list[Cells]:
    """The rows of a table; none when there is no data."""
    header, data = _texts(answer)
    return [_cells(header, line, delimiter) for line in data.split(";") if line] if header else []


def compact_rows(answer: Any, wanted: Container[str]) -> ColumnTable:
    """The same of a table of thousands of rows, with the wanted columns only; equal cells of a block are kept once."""
    header, data = _texts(answer)
    names = header.split(DELIMITER)
    width, rows = len(names), list[tuple[str, ...]]()
    places = [place for place, name in enumerate(names) if name in wanted]
    lines = [_fitted(line, width) for line in data.split(";") if line and places]
    for start in range(0, len(lines), _BLOCK):
        cells, kept = DELIMITER.join(lines[start : start + _BLOCK]).split(DELIMITER), dict[str, str]()
        columns = (cells[place::width] for place in places)
        rows += zip(*(map(kept.setdefault, column, column) for column in columns), strict=True)
    return ColumnTable([names[place] for place in places], rows)


def _fitted(line: str, width: int) -> str:
    """The line with as many cells as the header has."""
    surplus = line.count(DELIMITER) + 1 - width
    return line + DELIMITER * -surplus if surplus <= 0 else line.rsplit(DELIMITER, surplus)[0]


def row_count(answer: Any) -> int:
    """How many rows Kaltura says that the whole table has; 0 when it did not count them."""
    count = answer.get("totalCount") if isinstance(answer, dict) else None
    return round(number(str(count)) or 0.0)


def total_row(answer: Any) -> Cells:
    """The one row of a total; empty when there is no data."""
    header, data = _texts(answer)
    return _cells(header, data.rstrip(";")) if header else {}


def graph_points(answer: Any, name: str) -> list[tuple[str, str]]:
    """The (label, value) points of the graph of that name."""
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
        raise BadRequest("Kaltura answered a report with something that is no table.")
    return str(answer.get("header") or ""), str(answer.get("data") or "")


def _cells(header: str, line: str, delimiter: str = DELIMITER) -> Cells:
    return dict(zip(header.split(delimiter), line.split(delimiter), strict=False))
