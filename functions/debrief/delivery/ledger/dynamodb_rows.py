"""Search rows of a DynamoDB ledger, as dynamodb_search.py describes them: one small item for each session."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from debrief.delivery.ledger.serialization import time_text

if TYPE_CHECKING:
    from debrief.delivery.ledger.dynamodb_table import Value
    from debrief.delivery.ledger.ledger import SessionRecord

_LONGEST_NAME = 1000  # Kaltura cuts names at 255 characters; an item may have 400 KB


def row_of(record: SessionRecord) -> dict[str, Value | None]:
    """Return a session's search row, without its expiry."""
    entry_name, host_name, *_ = names = [name[:_LONGEST_NAME] for name in record.names]
    return _key(time_text(record.end), record.cue_point_id) | {
        "words": folded(*names),
        "room": folded(entry_name),
        "host": folded(host_name),
        "entry_id": record.entry_id,
        "host_user_id": record.host_user_id,
    }


def mark_of(record: SessionRecord) -> str:
    """Return what the record notes about its row, to see whether it has changed: end, and digest of the names."""
    digest = hashlib.sha256(json.dumps(record.names).encode()).hexdigest()[:16]
    return f"{time_text(record.end)}#{digest}"


def moved_row(before: SessionRecord, end: datetime) -> dict[str, Any] | None:
    """Return the key of a session's row under its former end; None if it has none, or the end is the same."""
    former = before.indexed.partition("#")[0]
    return _key(former, before.cue_point_id) if former not in {"", time_text(end)} else None


def folded(*names: str) -> str:
    """Return the names in one text, in lower case (Unicode's case folding)."""
    return "\n".join(names).casefold()


def monday(moment: datetime) -> str:
    """Return the date of the week's Monday, in UTC."""
    day = moment.astimezone(UTC).date()
    return (day - timedelta(days=day.weekday())).isoformat()


def _key(end: str, cue_point_id: str) -> dict[str, Any]:
    return {"pk": f"FIND#{monday(datetime.fromisoformat(end))}", "sk": f"{end}#{cue_point_id}"}
