"""A ledger file of the schema before is brought up to date, whole and once."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from debrief.delivery.ledger.ledger import Link, SessionRecord
from debrief.delivery.ledger.sqlite import SqliteLedger
from debrief.errors import BadSettings
from support.together import together

END = datetime(2024, 8, 1, 10, 1, tzinfo=UTC)
NOW = datetime(2024, 8, 1, 11, 30, tzinfo=UTC)
RECORD = SessionRecord("1_cue", "1_entry", END - timedelta(hours=1), END, host_user_id="ann", revision=1)
LINK = Link("ab" * 32, "1_cue", "0123456789abcdef", "full", 1, NOW, NOW + timedelta(days=30))


def make_schema_3(path: Path, sessions: int = 300) -> None:
    """A ledger as schema 3 left it: so many sessions, and a link."""
    with SqliteLedger(path) as ledger, ledger.together():
        for number in range(sessions):
            ledger.save(replace(RECORD, cue_point_id=f"1_cue{number:04}"))
        ledger.add_link(LINK)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("ALTER TABLE links DROP COLUMN key")
        database.execute("ALTER TABLE deliveries DROP COLUMN dated")
        database.execute("ALTER TABLE deliveries DROP COLUMN without_files")
        database.execute("ALTER TABLE deliveries DROP COLUMN rules")
        database.execute("PRAGMA user_version = 3")


def all_is_there(ledger: SqliteLedger, sessions: int = 300) -> bool:
    names = [f"1_cue{number:04}" for number in range(sessions)]
    records = [replace(RECORD, cue_point_id=name, version=1) for name in names]
    return list(ledger.sessions(END, NOW)) == records and ledger.link(LINK.token_hash) == LINK


def test_a_ledger_of_schema_3_keeps_every_record(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    make_schema_3(path)
    for _ in range(2):
        with SqliteLedger(path) as ledger:
            assert all_is_there(ledger)
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.sqlite"]


def test_a_ledger_of_schema_3_has_then_the_tables_of_a_new_one(tmp_path: Path) -> None:
    make_schema_3(tmp_path / "old.sqlite")
    for name in ("old.sqlite", "new.sqlite"):
        with SqliteLedger(tmp_path / name) as ledger:
            ledger.session("1_cue")
    old, new = (columns_and_indexes(tmp_path / name) for name in ("old.sqlite", "new.sqlite"))
    assert old == new


def columns_and_indexes(path: Path) -> dict[str, list[tuple[object, ...]]]:
    database = sqlite3.connect(path)
    found = {
        name: database.execute(f"PRAGMA table_info({name})").fetchall()
        + [(row[1], row[2], row[3]) for row in database.execute(f"PRAGMA index_list({name})")]
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    }
    database.close()
    return found


def test_many_may_bring_the_file_up_to_date_at_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    make_schema_3(path)
    assert together(path, all_is_there) == [True] * 4


def test_processes_may_bring_the_file_up_to_date_at_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    make_schema_3(path)
    script = (
        "import sys\nfrom pathlib import Path\nfrom debrief.delivery.ledger.sqlite import SqliteLedger\n"
        "sys.stdin.read(1)\nprint(len(list(SqliteLedger(Path(sys.argv[1])).all_sessions())))\n"
    )
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", script, str(path)]
    processes = [
        subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdin
        process.stdin.write("x")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[0] for process in processes] == ["300\n"] * 3
    with SqliteLedger(path) as ledger:
        assert all_is_there(ledger)


def test_an_update_that_fails_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    make_schema_3(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("ALTER TABLE links ADD COLUMN key TEXT")
    before = path.read_bytes()
    with pytest.raises(BadSettings, match="duplicate column"):
        SqliteLedger(path).session("1_cue0")
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", [1, 2, 6])
def test_a_ledger_of_an_unknown_schema_is_refused_in_one_sentence(tmp_path: Path, version: int) -> None:
    path = tmp_path / "ledger.sqlite"
    make_schema_3(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"PRAGMA user_version = {version}")
    with pytest.raises(BadSettings, match="was made by another version of Debrief"):
        SqliteLedger(path).session("1_cue0")
