"""Convert ledger records to flat rows of text and numbers, for SQLite and DynamoDB."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from debrief.delivery.ledger.ledger import Delivery, Link, Note, SessionRecord

if TYPE_CHECKING:
    from debrief.model import Part

Row: TypeAlias = dict[str, str | int | None]
Record = TypeVar("Record", SessionRecord, Delivery, Link, Note)

_COLUMNS = {"merged_id": "joint"}  # columns by field, if their names differ
_FLAGS = frozenset({"begun", "without_files"})
_TIMES = frozenset({"start", "end", "due", "asked", "at", "issued", "expires", "dated"})


def time_text(moment: datetime) -> str:
    """Return ISO 8601 in UTC with microseconds: always 27 characters, so that texts sort like times."""
    if moment.utcoffset() is None:
        raise ValueError("The ledger does not accept a time without a zone.")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def column_of(field: str) -> str:
    return _COLUMNS.get(field, field)


_FIELDS = {  # by kind of record: its fields, each with its column
    kind: tuple((field.name, column_of(field.name)) for field in fields(kind))
    for kind in (SessionRecord, Delivery, Link, Note)
}


def to_row(record: SessionRecord | Delivery | Link | Note) -> Row:
    """Return the record's fields by column. Parts and history are JSON text; None if they are empty."""
    return {column_of(field.name): _cell(field.name, getattr(record, field.name)) for field in fields(record)}


def to_record(kind: type[Record], row: Mapping[str, Any]) -> Record:
    """Return the record of a row; missing fields get their default."""
    values = ((name, row.get(column)) for name, column in _FIELDS[kind])
    return kind(**{name: _value(name, value) for name, value in values if value is not None})


def rename_in_subject(subject: str, recipient_id: str, to: str) -> str:
    """Return a note's subject with a recipient's id replaced by `to`."""
    return "/".join(to if part == recipient_id else part for part in subject.split("/"))


def is_unfinished(record: SessionRecord) -> bool:
    """Return whether the session waits, has failed, or has a time for the next export or check."""
    return record.state in {"waiting", "failed"} or record.due is not None


def _cell(name: str, value: Any) -> Any:
    if name == "parts":
        return _json([[part.cue_point_id, time_text(part.start), time_text(part.end)] for part in value])
    if name == "history":
        return _json({revision: dict(value[revision]) for revision in sorted(value)})
    if isinstance(value, datetime):
        return time_text(value)
    return int(value) if isinstance(value, bool) else value


def _json(value: Any) -> str | None:
    return json.dumps(value, separators=(",", ":"), allow_nan=False) if value else None


def _value(name: str, value: Any) -> Any:
    if name == "parts":
        return tuple(_part(*part) for part in json.loads(value))
    if name == "history":
        revisions = json.loads(value).items()
        return {int(revision): {key: float(one) for key, one in figures.items()} for revision, figures in revisions}
    if name in _TIMES:
        return datetime.fromisoformat(value)
    return bool(value) if name in _FLAGS else value


def _part(cue_point_id: str, start: str, end: str) -> Part:
    from debrief.model import Part  # here, because few records have parts

    return Part(cue_point_id, datetime.fromisoformat(start), datetime.fromisoformat(end))
