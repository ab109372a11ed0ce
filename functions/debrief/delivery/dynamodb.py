"""The ledger as one DynamoDB table, for any number of Lambda functions at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from botocore.exceptions import ClientError

from debrief.delivery.aws import aws_errors, code_of
from debrief.delivery.ledger import Delivery, DeliveryState, SessionRecord
from debrief.delivery.rows import is_open, is_unfinished, time_text, to_record, to_row
from debrief.errors import Conflict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Value: TypeAlias = str | int

_NEW = {"ConditionExpression": "attribute_not_exists(pk)"}


class DynamoLedger:
    """A Ledger in a table: pk `SESSION#<id>`, sk `SESSION` or `DELIVERY#<revision, 6 digits>#<recipient id>`.

    Index `by_end` (end_day, end_at) holds the sessions, `open_items` (open, open_at) only what is unfinished. Both
    lag a moment behind the table; all other reads are consistent, and every write is conditional, so a record that
    is read late ends in Conflict or None and never in a second mail. A write that AWS made but could not confirm
    looks the same after the client's own retry: a claim lost in this way stays `claimed`, for the operator.

    `expires_at` (epoch seconds) is the session's end plus the retention; for a delivery, which must outlive every
    repetition of its mail, the last change of its state plus the retention.
    """

    def __init__(self, client: DynamoDBClient, table: str, *, retention_days: int = 400) -> None:
        self._client = client
        self._table = table
        self._retention = timedelta(days=retention_days)

    def close(self) -> None:
        """Nothing is held open."""

    def session(self, cue_point_id: str) -> SessionRecord | None:
        """One session's record, or None."""
        item = self._get(_session_key(cue_point_id))
        return to_record(SessionRecord, item) if item else None

    def sessions(self, since: datetime, until: datetime) -> Iterable[SessionRecord]:
        """The records of sessions that ended in [since, until), by end, then cue point id; one query a day."""
        first, last = time_text(since), time_text(until)
        for day in _days(since, until):
            condition = "end_day = :day AND end_at BETWEEN :first AND :last"
            items = self._query(condition, {":day": day, ":first": first, ":last": last}, IndexName="by_end")
            found = (to_record(SessionRecord, item) for item in items if item["end_at"] < last)
            yield from sorted(found, key=lambda record: (record.end, record.cue_point_id))

    def unfinished(self) -> Iterable[SessionRecord]:
        """The records that wait, failed or have a check due, by end, then cue point id."""
        return (to_record(SessionRecord, item) for item in self._open("SESSION"))

    def save(self, record: SessionRecord) -> SessionRecord:
        """Write the record if its version still stands. Raises Conflict."""
        saved = replace(record, version=record.version + 1)
        condition = _still("version", record.version) if record.version else _NEW
        if not self._put(self._session_item(saved), condition):
            raise Conflict("Another process changed the session's record meanwhile.", after=1.0)
        return saved

    def add_delivery(self, delivery: Delivery) -> bool:
        """Write the delivery unless it is known; whether it was new."""
        return self._put(self._delivery_item(delivery), _NEW)

    def delivery(self, cue_point_id: str, revision: int, recipient_id: str) -> Delivery | None:
        """One delivery, or None."""
        item = self._get(_delivery_key(cue_point_id, revision, recipient_id))
        return to_record(Delivery, item) if item else None

    def deliveries(self, cue_point_id: str) -> Iterable[Delivery]:
        """All deliveries of a session, by revision, then recipient id."""
        values = {":pk": _session_key(cue_point_id)["pk"], ":sk": "DELIVERY#"}
        items = self._query("pk = :pk AND begins_with(sk, :sk)", values, ConsistentRead=True)
        return (to_record(Delivery, item) for item in items)

    def open_deliveries(self) -> Iterable[Delivery]:
        """All deliveries that are pending or claimed, by session, revision and recipient id."""
        return (to_record(Delivery, item) for item in self._open("DELIVERY"))

    def move(self, delivery: Delivery, to: DeliveryState, *, at: datetime, reason: str = "") -> Delivery | None:
        """Change the delivery's state if it is still what it was; else None."""
        moved = replace(delivery, state=to, at=at, reason=reason)
        return moved if self._put(self._delivery_item(moved), _still("state", delivery.state)) else None

    def _session_item(self, record: SessionRecord) -> dict[str, Value | None]:
        end = time_text(record.end)
        item = to_row(record) | _session_key(record.cue_point_id)
        item |= {"end_day": end[:10], "end_at": end, "expires_at": self._expiry(record.end)}
        if is_unfinished(record):
            item |= {"open": "SESSION", "open_at": f"{end}#{record.cue_point_id}"}
        return item

    def _delivery_item(self, delivery: Delivery) -> dict[str, Value | None]:
        key = _delivery_key(delivery.cue_point_id, delivery.revision, delivery.recipient_id)
        item = to_row(delivery) | key
        item["expires_at"] = self._expiry(delivery.at) if delivery.at else None
        if is_open(delivery):
            item |= {"open": "DELIVERY", "open_at": f"{delivery.cue_point_id}#{key['sk']}"}
        return item

    def _expiry(self, moment: datetime) -> int:
        return int((moment + self._retention).timestamp())

    def _put(self, item: Mapping[str, Value | None], condition: Mapping[str, Any]) -> bool:
        """Write the whole item if the condition holds for what is there; whether it held."""
        with aws_errors("dynamodb:PutItem", self._place):
            try:
                self._client.put_item(TableName=self._table, Item=_marshalled(item), **condition)
            except ClientError as error:
                if code_of(error) == "ConditionalCheckFailedException":
                    return False
                raise
        return True

    def _get(self, key: Mapping[str, str]) -> dict[str, Value] | None:
        with aws_errors("dynamodb:GetItem", self._place):
            answer = self._client.get_item(TableName=self._table, Key=_marshalled(key), ConsistentRead=True)
        return _plain(answer["Item"]) if "Item" in answer else None

    def _open(self, kind: str) -> Iterator[dict[str, Any]]:
        names = {"#open": "open"}  # a reserved word
        return self._query("#open = :open", {":open": kind}, IndexName="open_items", ExpressionAttributeNames=names)

    def _query(self, condition: str, values: Mapping[str, Value], **more: Any) -> Iterator[dict[str, Any]]:
        """All items that fit, by sort key, however many pages they take."""
        query = {
            "TableName": self._table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": _marshalled(values),
            **more,
        }
        with aws_errors("dynamodb:Query", self._place):
            for page in self._client.get_paginator("query").paginate(**query):
                yield from map(_plain, page["Items"])

    @property
    def _place(self) -> str:
        return f"table {self._table}"


