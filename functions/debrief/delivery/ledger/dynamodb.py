"""The ledger as one DynamoDB table, for any number of Lambda functions at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from debrief.delivery.ledger.dynamodb_table import ANY, NEW, DynamoTable, Value, still
from debrief.delivery.ledger.ledger import LASTING, Delivery, DeliveryState, Link, Mark, MarkKind, SessionRecord
from debrief.delivery.ledger.serialization import is_open, is_unfinished, moved, renamed, time_text, to_record, to_row
from debrief.errors import Conflict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_LINK_OUTLIVES = timedelta(days=90)  # so long may an expired link be followed to ask for a fresh one


class DynamoLedger:
    """A Ledger in a table.

    | pk | sk |
    |---|---|
    | `SESSION#<id>` | `SESSION` |
    | `SESSION#<id>` | `DELIVERY#<revision, 6 digits>#<recipient id>`, and `#<occasion>` unless it is blank |
    | `LINK#<token hash>` | `LINK` |
    | `MARK#<kind>` | the subject |

    Index `by_end` (end_day, end_at) holds the sessions, `open_items` (open, open_at) only what is unfinished. Both
    lag a moment behind the table; all other reads are consistent, and every write is conditional but a mark's, so a
    record that is read late ends in Conflict or None and never in a second mail. A write that AWS made but could not
    confirm even after the client's own retries may have been made: one lost in this way as a mail is handed over
    stays `sending`, for the operator.

    `expires_at` (epoch seconds) is the session's end plus the retention; for a delivery, which must outlive every
    repetition of its mail, the last change of its state plus the retention; for a link its end plus 90 days; for a
    mark its time plus the retention, and never for those that stand against a mail or a link.
    """

    def __init__(self, client: DynamoDBClient, table: str, *, retention_days: int = 400) -> None:
        self._table = DynamoTable(client, table)
        self._retention = timedelta(days=retention_days)

    def close(self) -> None:
        """Nothing is held open."""

    def together(self) -> AbstractContextManager[None]:
        """Each write by itself, as ever: none waits for a disk here."""
        return nullcontext()

    def session(self, cue_point_id: str) -> SessionRecord | None:
        """One session's record, or None."""
        item = self._table.get(_session_key(cue_point_id))
        return to_record(SessionRecord, item) if item else None

    def sessions(self, since: datetime, until: datetime) -> Iterable[SessionRecord]:
        """The records of sessions that ended in [since, until), by end, then cue point id; one query a day."""
        first, last = time_text(since), time_text(until)
        for day in _days(since, until):
            condition = "end_day = :day AND end_at BETWEEN :first AND :last"
            items = self._table.query(condition, {":day": day, ":first": first, ":last": last}, IndexName="by_end")
            found = (to_record(SessionRecord, item) for item in items if item["end_at"] < last)
            yield from sorted(found, key=lambda record: (record.end, record.cue_point_id))

    def unfinished(self) -> Iterable[SessionRecord]:
        """The records that wait, failed or have a check due, by end, then cue point id."""
        return (to_record(SessionRecord, item) for item in self._open("SESSION"))

    def save(self, record: SessionRecord) -> SessionRecord:
        """Write the record if its version still stands. Raises Conflict."""
        saved = replace(record, version=record.version + 1)
        condition = still("version", record.version) if record.version else NEW
        if not self._table.put(self._session_item(saved), condition):
            raise Conflict("Another process changed the session's record meanwhile.", after=1.0)
        return saved

    def add_delivery(self, delivery: Delivery) -> bool:
        """Write the delivery unless it is known; whether it was new."""
        return self._table.put(self._delivery_item(delivery), NEW)

    def delivery(self, cue_point_id: str, revision: int, recipient_id: str, occasion: str = "") -> Delivery | None:
        """One delivery, or None."""
        item = self._table.get(_delivery_key(cue_point_id, revision, recipient_id, occasion))
        return to_record(Delivery, item) if item else None

    def deliveries(self, cue_point_id: str) -> Iterable[Delivery]:
        """All deliveries of a session, by revision, recipient id, then occasion."""
        values = {":pk": _session_key(cue_point_id)["pk"], ":sk": "DELIVERY#"}
        items = self._table.query("pk = :pk AND begins_with(sk, :sk)", values, ConsistentRead=True)
        return (to_record(Delivery, item) for item in items)

    def open_deliveries(self) -> Iterable[Delivery]:
        """All deliveries that are pending, claimed or sending, by session, revision, recipient id and occasion."""
        return (to_record(Delivery, item) for item in self._open("DELIVERY"))

    def move(
        self,
        delivery: Delivery,
        to: DeliveryState,
        *,
        at: datetime,
        reason: str = "",
        mailed: int | None = None,
        dated: datetime | None = None,
        without_files: bool = False,
    ) -> Delivery | None:
        """Change the delivery's state if it is still what it was; else None."""
        after = moved(delivery, to, at, reason, mailed=mailed, dated=dated, without_files=without_files)
        return after if self._table.put(self._delivery_item(after), still("state", delivery.state)) else None

    def all_sessions(self) -> Iterable[SessionRecord]:
        """Every record, in no order. Takes dynamodb:Scan, which no function of the stack has."""
        return (to_record(SessionRecord, item) for item in self._table.scan("SESSION"))

    def all_deliveries(self) -> Iterable[Delivery]:
        """Every delivery, in no order. Takes dynamodb:Scan, which no function of the stack has."""
        return (to_record(Delivery, item) for item in self._table.scan("DELIVERY#"))

    def forget(self, delivery: Delivery) -> None:
        """Blank who the delivery went to and why. Raises Conflict when its state changes meanwhile."""
        blank = replace(delivery, address="", why="", timezone="", language="")
        if not self._table.put(self._delivery_item(blank), still("state", delivery.state)):
            raise Conflict("A mail's state changed meanwhile; run the same command again.", after=1.0)

    def rename_recipient(self, recipient_id: str, to: str) -> None:
        """Put another id for a recipient's in every delivery, link and mark; each item anew, then without the old."""
        for item in list(self._table.scan("DELIVERY#")):
            if item["recipient_id"] == recipient_id:
                key = {"sk": item["sk"].replace(f"#{recipient_id}", f"#{to}", 1)}
                self._table.put(item | key | {"recipient_id": to}, ANY)
                self._table.delete(item)
        for item in self._table.scan("LINK", of="LINK#"):
            if item["recipient_id"] == recipient_id:
                self._table.put(item | {"recipient_id": to}, ANY)
        for item in list(self._table.scan("", of="MARK#")):
            subject = renamed(item["subject"], recipient_id, to)
            if subject != item["subject"]:
                self._table.put(item | {"sk": subject, "subject": subject}, ANY)
                self._table.delete(item)

    def compact(self) -> None:
        """Nothing to do: an item is replaced as a whole."""

    def add_link(self, link: Link) -> bool:
        """Write the link unless it is known; whether it was new."""
        expiry = int((link.expires + _LINK_OUTLIVES).timestamp())
        return self._table.put(to_row(link) | _link_key(link.token_hash) | {"expires_at": expiry}, NEW)

    def link(self, token_hash: str) -> Link | None:
        """One link, or None."""
        item = self._table.get(_link_key(token_hash))
        return to_record(Link, item) if item else None

    def all_links(self) -> Iterable[Link]:
        """Every link, in no order. Takes dynamodb:Scan, which no function of the stack has."""
        return (to_record(Link, item) for item in self._table.scan("LINK", of="LINK#"))

    def put_mark(self, mark: Mark) -> None:
        """Write the mark over the one with its kind and subject, if any."""
        expiry = None if mark.kind in LASTING else self._expiry(mark.at)
        self._table.put(to_row(mark) | _mark_key(mark.kind, mark.subject) | {"expires_at": expiry}, ANY)

    def mark(self, kind: MarkKind, subject: str) -> Mark | None:
        """One mark, or None."""
        item = self._table.get(_mark_key(kind, subject))
        return to_record(Mark, item) if item else None

    def marks(self, kind: MarkKind, prefix: str = "") -> Iterable[Mark]:
        """All marks of a kind whose subject starts so, by subject."""
        key = _mark_key(kind, prefix)
        condition, values = "pk = :pk", {":pk": key["pk"]}
        if prefix:  # DynamoDB takes no blank one
            condition, values = f"{condition} AND begins_with(sk, :sk)", values | {":sk": key["sk"]}
        return (to_record(Mark, item) for item in self._table.query(condition, values, ConsistentRead=True))

    def _session_item(self, record: SessionRecord) -> dict[str, Value | None]:
        end = time_text(record.end)
        item = to_row(record) | _session_key(record.cue_point_id)
        item |= {"end_day": end[:10], "end_at": end, "expires_at": self._expiry(record.end)}
        if is_unfinished(record):
            item |= {"open": "SESSION", "open_at": f"{end}#{record.cue_point_id}"}
        return item

    def _delivery_item(self, delivery: Delivery) -> dict[str, Value | None]:
        key = _delivery_key(delivery.cue_point_id, delivery.revision, delivery.recipient_id, delivery.occasion)
        item = to_row(delivery) | key
        item["expires_at"] = self._expiry(delivery.at) if delivery.at else None
        if is_open(delivery):
            item |= {"open": "DELIVERY", "open_at": f"{delivery.cue_point_id}#{key['sk']}"}
        return item

    def _expiry(self, moment: datetime) -> int:
        return int((moment + self._retention).timestamp())

    def _open(self, kind: str) -> Iterator[dict[str, Any]]:
        names = {"#open": "open"}  # a reserved word
        values = {":open": kind}
        return self._table.query("#open = :open", values, IndexName="open_items", ExpressionAttributeNames=names)


def _session_key(cue_point_id: str) -> dict[str, str]:
    return {"pk": f"SESSION#{cue_point_id}", "sk": "SESSION"}


def _delivery_key(cue_point_id: str, revision: int, recipient_id: str, occasion: str) -> dict[str, str]:
    sort = f"DELIVERY#{revision:06}#{recipient_id}"
    return {"pk": f"SESSION#{cue_point_id}", "sk": f"{sort}#{occasion}" if occasion else sort}


def _link_key(token_hash: str) -> dict[str, str]:
    return {"pk": f"LINK#{token_hash}", "sk": "LINK"}


def _mark_key(kind: MarkKind, subject: str) -> dict[str, str]:
    return {"pk": f"MARK#{kind}", "sk": subject}


def _days(since: datetime, until: datetime) -> Iterator[str]:
    """The UTC dates that [since, until) touches, as text."""
    if since >= until:
        return
    day, last = since.astimezone(UTC).date(), until.astimezone(UTC).date()
    while day <= last:
        yield day.isoformat()
        day += timedelta(days=1)
