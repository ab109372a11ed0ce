"""What is generated in docs/archive.md: results of its queries, and its tables of columns. See generated.py."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debrief.documents.data import dictionary
from debrief.documents.data.dictionary import FileColumn
from debrief.metrics.definition import Definition
from debrief.metrics.event import FIGURES, EventFigure
from debrief.metrics.summary import DEFINITIONS, PAGE_DEFINITIONS
from debrief.pipeline.session.selection import Selection, select
from debrief.pipeline.state.session_records import export_order_of
from debrief.runner import run
from kaltura_standin.sample_registrations import EVENT, SESSION, sample_registrations
from support.cloudformation import ROOT
from support.world import World

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PAGE, SCRIPT = ROOT / "docs" / "archive.md", ROOT / "infra" / "duckdb.sql"
METRICS: Mapping[str, Definition] = {one.key: one for one in (*DEFINITIONS, *PAGE_DEFINITIONS)}
EVENT_METRICS: Mapping[str, EventFigure] = {one.key: one for one in FIGURES}
_QUESTION = re.compile(
    r"### (?P<title>.+?)\n(?P<before>.*?```sql\n(?P<sql>.*?)```\n\n```text\n)(?P<shown>.*?)```", re.DOTALL
)
_COLUMNS = "## Columns\n"
_TABLE = "| column | type | unit | meaning | source |\n|---|---|---|---|---|"
_METRICS = "| column | label in reports | type | unit | meaning | source |\n|---|---|---|---|---|---|"


def columns_of(table: str) -> tuple[FileColumn, ...]:
    """The columns of a table's files."""
    return dictionary.columns(table, EVENT_METRICS if table == "events" else METRICS)


def sample_archive(place: World) -> Path:
    """The archive of the sample account, without documents for people."""
    lists = place.root / "archive" / "registrations"
    lists.mkdir(parents=True)
    for name in (f"session={SESSION}.csv", f"event={EVENT}.csv"):  # as in the demo
        (lists / name).write_bytes(sample_registrations(place.kaltura.account).encode())
    with place.services(pdf=False, html=False, chat_url=place.kaltura.chat_url, registrations=True) as services:
        sessions = select(services, Selection(since=place.clock() - timedelta(days=60)))
        due = [one for one in sessions if not one.is_open and one.cue_point_id != "1_brfcue03"]
        assert all(outcome.is_well for outcome in run(services, [export_order_of(one, mail=False) for one in due]))
    return place.root / "archive"


def queries(text: str) -> dict[str, str]:
    """The page's queries by their titles."""
    return {found["title"]: found["sql"] for found in _QUESTION.finditer(text)}


def filled(text: str, connection: DuckDBPyConnection) -> str:
    """The page with the queries' results and the tables of columns as they should be."""

    def answered(found: re.Match[str]) -> str:
        return f"### {found['title']}\n{found['before']}{shown(connection.execute(found['sql']))}```"

    start, heading, rest = _QUESTION.sub(answered, text).partition(_COLUMNS)
    said = rest.partition("\n### ")[0].rstrip("\n")
    return "\n\n".join((f"{start}{heading}{said}", *_columns())) + "\n"


def shown(found: DuckDBPyConnection) -> str:
    """A result as columns of text, numbers to the right."""
    names = [name for name, *_ in found.description or ()]
    rows = found.fetchall()
    cells = [names, *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    right = [any(isinstance(row[place], int | float) for row in rows) for place in range(len(names))]
    return "".join(_line(row, widths, right) for row in cells)


def _line(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    sides = zip(row, widths, right, strict=True)
    return (
        "  ".join(cell.rjust(width) if to_right else cell.ljust(width) for cell, width, to_right in sides).rstrip()
        + "\n"
    )


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)


def _columns() -> Iterator[str]:
    for table, added in dictionary.ADDED.items():
        own = (*columns_of(table), *added)
        if table in {"summaries", "events"}:
            yield "\n".join((f"### `{table}`\n", _METRICS, *map(_metric_row, own)))
        else:
            yield "\n".join((f"### `{table}`\n", _TABLE, *map(_row, own)))


def _row(column: FileColumn) -> str:
    return f"| `{column.name}` | {column.type} | {column.unit} | {column.meaning} | {column.source} |"


def _metric_row(column: FileColumn) -> str:
    """Put a label into the row, from its definition, because the module of labels may be an older one."""
    metric = METRICS.get(column.name) or EVENT_METRICS.get(column.name)
    label = metric.label if metric else ""
    return _row(column).replace("` |", f"` | {label} |", 1)