def _still(name: str, value: Value) -> dict[str, Any]:
    """The condition that an attribute is what it was when it was read."""
    return {
        "ConditionExpression": "#name = :value",
        "ExpressionAttributeNames": {"#name": name},
        "ExpressionAttributeValues": _marshalled({":value": value}),
    }


def _session_key(cue_point_id: str) -> dict[str, str]:
    return {"pk": f"SESSION#{cue_point_id}", "sk": "SESSION"}


def _delivery_key(cue_point_id: str, revision: int, recipient_id: str) -> dict[str, str]:
    return {"pk": f"SESSION#{cue_point_id}", "sk": f"DELIVERY#{revision:06}#{recipient_id}"}


def _days(since: datetime, until: datetime) -> Iterator[str]:
    """The UTC dates that [since, until) touches, as text."""
    if since >= until:
        return
    day, last = since.astimezone(UTC).date(), until.astimezone(UTC).date()
    while day <= last:
        yield day.isoformat()
        day += timedelta(days=1)


def _marshalled(values: Mapping[str, Value | None]) -> dict[str, Any]:
    """Plain values as DynamoDB writes them; None is left out."""
    return {
        name: {"N": str(value)} if isinstance(value, int) else {"S": value}
        for name, value in values.items()
        if value is not None
    }


def _plain(item: Mapping[str, Any]) -> dict[str, Value]:
    return {name: int(value["N"]) if "N" in value else value["S"] for name, value in item.items()}
