"""docs/archive.md and the tables behind it, over the archive of the sample account."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from debrief.documents.data import dictionary
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account
from support import athena
from support.archive_page import METRICS, PAGE, columns_of, filled, queries, sample_archive
from support.athena import in_duckdb
from support.athena_template import base_of
from support.world import world

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# In Athena (Trino) and in DuckDB alike, with the same meaning.
SHARED = {
    "cast",
    "coalesce",
    "count",
    "date_trunc",
    "hour",
    "lag",
    "least",
    "lower",
    "max",
    "min",
    "min_by",
    "nullif",
    "rank",
    "round",
    "substr",
    "sum",
}
NO_FUNCTIONS = {"as", "filter", "over"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The archive of the sample account, made once for this module."""
    with world(tmp_path_factory.mktemp("sample"), sample_account(), SAMPLE_NOW) as place:
        yield sample_archive(place)


@pytest.fixture(scope="module")
def connection(archive: Path) -> DuckDBPyConnection:
    """The tables over it."""
    return athena.opened(archive)


def test_what_the_page_shows_is_what_its_queries_find(connection: DuckDBPyConnection) -> None:
    """To write it again: `make generated`."""
    text = PAGE.read_text(encoding="utf-8")
    assert len(queries(text)) >= 10
    assert filled(text, connection) == text


def test_every_question_has_an_answer_and_names_its_days(connection: DuckDBPyConnection) -> None:
    for title, sql in queries(PAGE.read_text(encoding="utf-8")).items():
        assert connection.execute(sql).fetchall(), title
        assert re.search(r"\bdate (>=|BETWEEN) DATE '", sql), title


def test_queries_keep_to_what_athena_and_duckdb_share() -> None:
    """What DuckDB alone would take: other functions, divisions of whole numbers, aliases in GROUP BY."""
    for title, sql in queries(PAGE.read_text(encoding="utf-8")).items():
        called = {name.lower() for name in re.findall(r"\b(\w+)\s*\(", sql)}
        assert called - NO_FUNCTIONS <= SHARED, title
        assert not re.search(r"QUALIFY|GROUP BY ALL|\bEXCLUDE\b|::|\"|//", sql), title
        aliases = set(re.findall(r"\bAS (\w+)", sql)) - set(column_names())
        grouped = re.findall(r"GROUP BY ([^\n]+)", sql)
        assert not [name for line in grouped for name in re.split(r"\W+", line) if name in aliases], title
        ordered = re.findall(r"ORDER BY ([^\n)]+)\n", sql)
        assert not [line for line in ordered if re.search(r"\w+\(", line)], title


def column_names() -> set[str]:
    return {column.name for name, added in dictionary.ADDED.items() for column in (*columns_of(name), *added)}


def test_every_cell_of_the_sample_has_the_type_of_its_column(connection: DuckDBPyConnection) -> None:
    """A cell that is there and becomes null has another type than its column promises."""
    for name in (name for name in dictionary.FILES if base_of(name).endswith("_csv")):
        for column in columns_of(name):
            there = connection.execute(f"SELECT count(*) FROM {base_of(name)} WHERE {column.name} <> ''").fetchall()
            typed = connection.execute(f"SELECT count({column.name}) FROM {name}").fetchall()
            assert typed == there, column.name


def test_every_table_has_the_types_of_the_dictionary(connection: DuckDBPyConnection) -> None:
    for name, added in dictionary.ADDED.items():
        columns = (*columns_of(name), *added)
        assert athena.types(connection, name) == in_duckdb((column.name, column.type) for column in columns)


def test_a_row_of_summaries_says_what_the_summary_says(archive: Path, connection: DuckDBPyConnection) -> None:
    names = [*METRICS]
    rows = connection.execute(f"SELECT date, session, {', '.join(names)} FROM summaries").fetchall()
    assert len(rows) == 12
    for date, session, *values in rows:
        archived = json.loads((archive / f"reports/date={date}/session={session}/summary.json").read_bytes())["metrics"]
        wanted = [archived[name]["value"] for name in names]
        at = names.index("peak_live_viewers_at")
        values[at] = values[at] and f"{values[at]:%Y-%m-%dT%H:%M:%SZ}"
        assert values == wanted


def test_nobody_is_counted_twice(archive: Path, connection: DuckDBPyConnection) -> None:
    """The joint session and the virtual event have reports, and no row in any table."""
    made = {path.name for path in (archive / "reports").glob("*/*")}
    assert {"session=joint-1_brfcue01"} <= made
    for name in dictionary.FILES:
        found = connection.execute(f"SELECT DISTINCT session FROM {name}").fetchall()
        assert not [session for (session,) in found if session.startswith(("joint-", "event-"))]
    (counted,) = connection.execute(
        "SELECT sum(unique_attendees) - (SELECT count(DISTINCT session || ' ' || user_id) FROM attendees"
        " WHERE is_identified AND meeting_view_time IS NOT NULL) FROM summaries"
    ).fetchall()
    assert counted == (0,)


def test_a_breakout_is_joined_to_the_session_that_it_was_in(connection: DuckDBPyConnection) -> None:
    joined = connection.execute(
        "SELECT s.entry_id = b.parent_entry_id AND b.started_at BETWEEN s.started_at AND s.ended_at,"
        " b.cue_point_id <> b.session FROM breakouts b JOIN summaries s ON s.session = b.session"
    ).fetchall()
    assert joined == [(True, True)] * 4
