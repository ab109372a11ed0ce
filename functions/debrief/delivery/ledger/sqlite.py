"""A ledger in a SQLite file, for a laptop or a single server."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from debrief.delivery.archive.atomic_files import make_folder
from debrief.delivery.ledger.ledger import Delivery, DeliveryState, Link, Note, NoteKind, SessionRecord
from debrief.delivery.ledger.serialization import (
    Record,
    Row,
    column_of,
    rename_in_subject,
    time_text,
    to_record,
    to_row,
)
from debrief.delivery.ledger.sqlite_schema import open_database
from debrief.errors import BadSettings, Conflict, Unavailable

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import Matches
    from debrief.delivery.ledger.search import SearchFilter


def _columns(kind: type[SessionRecord | Delivery | Link | Note]) -> list[str]:
    return [column_of(field.name) for field in fields(kind) if field.name != "indexed"]


def _insert(table: str, kind: type[SessionRecord | Delivery | Link | Note], otherwise: str = "NOTHING") -> str:
    names = _columns(kind)
    columns, values = ", ".join(f'"{name}"' for name in names), ", ".join(f":{name}" for name in names)
    return f"INSERT INTO {table} ({columns}) VALUES ({values}) ON CONFLICT DO {otherwise}"  # noqa: S608 - our names


_ADD_SESSION = _insert("sessions", SessionRecord)
_ASSIGNMENTS = ", ".join(f'"{name}" = :{name}' for name in _columns(SessionRecord))
_CHANGE_SESSION = f"""UPDATE sessions SET {_ASSIGNMENTS}
    WHERE cue_point_id = :cue_point_id AND version = :version - 1"""  # noqa: S608 - our names
_ADD_DELIVERY = _insert("deliveries", Delivery)
_MOVE_DELIVERY = """UPDATE deliveries SET state = :to, reason = :reason, at = :at, mailed = :mailed,
        dated = :dated, without_files = :without_files, tier = :tier, rules = :rules
    WHERE (cue_point_id, revision, recipient_id, occasion, state)
    = (:cue_point_id, :revision, :recipient_id, :occasion, :state)"""
_FORGET_DELIVERY = """UPDATE deliveries SET address = '', why = '', timezone = '', language = ''
    WHERE (cue_point_id, revision, recipient_id, occasion) = (:cue_point_id, :revision, :recipient_id, :occasion)"""
_ADD_LINK = _insert("links", Link)
_PUT_NOTE = _insert("marks", Note, "UPDATE SET at = excluded.at, detail = excluded.detail")
_LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class _Matches:
    """The sessions found, by their ids."""

    ledger: SqliteLedger
    names: Sequence[str]

    @property
    def total(self) -> int:
        return len(self.names)

    def part(self, first: int, last: int) -> list[SessionRecord]:
        records = self.ledger.sessions_of(self.names[first:last])
        return list(records.values())


class SqliteLedger:
    """A Ledger in a file, which the first use creates. Every process and thread opens the file itself.

    The file changes only when a record changes: there is no write-ahead log, and a write without effect does not change
    a byte. Nothing in the file expires. Raises BadSettings for an unusable file, Unavailable when another process locks
    the file for `busy_seconds`.
    """

    def __init__(self, path: Path, *, busy_seconds: float = 30.0) -> None:
        self._path = path
        self._busy_seconds = busy_seconds
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Make all writes of the block in one transaction, so that they wait for the disk only once."""
        with self._database() as database, database:
            database.execute("BEGIN IMMEDIATE")
            yield

    def session(self, cue_point_id: str) -> SessionRecord | None:
        return self._one(SessionRecord, "SELECT * FROM sessions WHERE cue_point_id = ?", cue_point_id)

    def session_with_deliveries(self, cue_point_id: str) -> tuple[SessionRecord | None, Sequence[Delivery]]:
        return self.session(cue_point_id), list(self.deliveries(cue_point_id))

    def sessions_of(self, cue_point_ids: Collection[str]) -> dict[str, SessionRecord]:
        found = map(self.session, dict.fromkeys(cue_point_ids))
        return {record.cue_point_id: record for record in found if record}

    def sessions(self, since: datetime, until: datetime) -> Iterable[SessionRecord]:
        sql = 'SELECT * FROM sessions WHERE "end" >= ? AND "end" < ? ORDER BY "end", cue_point_id'
        return self._all(SessionRecord, sql, time_text(since), time_text(until))

    def finals(self, since: datetime, until: datetime, *, now: datetime) -> Iterable[SessionRecord]:  # noqa: ARG002
        sql = """SELECT * FROM sessions WHERE state = 'final' AND due IS NULL AND "end" >= ? AND "end" < ?
            ORDER BY "end" DESC, cue_point_id DESC"""
        return self._all(SessionRecord, sql, time_text(since), time_text(until))

    def search(self, since: datetime, until: datetime, wanted: SearchFilter) -> Matches:
        """Find sessions by their names only: reading whole records takes ten times as long."""
        names = "AND fits(entry_name, host_name, host_user_id, entry_id, cue_point_id)" if wanted.compares_names else ""
        sql = f"""SELECT cue_point_id FROM sessions WHERE "end" >= ? AND "end" < ? {names}
            ORDER BY "end" DESC, cue_point_id DESC"""  # noqa: S608 - our text
        with self._database() as database:
            database.create_function("fits", 5, wanted.matcher(), deterministic=True)
            cursor = database.cursor()
            cursor.row_factory = None
            rows = cursor.execute(sql, (time_text(since), time_text(until))).fetchall()
        return _Matches(self, [row[0] for row in rows])

    def extend_search(self, now: datetime) -> None:
        """Do nothing: a search reads the records."""

    def unfinished(self) -> Iterable[SessionRecord]:
        sql = """SELECT * FROM sessions WHERE state IN ('waiting', 'failed') OR due IS NOT NULL
            ORDER BY "end", cue_point_id"""
        return self._all(SessionRecord, sql)

    def save(self, record: SessionRecord) -> SessionRecord:
        saved = replace(record, version=record.version + 1)
        if not self._change(_CHANGE_SESSION if record.version else _ADD_SESSION, to_row(saved)):
            raise Conflict("Another process changed the session's record in the meantime.", after=1.0)
        return saved

    def save_all(self, records: Iterable[SessionRecord]) -> Iterator[SessionRecord | None]:
        """Save the records one by one; within `batch` they are in one transaction."""
        for record in records:
            try:
                yield self.save(record)
            except Conflict:
                yield None

    def add_delivery(self, delivery: Delivery) -> bool:
        return self._change(_ADD_DELIVERY, to_row(delivery))

    def add_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        with self.batch():
            for delivery in deliveries:
                self.add_delivery(delivery)

    def delivery(self, cue_point_id: str, revision: int, recipient_id: str, occasion: str = "") -> Delivery | None:
        sql = "SELECT * FROM deliveries WHERE (cue_point_id, revision, recipient_id, occasion) = (?, ?, ?, ?)"
        return self._one(Delivery, sql, cue_point_id, revision, recipient_id, occasion)

    def deliveries(self, cue_point_id: str) -> Iterable[Delivery]:
        sql = "SELECT * FROM deliveries WHERE cue_point_id = ? ORDER BY revision, recipient_id, occasion"
        return self._all(Delivery, sql, cue_point_id)

    def open_deliveries(self) -> Iterable[Delivery]:
        sql = """SELECT * FROM deliveries WHERE state IN ('pending', 'claimed', 'sending')
            ORDER BY cue_point_id, revision, recipient_id, occasion"""
        return self._all(Delivery, sql)

    def move(self, delivery: Delivery, to: DeliveryState, *, at: datetime, reason: str = "") -> Delivery | None:
        changed = replace(delivery, state=to, at=at, reason=reason)
        row = to_row(changed) | {"state": delivery.state, "to": to}
        return changed if self._change(_MOVE_DELIVERY, row) else None

    def all_sessions(self) -> Iterable[SessionRecord]:
        return self._all(SessionRecord, 'SELECT * FROM sessions ORDER BY "end", cue_point_id')

    def all_deliveries(self) -> Iterable[Delivery]:
        sql = "SELECT * FROM deliveries ORDER BY cue_point_id, revision, recipient_id, occasion"
        return self._all(Delivery, sql)

    def forget(self, delivery: Delivery) -> None:
        self._change(_FORGET_DELIVERY, to_row(delivery))

    def rename_recipient(self, recipient_id: str, to: str) -> None:
        with self._database() as database, database:
            database.execute("BEGIN IMMEDIATE")
            for table in ("deliveries", "links"):
                sql = f"UPDATE OR REPLACE {table} SET recipient_id = ? WHERE recipient_id = ?"  # noqa: S608 - our names
                database.execute(sql, (to, recipient_id))
            like = f"%{recipient_id}%"
            for kind, subject in database.execute(
                "SELECT kind, subject FROM marks WHERE subject LIKE ?", (like,)
            ).fetchall():
                values = (rename_in_subject(subject, recipient_id, to), kind, subject)
                database.execute("UPDATE OR REPLACE marks SET subject = ? WHERE kind = ? AND subject = ?", values)

    def compact(self) -> None:
        """Rewrite the file, because replaced data stays in unused parts of the file."""
        with self._database() as database:
            database.execute("VACUUM")

    def add_link(self, link: Link) -> bool:
        return self._change(_ADD_LINK, to_row(link))

    def link(self, token_hash: str) -> Link | None:
        return self._one(Link, "SELECT * FROM links WHERE token_hash = ?", token_hash)

    def all_links(self) -> Iterable[Link]:
        return self._all(Link, "SELECT * FROM links ORDER BY token_hash")

    def put_note(self, note: Note) -> None:
        self._change(_PUT_NOTE, to_row(note))

    def note(self, kind: NoteKind, subject: str) -> Note | None:
        return self._one(Note, "SELECT * FROM marks WHERE (kind, subject) = (?, ?)", kind, subject)

    def notes_of(self, subjects: Sequence[tuple[NoteKind, str]]) -> Sequence[Note]:
        return [note for each in subjects if (note := self.note(*each))]

    def notes(self, kind: NoteKind, prefix: str = "") -> Iterable[Note]:
        sql = "SELECT * FROM marks WHERE kind = ? AND subject BETWEEN ? AND ? ORDER BY subject"
        return self._all(Note, sql, kind, prefix, prefix + _LAST_CHARACTER)

    def _change(self, sql: str, row: Row) -> bool:
        with self._database() as database:
            if database.in_transaction:
                return database.execute(sql, row).rowcount == 1
            with database:
                database.execute("BEGIN IMMEDIATE")
                return database.execute(sql, row).rowcount == 1

    def _one(self, kind: type[Record], sql: str, *values: str | int) -> Record | None:
        return next(self._all(kind, sql, *values), None)

    def _all(self, kind: type[Record], sql: str, *values: str | int) -> Iterator[Record]:
        with self._database() as database:
            rows = [dict(row) for row in database.execute(sql, values)]
        return (to_record(kind, row) for row in rows)

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """Yield the open database, and convert SQLite's errors in the block."""
        try:
            if self._connection is None:
                make_folder(self._path.parent)
                self._connection = open_database(self._path, self._busy_seconds)
            yield self._connection
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:  # extended codes have more bits
                raise Unavailable(f"Another process has locked the ledger {self._path}.", after=5.0) from None
            raise BadSettings(f"The ledger {self._path} cannot be used: {error}.") from None
        except OSError as error:
            raise BadSettings(f"The ledger {self._path} cannot be used: {error.strerror}.") from None
