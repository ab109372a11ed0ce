"""The ledger as one SQLite file, for a laptop or a single server."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from debrief.delivery.ledger import Delivery, DeliveryState, SessionRecord
from debrief.delivery.rows import Row, time_text, to_record, to_row
from debrief.errors import BadSettings, Conflict, Unavailable

SCHEMA_VERSION = 1

_SCHEMA = (
    """CREATE TABLE sessions (
        cue_point_id TEXT PRIMARY KEY, entry_id TEXT NOT NULL, start TEXT NOT NULL, "end" TEXT NOT NULL,
        entry_name TEXT NOT NULL, parent_entry_id TEXT, state TEXT NOT NULL, reason TEXT NOT NULL,
        revision INTEGER NOT NULL, content_hash TEXT NOT NULL, due TEXT, asked TEXT, begun INTEGER NOT NULL,
        version INTEGER NOT NULL)""",
    'CREATE INDEX sessions_by_end ON sessions ("end", cue_point_id)',
    """CREATE TABLE deliveries (
        cue_point_id TEXT NOT NULL, revision INTEGER NOT NULL, recipient_id TEXT NOT NULL, address TEXT NOT NULL,
        why TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, at TEXT,
        PRIMARY KEY (cue_point_id, revision, recipient_id))""",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)
_ADD_SESSION = """INSERT INTO sessions VALUES (:cue_point_id, :entry_id, :start, :end, :entry_name, :parent_entry_id,
    :state, :reason, :revision, :content_hash, :due, :asked, :begun,
    :version + 1) ON CONFLICT DO NOTHING"""
_CHANGE_SESSION = """UPDATE sessions SET entry_id = :entry_id, start = :start, "end" = :end, entry_name = :entry_name,
    parent_entry_id = :parent_entry_id, state = :state, reason = :reason, revision = :revision,
    content_hash = :content_hash, due = :due, asked = :asked, begun = :begun, version = :version + 1
    WHERE cue_point_id = :cue_point_id AND version = :version"""
_ADD_DELIVERY = """INSERT INTO deliveries VALUES (:cue_point_id, :revision, :recipient_id, :address, :why, :state,
    :reason, :at) ON CONFLICT DO NOTHING"""
_MOVE_DELIVERY = """UPDATE deliveries SET state = :to, reason = :new_reason, at = :new_at
    WHERE (cue_point_id, revision, recipient_id, state) = (:cue_point_id, :revision, :recipient_id, :state)"""


class SqliteLedger:
    """A Ledger in a file that is made when it is first used. Every process, and every thread, opens its own.

    The file changes only when a record does: it has no write-ahead log, and a write that finds nothing to do
    leaves it byte for byte as it was. Raises BadSettings for a file that cannot be used, Unavailable when
    another process holds it for `busy_seconds`.
    """

    def __init__(self, path: Path, *, busy_seconds: float = 30.0) -> None:
        self._path = path
        self._busy_seconds = busy_seconds
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go; nothing is lost by not calling it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def session(self, cue_point_id: str) -> SessionRecord | None:
        """One session's record, or None."""
        return next(self._sessions("SELECT * FROM sessions WHERE cue_point_id = ?", cue_point_id), None)

    def sessions(self, since: datetime, until: datetime) -> Iterable[SessionRecord]:
        """The records of sessions that ended in [since, until), by end, then cue point id."""
        return self._sessions(
            'SELECT * FROM sessions WHERE "end" >= ? AND "end" < ? ORDER BY "end", cue_point_id',
            time_text(since),
            time_text(until),
        )

    def unfinished(self) -> Iterable[SessionRecord]:
        """The records that wait, failed or have a check due, by end, then cue point id."""
        return self._sessions(
            "SELECT * FROM sessions WHERE state IN ('waiting', 'failed') OR due IS NOT NULL"
            ' ORDER BY "end", cue_point_id'
        )

    def save(self, record: SessionRecord) -> SessionRecord:
        """Write the record if its version still stands. Raises Conflict."""
        if not self._change(_CHANGE_SESSION if record.version else _ADD_SESSION, to_row(record)):
            raise Conflict("Another process changed the session's record meanwhile.", after=1.0)
        return replace(record, version=record.version + 1)

    def add_delivery(self, delivery: Delivery) -> bool:
        """Write the delivery unless it is known; whether it was new."""
        return self._change(_ADD_DELIVERY, to_row(delivery))

    def delivery(self, cue_point_id: str, revision: int, recipient_id: str) -> Delivery | None:
        """One delivery, or None."""
        sql = "SELECT * FROM deliveries WHERE (cue_point_id, revision, recipient_id) = (?, ?, ?)"
        return next(self._deliveries(sql, cue_point_id, revision, recipient_id), None)

    def deliveries(self, cue_point_id: str) -> Iterable[Delivery]:
        """All deliveries of a session, by revision, then recipient id."""
        return self._deliveries(
            "SELECT * FROM deliveries WHERE cue_point_id = ? ORDER BY revision, recipient_id", cue_point_id
        )

    def open_deliveries(self) -> Iterable[Delivery]:
        """All deliveries that are pending or claimed, by session, revision and recipient id."""
        return self._deliveries(
            "SELECT * FROM deliveries WHERE state IN ('pending', 'claimed')"
            " ORDER BY cue_point_id, revision, recipient_id"
        )

    def move(self, delivery: Delivery, to: DeliveryState, *, at: datetime, reason: str = "") -> Delivery | None:
        """Change the delivery's state if it is still what it was; else None."""
        row = to_row(delivery) | {"to": to, "new_at": time_text(at), "new_reason": reason}
        return replace(delivery, state=to, at=at, reason=reason) if self._change(_MOVE_DELIVERY, row) else None

    def _change(self, sql: str, row: Row) -> bool:
        with self._database() as database, database:
            database.execute("BEGIN IMMEDIATE")
            return database.execute(sql, row).rowcount == 1

    def _sessions(self, sql: str, *values: str | int) -> Iterator[SessionRecord]:
        return (to_record(SessionRecord, row) for row in self._rows(sql, values))

    def _deliveries(self, sql: str, *values: str | int) -> Iterator[Delivery]:
        return (to_record(Delivery, row) for row in self._rows(sql, values))

    def _rows(self, sql: str, values: tuple[str | int, ...]) -> list[dict[str, str | int | None]]:
        with self._database() as database:
            return [dict(row) for row in database.execute(sql, values)]

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """The connection, made when it is first needed; errors of the block in our words."""
        try:
            if self._connection is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._connection = _opened(self._path, self._busy_seconds)
            yield self._connection
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:  # its extended codes too
                raise Unavailable(f"Another process holds the ledger {self._path}.", after=5.0) from None
            raise BadSettings(f"The ledger {self._path} cannot be used: {error}.") from None
        except OSError as error:
            raise BadSettings(f"The ledger {self._path} cannot be used: {error.strerror}.") from None


def _opened(path: Path, busy_seconds: float) -> sqlite3.Connection:
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
        _create(database, path)
    if _schema_version(database) != SCHEMA_VERSION:
        raise BadSettings(f"The ledger {path} was made by another version of Debrief.")


def _create(database: sqlite3.Connection, path: Path) -> None:
    with database:
        database.execute("BEGIN IMMEDIATE")
        if _schema_version(database) != 0:
            return  # another process was faster
        if database.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise BadSettings(f"{path} is a database, but not a ledger of Debrief's.")
        for statement in _SCHEMA:
            database.execute(statement)


def _schema_version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])
