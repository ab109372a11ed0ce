"""A ledger file of an earlier version is brought up to date, whole and once."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from debrief.delivery.ledger import Delivery, Link, Mark, SessionRecord
from debrief.delivery.sqlite import SqliteLedger
from debrief.errors import BadSettings
from support.together import together

END = datetime(2024, 8, 1, 10, 1, tzinfo=UTC)
NOW = datetime(2024, 8, 1, 11, 30, tzinfo=UTC)
RECORD = SessionRecord("1_cue", "1_entry", END - timedelta(hours=1), END)
LINK = Link("ab" * 32, "1_cue", "0123456789abcdef", "full", 1, NOW, NOW + timedelta(days=30))

# The schema of version 1, as its releases made it.
SCHEMA_1 = """
    CREATE TABLE sessions (
        cue_point_id TEXT PRIMARY KEY, entry_id TEXT NOT NULL, start TEXT NOT NULL, "end" TEXT NOT NULL,
        entry_name TEXT NOT NULL, parent_entry_id TEXT, state TEXT NOT NULL, reason TEXT NOT NULL,
        revision INTEGER NOT NULL, content_hash TEXT NOT NULL, due TEXT, asked TEXT, begun INTEGER NOT NULL,
        version INTEGER NOT NULL);
    CREATE INDEX sessions_by_end ON sessions ("end", cue_point_id);
    CREATE TABLE deliveries (
        cue_point_id TEXT NOT NULL, revision INTEGER NOT NULL, recipient_id TEXT NOT NULL, address TEXT NOT NULL,
        why TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, at TEXT,
        PRIMARY KEY (cue_point_id, revision, recipient_id));
    PRAGMA user_version = 1;
"""
TEXT_OF_END, TEXT_OF_NOW = "2024-08-01T10:01:00.000000Z", "2024-08-01T11:30:00.000000Z"
SESSION_1 = ("1_entry", "2024-08-01T09:01:00.000000Z", TEXT_OF_END, 'Zoë\'s "room"', "1_p", "exported", "Because.")
RECORD_1 = replace(
    RECORD,
    entry_name='Zoë\'s "room"',
    parent_entry_id="1_p",
    state="exported",
    reason="Because.",
    revision=3,
    content_hash="hash",
    due=NOW,
    begun=True,
    version=7,
)


def make_version_1(path: Path, sessions: int = 300) -> None:
    """A ledger as version 1 left it: so many sessions with one sent and one pending mail each."""
    database = sqlite3.connect(path)
    database.executescript(SCHEMA_1)
    for number in range(sessions):
        database.execute(
            "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, 3, 'hash', ?, NULL, 1, 7)",
            (f"1_cue{number}", *SESSION_1, TEXT_OF_NOW),
        )
        database.executemany(
            "INSERT INTO deliveries VALUES (?, 1, ?, 'anna@example.org', 'You host the room.', ?, '', ?)",
            [(f"1_cue{number}", "a", "sent", TEXT_OF_NOW), (f"1_cue{number}", "b", "pending", None)],
        )
    database.commit()
    database.close()


def all_is_there(ledger: SqliteLedger, sessions: int = 300) -> bool:
    names = sorted(f"1_cue{number}" for number in range(sessions))
    records = [replace(RECORD_1, cue_point_id=name) for name in names]
    mails = [
        Delivery(name, 1, recipient, "anna@example.org", "You host the room.", state, "", at)
        for name in names
        for recipient, state, at in (("a", "sent", NOW), ("b", "pending", None))
    ]
    return (
        list(ledger.unfinished()) == records
        and list(ledger.sessions(END, NOW)) == records
        and [mail for name in names for mail in ledger.deliveries(name)] == mails
        and list(ledger.open_deliveries()) == mails[1::2]
    )


def test_a_ledger_of_version_1_keeps_every_record(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    make_version_1(path)
    with SqliteLedger(path) as ledger:
        assert all_is_there(ledger)
    with SqliteLedger(path) as ledger:
        assert all_is_there(ledger)
        assert [file.name for file in tmp_path.iterdir()] == ["ledger.sqlite"]


def test_a_ledger_of_version_1_has_then_the_tables_of_a_new_one(tmp_path: Path) -> None:
    make_version_1(tmp_path / "old.sqlite")
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


def test_a_ledger_of_version_1_can_then_do_what_a_new_one_can(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    make_version_1(path, sessions=1)
    with SqliteLedger(path) as ledger:
        known = Delivery("1_cue0", 1, "a", "anna@example.org")
        assert not ledger.add_delivery(known)
        assert ledger.add_delivery(replace(known, occasion="link-2024-08-31"))
        assert ledger.add_link(LINK)
        ledger.put_mark(Mark("suppressed", "a", NOW))
        assert ledger.mark("suppressed", "a") is not None
        read = ledger.session("1_cue0")
        assert read is not None
        assert ledger.save(replace(read, history={3: {"attendees": 4.0}})).version == 8


def test_many_may_bring_the_file_up_to_date_at_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    make_version_1(path)
    assert together(path, all_is_there) == [True] * 4


def test_processes_may_bring_the_file_up_to_date_at_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    make_version_1(path, sessions=3000)
    script = (
        "import sys\nfrom pathlib import Path\nfrom debrief.delivery.sqlite import SqliteLedger\n"
        "sys.stdin.read(1)\nprint(len(list(SqliteLedger(Path(sys.argv[1])).unfinished())))\n"
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
    assert [process.communicate(timeout=60)[0] for process in processes] == ["3000\n"] * 3
    with SqliteLedger(path) as ledger:
        assert all_is_there(ledger, sessions=3000)


def test_an_update_that_fails_in_its_midst_leaves_the_ledger_of_version_1_whole(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    make_version_1(path)
    in_the_way = sqlite3.connect(path)
    in_the_way.execute("CREATE TABLE marks (x)")
    in_the_way.close()
    before = path.read_bytes()
    with pytest.raises(BadSettings, match="marks already exists"):
        SqliteLedger(path).session("1_cue0")
    assert path.read_bytes() == before


def test_a_ledger_of_version_2_keeps_everything_and_learns_the_hosts(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with SqliteLedger(path) as ledger:
        saved = ledger.save(replace(RECORD, revision=1, begun=True))
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE sessions DROP COLUMN host_user_id")
        database.execute("ALTER TABLE sessions DROP COLUMN host_name")
        database.execute("ALTER TABLE deliveries DROP COLUMN dated")
        database.execute("ALTER TABLE deliveries DROP COLUMN without_files")
        database.execute("PRAGMA user_version = 2")
    database.close()
    with SqliteLedger(path) as ledger:
        assert ledger.session("1_cue") == saved
        assert ledger.save(replace(saved, host_user_id="ann", host_name="Ann")).host_name == "Ann"
