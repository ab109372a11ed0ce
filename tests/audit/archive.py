"""The demo's tables as an analyst reads them: DuckDB over the partitions, each column with the type it should have."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb

from audit.grading import Finding, Graded
from audit.tools import samples

NUMBERS = {  # by table; all other columns are text
    "rooms": {
        "session_start_time": "BIGINT",
        "session_end_time": "BIGINT",
        "meeting_view_period_unique_users": "BIGINT",
        "meeting_engaged_play_time_ratio": "DOUBLE",
    },
    "attendees": {
        "meeting_view_time": "DOUBLE",
        "meeting_engaged_play_time_ratio": "DOUBLE",
        "breakout_minutes": "DOUBLE",
        "reactions": "BIGINT",
        "raised_hands": "BIGINT",
        "chat_messages": "BIGINT",
        "polls_answered": "BIGINT",
        "qna_threads": "BIGINT",
        "attachments_downloaded": "BIGINT",
    },
    "breakouts": {
        "session_start_time": "BIGINT",
        "session_end_time": "BIGINT",
        "duration": "DOUBLE",
        "participant_count": "BIGINT",
        "engagement_rate": "DOUBLE",
    },
}


def archive(out: Path) -> Graded:
    """Partitions, rows, numbers and joins."""
    database, root = duckdb.connect(), out / "archive"
    for table in NUMBERS:
        samples(out, f"archive/{table}/*/*/*.csv")
        try:
            _load(database, table, root)
        except duckdb.Error as error:
            return Graded(f"tables by DuckDB {duckdb.__version__}", [Finding("unreadable", table, str(error)[:300])])
    checks = (_rows, _partitions, _joins)
    findings = [finding for table in NUMBERS for check in checks for finding in check(database, table, root)]
    findings += _disagreements(database, root)
    counts = [f"{_one(database, f'SELECT count(*) FROM {table}'):,} {table}" for table in (*NUMBERS, "summaries")]
    return Graded(f"{', '.join(counts)} by DuckDB {duckdb.__version__}", findings)


def _load(database: duckdb.DuckDBPyConnection, table: str, root: Path) -> None:
    """All files of a table, with two columns more from the folders' names. A number that is none is refused."""
    kinds = ", ".join(f"'{name}': {kind}" for name, kind in NUMBERS[table].items())
    database.execute(
        f"CREATE TABLE {table} AS SELECT * FROM read_csv('{root}/{table}/*/*/*.csv', header = true, delim = ',', "
        f"quote = '\"', escape = '\"', types = {{{kinds}}}, auto_type_candidates = ['VARCHAR'], "
        f"hive_partitioning = true, hive_types = {{date: DATE, session: VARCHAR}})"
    )


def _rows(database: duckdb.DuckDBPyConnection, table: str, root: Path) -> Iterator[Finding]:
    """As many as a plain reader of CSV sees."""
    written = 0
    for path in (root / table).rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            written += sum(1 for _ in csv.reader(file)) - 1
    read = _one(database, f"SELECT count(*) FROM {table}")
    if read != written:
        yield Finding("rows-lost", table, f"{written} were written, {read} are read")


def _partitions(database: duckdb.DuckDBPyConnection, table: str, _: Path) -> Iterator[Finding]:
    """The columns date and session come from the folders."""
    columns = dict(database.execute(f"SELECT column_name, column_type FROM (DESCRIBE {table})").fetchall())
    if (columns["date"], columns["session"]) != ("DATE", "VARCHAR"):
        yield Finding("partitions", table, f"date is {columns['date']}, session is {columns['session']}")


def _joins(database: duckdb.DuckDBPyConnection, table: str, _: Path) -> Iterator[Finding]:
    """Every row finds exactly one row of rooms: by its cue point its own, by its folder its session's."""
    for on in ("one.cue_point_id", "one.session"):
        found = f"SELECT count(*) FROM rooms WHERE rooms.cue_point_id = {on}"
        lost = _one(database, f"SELECT count(*) FROM {table} AS one WHERE ({found}) <> 1")
        if lost:
            yield Finding("joins", table, f"{lost} rows do not find exactly one row of rooms by {on}")


def _disagreements(database: duckdb.DuckDBPyConnection, root: Path) -> Iterator[Finding]:
    """A session's figures are those of its rows: counted again, by another program."""
    database.execute(
        f"CREATE TABLE summaries AS SELECT * FROM read_json('{root}/summaries/*/*/*.json', "
        f"hive_partitioning = true, hive_types = {{date: DATE, session: VARCHAR}})"
    )
    counted = """SELECT s.session, s.unique_attendees, s.minutes_total, coalesce(people, 0), coalesce(minutes, 0)
        FROM rooms JOIN summaries AS s ON s.session = rooms.cue_point_id LEFT JOIN (
            SELECT session, sum(meeting_view_time) AS minutes, count(DISTINCT user_id)
                FILTER (meeting_view_time IS NOT NULL AND user_id <> 'Unknown') AS people
            FROM attendees GROUP BY session
        ) AS a ON a.session = s.session WHERE rooms.parent_entry_id IS NULL"""
    rows = database.execute(counted).fetchall()
    sessions = _one(database, "SELECT count(*) FROM rooms WHERE parent_entry_id IS NULL")
    if len(rows) != sessions:
        yield Finding("sessions-lost", "summaries", f"{sessions} sessions, {len(rows)} summaries")
    for session, people, total, people_again, total_again in rows:
        if people != people_again or abs(total - total_again) > 1e-6 * max(total, 1):
            yield Finding(
                "disagrees", session, f"{people} people, {total} minutes; {people_again}, {total_again} by rows"
            )


def _one(database: duckdb.DuckDBPyConnection, query: str) -> int:
    (answer,) = database.execute(query).fetchone() or (0,)
    return int(answer)
