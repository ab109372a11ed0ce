"""The tables of a ledger file are made whole and once; a file of another schema is refused."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from debrief.delivery.ledger.sqlite import SqliteLedger
from debrief.errors import BadSettings
from support.together import together


def is_empty(ledger: SqliteLedger) -> bool:
    return not list(ledger.all_sessions())


def test_many_may_make_the_tables_at_once(tmp_path: Path) -> None:
    assert together(tmp_path / "ledger.sqlite", is_empty) == [True] * 4


def test_processes_may_make_the_tables_at_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
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
    assert [process.communicate(timeout=60)[0] for process in processes] == ["0\n"] * 3


@pytest.mark.parametrize("version", [1, 2, 3, 4, 6])
def test_a_ledger_of_another_schema_is_refused_in_one_sentence_and_left_alone(tmp_path: Path, version: int) -> None:
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE sessions (cue_point_id TEXT)")
        database.execute(f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    with pytest.raises(BadSettings, match="was created by another version of Debrief"):
        SqliteLedger(path).session("1_cue0")
    assert path.read_bytes() == before


def test_a_database_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE orders (id TEXT)")
    with pytest.raises(BadSettings, match="but not a Debrief ledger"):
        SqliteLedger(path).session("1_cue0")
