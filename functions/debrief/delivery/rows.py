"""Ledger records as flat rows of text and numbers, the same in SQLite and in DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any, TypeAlias, TypeVar

from debrief.delivery.ledger import Delivery, SessionRecord

Row: TypeAlias = dict[str, str | int | None]
Record = TypeVar("Record", SessionRecord, Delivery)

_FLAGS = frozenset({"begun"})
_TIMES = frozenset({"start", "end", "due", "asked", "at"})


def time_text(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds: always 27 characters, so text sorts as time does."""
    if moment.utcoffset() is None:
        raise ValueError("The ledger takes no time without a zone.")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def to_row(record: SessionRecord | Delivery) -> Row:
    """The record's fields by name."""
    return {name: _cell(value) for name, value in asdict(record).items()}


def to_record(kind: type[Record], row: Mapping[str, Any]) -> Record:
    """The record of a row; a field that the row lacks keeps its default."""
    found = {field.name: row.get(field.name) for field in fields(kind)}
    return kind(**{name: _value(name, value) for name, value in found.items() if value is not None})


def is_unfinished(record: SessionRecord) -> bool:
    """Whether the session waits, failed, or has an export or a check due."""
    return record.state in {"waiting", "failed"} or record.due is not None


def is_open(delivery: Delivery) -> bool:
    """Whether nobody knows yet what became of the mail."""
    return delivery.state in {"pending", "claimed"}


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return time_text(value)
    return int(value) if isinstance(value, bool) else value


def _value(name: str, value: Any) -> Any:
    if name in _TIMES:
        return datetime.fromisoformat(value)
    return bool(value) if name in _FLAGS else value
