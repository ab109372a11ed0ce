"""The tables, totals and graphs of `report.getTable` and its kin, as rows by column name.

Values are joined by the delimiter that was asked for, every table row ends with `;`, a total does not, and inside
values both have become spaces. Without data, header and data may be missing altogether (KalturaReportTable.php).
"""

from __future__ import annotations

from itertools import chain, islice, repeat
from typing import Any

from debrief.errors import BadRequest
from debrief.model import Cells
from debrief.table import Table

DELIMITER = "|"  # with the default comma, commas in names would become spaces


def table_rows(answer: Any) -> list[Cells]:
    """The rows of a table; none when there is no data."""
    header, data = _texts(answer)
    return [_cells(header, line) for line in data.split(";") if line] if header else []


def compact_rows(answer: Any) -> Table:
    """The same for a table of thousands of rows; a cell that occurs again and again is kept once."""
    header, data = _texts(answer)
    columns = header.split(DELIMITER)
    lines = [line for line in data.split(";") if line] if header else []
    if {line.count(DELIMITER) for line in lines} <= {len(columns) - 1}:
        cells = DELIMITER.join(lines).split(DELIMITER) if lines else []
        kept: dict[str, str] = {}
        return Table(columns, list(zip(*[map(kept.setdefault, cells, cells)] * len(columns), strict=True)))
    padded = (chain(line.split(DELIMITER), repeat("")) for line in lines)
    return Table(columns, [tuple(islice(cells, len(columns))) for cells in padded])


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


def _cells(header: str, line: str) -> Cells:
    return dict(zip(header.split(DELIMITER), line.split(DELIMITER), strict=False))
