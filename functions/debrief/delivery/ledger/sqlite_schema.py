"""Create and open the tables of a SQLite ledger."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from debrief.errors import BadSettings

SCHEMA_VERSION = 5

_TABLES = (
    """CREATE TABLE sessions (
        cue_point_id TEXT PRIMARY KEY, entry_id TEXT NOT NULL, start TEXT NOT NULL, "end" TEXT NOT NULL,
        entry_name TEXT NOT NULL, parent_entry_id TEXT, state TEXT NOT NULL, reason TEXT NOT NULL,
        revision INTEGER NOT NULL, content_hash TEXT NOT NULL, due TEXT, asked TEXT, begun INTEGER NOT NULL,
        kind TEXT NOT NULL DEFAULT 'session', joint TEXT NOT NULL DEFAULT '', parts TEXT,
        virtual_event_id TEXT NOT NULL DEFAULT '', host_user_id TEXT NOT NULL DEFAULT '',
        host_name TEXT NOT NULL DEFAULT '', history TEXT, version INTEGER NOT NULL)""",
    'CREATE INDEX sessions_by_end ON sessions ("end", cue_point_id)',
    """CREATE TABLE deliveries (
        cue_point_id TEXT NOT NULL, revision INTEGER NOT NULL, recipient_id TEXT NOT NULL, address TEXT NOT NULL,
        why TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, at TEXT, occasion TEXT NOT NULL DEFAULT '',
        tier TEXT NOT NULL DEFAULT 'full', timezone TEXT NOT NULL DEFAULT '', language TEXT NOT NULL DEFAULT '',
        before INTEGER NOT NULL DEFAULT 0, mailed INTEGER NOT NULL DEFAULT 0, dated TEXT,
        without_files INTEGER NOT NULL DEFAULT 0, rules TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (cue_point_id, revision, recipient_id, occasion))""",
    """CREATE TABLE links (
        token_hash TEXT PRIMARY KEY, cue_point_id TEXT NOT NULL, recipient_id TEXT NOT NULL, tier TEXT NOT NULL,
        revision INTEGER NOT NULL, issued TEXT NOT NULL, expires TEXT NOT NULL, key TEXT NOT NULL DEFAULT '')""",
    """CREATE TABLE marks (
        kind TEXT NOT NULL, subject TEXT NOT NULL, at TEXT NOT NULL, detail TEXT NOT NULL,
        PRIMARY KEY (kind, subject))""",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)


def open_database(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """Open a ledger's file, and create the tables if needed.

    Raises BadSettings for a file that is no ledger of this version, sqlite3.Error if SQLite cannot use the file.
    """
    with suppress(FileExistsError):  # SQLite would create a file that other users can read
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    database = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
    try:
        database.row_factory = sqlite3.Row
        _prepare(database, path)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    if _schema_version(database) == 0:
        _make_tables(database, path)
    if _schema_version(database) != SCHEMA_VERSION:
        raise BadSettings(
            f"The ledger {path} was created by another version of Debrief. Use that version, or another archive."
        )


def _make_tables(database: sqlite3.Connection, path: Path) -> None:
    """Create the tables in one transaction. If several processes try at the same time, only one creates them."""
    with database:
        database.execute("BEGIN IMMEDIATE")
        if _schema_version(database) != 0:  # another process has created the tables
            return
        if database.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise BadSettings(f"{path} is a database, but not a Debrief ledger.")
        for statement in _TABLES:
            database.execute(statement)


def _schema_version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])
