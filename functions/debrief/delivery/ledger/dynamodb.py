"""A ledger in a DynamoDB table, for concurrent Lambda functions."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from debrief.delivery.ledger.dynamodb_rows import mark_of, moved_row, row_of
from debrief.delivery.ledger.dynamodb_table import ANY, MOST_TOGETHER, NEW, DynamoTable, Value, Write, unchanged
from debrief.delivery.ledger.ledger import (
    OPEN,
    PERMANENT_KINDS,
    Delivery,
    DeliveryState,
    Link,
    Note,
    NoteKind,
    SessionRecord,
)
from debrief.delivery.ledger.serialization import (
    is_unfinished,
    rename_in_subject,
    time_text,
    to_record,
    to_row,
)
from debrief.errors import Conflict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from debrief.delivery.ledger.ledger import Matches
    from debrief.delivery.ledger.search import SearchFilter

_FINAL = "FINAL"  # the word of final sessions in the index `open_items`
_FINALS_AT_ONCE = 100
_SAVED_TOGETHER = MOST_TOGETHER // 2  # a new session has two items: its record and its search row
_RENEWABLE_FOR = timedelta(days=90)  # for this time an expired link can be used to request a new link


class DynamoLedger:
    """A Ledger in a table.

    | pk | sk |
    |---|---|
    | `SESSION#<id>` | `SESSION` |
    | `SESSION#<id>` | `DELIVERY#<revision, 6 digits>#<recipient id>`, and `#<occasion>` unless it is blank |
    | `LINK#<token hash>` | `LINK` |
    | `MARK#<kind>` | the subject |
    | `FIND#<Monday>` | `<end>#<id>`: search rows, see dynamodb_rows.py and dynamodb_search.py |

    The index `by_end` (end_day, end_at) has the sessions. `open_items` (open, open_at) has the unfinished items and,
    under the word FINAL, the final sessions. Version 1.0 did not write this word; the note `finals` says since when it
    is written, and sessions that ended before are found by their day. Both indexes lag behind the table for a moment.
    All other reads are consistent, and all writes except those of notes and of rename_recipient (in an erasure) are
    conditional, so an outdated record causes Conflict or None, never a second email. A write that AWS does not confirm
    may have been made; if this happens while an email is sent, the delivery stays `sending`, and an operator decides.

    DynamoDB deletes an item after `expires_at` (seconds since 1970): for a session its end plus the retention, for a
    delivery the last change of its state plus the retention, for a link its expiry plus 90 days, for a note its time
    plus the retention. Suppressions, revocations and other permanent notes do not expire.
    """

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        *,
        retention_days: int = 400,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._table = DynamoTable(client, table, sleep)
        self._retention = timedelta(days=retention_days)
        self._has_all_rows = False

    def close(self) -> None:
        """Do nothing: there is no connection to close."""

    def batch(self) -> AbstractContextManager[None]:
        """Do nothing: each write is separate."""
        return nullcontext()

    def session(self, cue_point_id: str) -> SessionRecord | None:
        item = self._table.get(_session_key(cue_point_id))
        return to_record(SessionRecord, item) if item else None

    def session_with_deliveries(self, cue_point_id: str) -> tuple[SessionRecord | None, Sequence[Delivery]]:
        """Return both from one query, because they have the same partition key."""
        pk = _session_key(cue_point_id)["pk"]
        items = list(self._table.query("pk = :pk", {":pk": pk}, ConsistentRead=True))
        records = [to_record(SessionRecord, item) for item in items if item["sk"] == "SESSION"]
        deliveries = [to_record(Delivery, item) for item in items if item["sk"].startswith("DELIVERY#")]
        return (records[0] if records else None), deliveries

    def sessions_of(self, cue_point_ids: Collection[str]) -> dict[str, SessionRecord]:
        items = self._table.get_all([_session_key(cue_point_id) for cue_point_id in dict.fromkeys(cue_point_ids)])
        records = (to_record(SessionRecord, item) for item in items)
        return {record.cue_point_id: record for record in records}

    def sessions(self, since: datetime, until: datetime) -> Iterable[SessionRecord]:
        """Yield sessions that ended in [since, until), by end and cue point id, with one query for each day."""
        first, last = time_text(since), time_text(until)
        for day in _days(since, until):
            condition = "end_day = :day AND end_at BETWEEN :first AND :last"
            items = self._table.query(condition, {":day": day, ":first": first, ":last": last}, IndexName="by_end")
            found = (to_record(SessionRecord, item) for item in items if item["end_at"] < last)
            yield from sorted(found, key=lambda record: (record.end, record.cue_point_id))

    def finals(self, since: datetime, until: datetime, *, now: datetime) -> Iterator[SessionRecord]:
        """Yield final sessions, latest first, with one query for each 100 of them.

        For sessions that ended before this index existed, there is one query for each day.
        """
        indexed = self._finals_indexed_since(now)
        first = max(since, indexed)
        if first < until:
            values = {":open": _FINAL, ":first": time_text(first), ":last": time_text(until)}
            latest_first = {"ScanIndexForward": False, "PaginationConfig": {"PageSize": _FINALS_AT_ONCE}}
            items = self._open("#open = :open AND open_at BETWEEN :first AND :last", values, **latest_first)
            yield from (to_record(SessionRecord, item) for item in items)
        if since < indexed:
            found = [record for record in self.sessions(since, min(until, indexed)) if _is_final(record)]
            yield from reversed(found)

    def _finals_indexed_since(self, now: datetime) -> datetime:
        note = self.note("finals", "since")
        if note is None:
            note = Note("finals", "since", now)
            self.put_note(note)
        return note.at

    def unfinished(self) -> Iterable[SessionRecord]:
        return (to_record(SessionRecord, item) for item in self._all_open("SESSION"))

    def save(self, record: SessionRecord) -> SessionRecord:
        saved = self._next_version(record)
        if not all(self._table.put_together([self._session_writes(record, saved)])):
            raise Conflict("Another process changed the session's record in the meantime.", after=1.0)
        return saved

    def save_all(self, records: Iterable[SessionRecord]) -> Iterator[SessionRecord | None]:
        remaining = iter(records)
        while some := list(islice(remaining, _SAVED_TOGETHER)):
            saved = [self._next_version(record) for record in some]
            written = self._table.put_together([*map(self._session_writes, some, saved)])
            yield from (record if is_written else None for record, is_written in zip(saved, written, strict=True))

    def search(self, since: datetime, until: datetime, wanted: SearchFilter) -> Matches:
        from debrief.delivery.ledger.dynamodb_search import search

        return search(self, self._table, since, until, wanted)

    def extend_search(self, now: datetime) -> None:
        """Add search rows of records of earlier versions, until all have theirs."""
        from debrief.delivery.ledger.dynamodb_search import add_rows

        self._has_all_rows = self._has_all_rows or add_rows(self, now, now - self._retention)

    def add_delivery(self, delivery: Delivery) -> bool:
        return self._table.put(self._delivery_item(delivery), NEW)

    def add_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        items = [self._delivery_item(delivery) for delivery in deliveries]
        # A transaction may not have an item twice. Of two the first is written, as with add_delivery.
        writes = iter({(item["pk"], item["sk"]): (item, NEW) for item in reversed(items)}.values())
        while together := [[write] for write in islice(writes, MOST_TOGETHER)]:
            self._table.put_together(together)

    def delivery(self, cue_point_id: str, revision: int, recipient_id: str, occasion: str = "") -> Delivery | None:
        item = self._table.get(_delivery_key(cue_point_id, revision, recipient_id, occasion))
        return to_record(Delivery, item) if item else None

    def deliveries(self, cue_point_id: str) -> Iterable[Delivery]:
        values = {":pk": _session_key(cue_point_id)["pk"], ":sk": "DELIVERY#"}
        items = self._table.query("pk = :pk AND begins_with(sk, :sk)", values, ConsistentRead=True)
        return (to_record(Delivery, item) for item in items)

    def open_deliveries(self) -> Iterable[Delivery]:
        return (to_record(Delivery, item) for item in self._all_open("DELIVERY"))

    def move(self, delivery: Delivery, to: DeliveryState, *, at: datetime, reason: str = "") -> Delivery | None:
        changed = replace(delivery, state=to, at=at, reason=reason)
        return changed if self._table.put(self._delivery_item(changed), unchanged("state", delivery.state)) else None

    def all_sessions(self) -> Iterable[SessionRecord]:
        """Return all sessions, in any order. This needs dynamodb:Scan, which no Lambda function has."""
        return (to_record(SessionRecord, item) for item in self._table.scan("SESSION"))

    def all_deliveries(self) -> Iterable[Delivery]:
        """Return all deliveries, in any order. This needs dynamodb:Scan, which no Lambda function has."""
        return (to_record(Delivery, item) for item in self._table.scan("DELIVERY#"))

    def forget(self, delivery: Delivery) -> None:
        blank = replace(delivery, address="", why="", timezone="", language="")
        if not self._table.put(self._delivery_item(blank), unchanged("state", delivery.state)):
            raise Conflict("A delivery's state has changed; run the same command again.", after=1.0)

    def rename_recipient(self, recipient_id: str, to: str) -> None:
        """Replace a recipient's id in all deliveries, links and notes: write the new item, then delete the old one."""
        for item in list(self._table.scan("DELIVERY#")):
            if item["recipient_id"] == recipient_id:
                key = {"sk": item["sk"].replace(f"#{recipient_id}", f"#{to}", 1)}
                self._table.put(item | key | {"recipient_id": to}, ANY)
                self._table.delete(item)
        for item in self._table.scan("LINK", of="LINK#"):
            if item["recipient_id"] == recipient_id:
                self._table.put(item | {"recipient_id": to}, ANY)
        for item in list(self._table.scan("", of="MARK#")):
            subject = rename_in_subject(item["subject"], recipient_id, to)
            if subject != item["subject"]:
                self._table.put(item | {"sk": subject, "subject": subject}, ANY)
                self._table.delete(item)

    def compact(self) -> None:
        """Do nothing: a table has no traces of replaced items."""

    def add_link(self, link: Link) -> bool:
        expiry = int((link.expires + _RENEWABLE_FOR).timestamp())
        return self._table.put(to_row(link) | _link_key(link.token_hash) | {"expires_at": expiry}, NEW)

    def link(self, token_hash: str) -> Link | None:
        item = self._table.get(_link_key(token_hash))
        return to_record(Link, item) if item else None

    def all_links(self) -> Iterable[Link]:
        """Return all links, in any order. This needs dynamodb:Scan, which no Lambda function has."""
        return (to_record(Link, item) for item in self._table.scan("LINK", of="LINK#"))

    def put_note(self, note: Note) -> None:
        expiry = None if note.kind in PERMANENT_KINDS else self._expiry(note.at)
        self._table.put(to_row(note) | _note_key(note.kind, note.subject) | {"expires_at": expiry}, ANY)

    def note(self, kind: NoteKind, subject: str) -> Note | None:
        item = self._table.get(_note_key(kind, subject))
        return to_record(Note, item) if item else None

    def notes_of(self, subjects: Sequence[tuple[NoteKind, str]]) -> Sequence[Note]:
        items = self._table.get_all([_note_key(kind, subject) for kind, subject in dict.fromkeys(subjects)])
        notes = {(note.kind, note.subject): note for note in (to_record(Note, item) for item in items)}
        return [notes[each] for each in subjects if each in notes]

    def notes(self, kind: NoteKind, prefix: str = "") -> Iterable[Note]:
        key = _note_key(kind, prefix)
        condition, values = "pk = :pk", {":pk": key["pk"]}
        if prefix:  # DynamoDB does not accept a blank prefix
            condition, values = f"{condition} AND begins_with(sk, :sk)", values | {":sk": key["sk"]}
        return (to_record(Note, item) for item in self._table.query(condition, values, ConsistentRead=True))

    def _next_version(self, record: SessionRecord) -> SessionRecord:
        return replace(record, version=record.version + 1, indexed=mark_of(record))

    def _session_writes(self, before: SessionRecord, record: SessionRecord) -> list[Write]:
        """Return the writes of a record and, if its names or end changed, of its search row."""
        condition = unchanged("version", before.version) if before.version else NEW
        writes: list[Write] = [(self._session_item(record), condition)]
        if before.indexed != record.indexed:
            expiry: dict[str, Value | None] = {"expires_at": self._expiry(record.end)}
            writes.append((row_of(record) | expiry, ANY))
            if former := moved_row(before, record.end):
                writes.append((former | expiry, ANY))
        return writes

    def _session_item(self, record: SessionRecord) -> dict[str, Value | None]:
        end = time_text(record.end)
        item = to_row(record) | _session_key(record.cue_point_id)
        item |= {"end_day": end[:10], "end_at": end, "expires_at": self._expiry(record.end)}
        if is_unfinished(record) or _is_final(record):
            word = _FINAL if _is_final(record) else "SESSION"
            item |= {"open": word, "open_at": f"{end}#{record.cue_point_id}"}
        return item

    def _delivery_item(self, delivery: Delivery) -> dict[str, Value | None]:
        key = _delivery_key(delivery.cue_point_id, delivery.revision, delivery.recipient_id, delivery.occasion)
        item = to_row(delivery) | key
        item["expires_at"] = self._expiry(delivery.at) if delivery.at else None
        if delivery.state in OPEN:
            item |= {"open": "DELIVERY", "open_at": f"{delivery.cue_point_id}#{key['sk']}"}
        return item

    def _expiry(self, moment: datetime) -> int:
        return int((moment + self._retention).timestamp())

    def _all_open(self, word: str) -> Iterator[dict[str, Any]]:
        return self._open("#open = :open", {":open": word})

    def _open(self, condition: str, values: Mapping[str, Value], **more: Any) -> Iterator[dict[str, Any]]:
        names = {"#open": "open"}  # DynamoDB reserves the word `open`
        return self._table.query(condition, values, IndexName="open_items", ExpressionAttributeNames=names, **more)


def _is_final(record: SessionRecord) -> bool:
    return record.state == "final" and not is_unfinished(record)


def _session_key(cue_point_id: str) -> dict[str, str]:
    return {"pk": f"SESSION#{cue_point_id}", "sk": "SESSION"}


def _delivery_key(cue_point_id: str, revision: int, recipient_id: str, occasion: str) -> dict[str, str]:
    sort = f"DELIVERY#{revision:06}#{recipient_id}"
    return {"pk": f"SESSION#{cue_point_id}", "sk": f"{sort}#{occasion}" if occasion else sort}


def _link_key(token_hash: str) -> dict[str, str]:
    return {"pk": f"LINK#{token_hash}", "sk": "LINK"}


def _note_key(kind: NoteKind, subject: str) -> dict[str, str]:
    return {"pk": f"MARK#{kind}", "sk": subject}


def _days(since: datetime, until: datetime) -> Iterator[str]:
    """Yield the UTC dates in [since, until) as text."""
    if since >= until:
        return
    day, last = since.astimezone(UTC).date(), until.astimezone(UTC).date()
    while day <= last:
        yield day.isoformat()
        day += timedelta(days=1)
