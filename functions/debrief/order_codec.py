"""Orders as queue messages: JSON with ids and times only, so that no queue ever contains personal data."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args

from debrief.errors import BadMessage
from debrief.model import Kind, Part, Source
from debrief.orders import DeliveryOrder, ExportOrder

VERSION = 3
_LIMIT = 8192  # characters; an order has about 200, and 80 more for each part of a merged session
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,80}")  # without characters that separate values in Kaltura requests or ledger keys
_YEARS = range(2000, 2200)
_REVISIONS = range(1, 1_000_000)
_EXPORT_KEYS = {
    "v",
    "kind",
    "cue_point_id",
    "entry_id",
    "start",
    "end",
    "parent_entry_id",
    "mail",
    "of",
    "parts",
    "source",
}
_DELIVERY_KEYS = {"v", "kind", "cue_point_id", "revision", "recipient_id", "occasion"}
_MOST_PARTS = 50


def encode(order: ExportOrder | DeliveryOrder) -> str:
    """Return an order as a message."""
    fields = _export_fields(order) if isinstance(order, ExportOrder) else _delivery_fields(order)
    return json.dumps({"v": VERSION} | fields, separators=(",", ":"))


def decode_export(body: str) -> ExportOrder:
    """Return the order in a message. Raises BadMessage for anything that `encode` would not write."""
    fields = _fields(body, "export", _EXPORT_KEYS)
    parent, mail, kind, source = fields["parent_entry_id"], fields["mail"], fields["of"], fields["source"]
    if not isinstance(mail, bool):
        raise BadMessage("The message's mail must be true or false.")
    start, end = _time(fields, "start"), _time(fields, "end")
    if end < start:
        raise BadMessage("The message's session ends before it starts.")
    if kind not in get_args(Kind):
        raise BadMessage("The message's order has an unknown kind.")
    if source not in get_args(Source):
        raise BadMessage("The message's order has an unknown source.")
    return ExportOrder(
        cue_point_id=_id(fields, "cue_point_id"),
        entry_id=_id(fields, "entry_id"),
        start=start,
        end=end,
        parent_entry_id=None if parent is None else _id(fields, "parent_entry_id"),
        mail=mail,
        kind=kind,
        parts=_parts(fields),
        source=source,
    )


def decode_delivery(body: str) -> DeliveryOrder:
    """Return the order in a message. Raises BadMessage for anything that `encode` would not write."""
    fields = _fields(body, "delivery", _DELIVERY_KEYS)
    revision = fields["revision"]
    if type(revision) is not int or revision not in _REVISIONS:
        raise BadMessage("The message's revision must be a number from 1.")
    occasion = "" if fields["occasion"] == "" else _id(fields, "occasion")
    return DeliveryOrder(_id(fields, "cue_point_id"), revision, _id(fields, "recipient_id"), occasion)


def _export_fields(order: ExportOrder) -> dict[str, Any]:
    return {
        "kind": "export",
        "cue_point_id": order.cue_point_id,
        "entry_id": order.entry_id,
        "start": _text(order.start),
        "end": _text(order.end),
        "parent_entry_id": order.parent_entry_id,
        "mail": order.mail,
        "of": order.kind,
        "parts": [[part.cue_point_id, _text(part.start), _text(part.end)] for part in order.parts],
        "source": order.source,
    }


def _delivery_fields(order: DeliveryOrder) -> dict[str, Any]:
    return {
        "kind": "delivery",
        "cue_point_id": order.cue_point_id,
        "revision": order.revision,
        "recipient_id": order.recipient_id,
        "occasion": order.occasion,
    }


def _fields(body: str, kind: str, keys: set[str]) -> dict[str, Any]:
    """Return the message's object with exactly the keys of its kind. No error quotes the message."""
    if len(body) > _LIMIT:
        raise BadMessage(f"The message has more than {_LIMIT} characters.")
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise BadMessage("The message is not JSON.") from None
    if not isinstance(fields, dict) or fields.get("kind") != kind:
        raise BadMessage(f"The message is not of kind {kind}.")
    if type(fields.get("v")) is not int or fields["v"] != VERSION:
        raise BadMessage(f"The message is not of version {VERSION}.")
    if fields.keys() != keys:
        raise BadMessage(f"The {kind} order has missing or unknown fields.")
    return fields


def _id(fields: Mapping[str, Any], name: str) -> str:
    value = fields[name]
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise BadMessage(f"The message's {name} is not an id.")
    return value


def _parts(fields: Mapping[str, Any]) -> tuple[Part, ...]:
    parts = fields["parts"]
    if not isinstance(parts, list) or len(parts) > _MOST_PARTS:
        raise BadMessage(f"The message's parts are not a list of at most {_MOST_PARTS}.")
    return tuple(map(_part, parts))


def _part(value: object) -> Part:
    if not isinstance(value, list) or len(value) != 3:
        raise BadMessage("A part in the message is not an id and two times.")
    fields = dict(zip(("id", "start", "end"), value, strict=True))
    return Part(_id(fields, "id"), _time(fields, "start"), _time(fields, "end"))


def _text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _time(fields: Mapping[str, Any], name: str) -> datetime:
    try:
        time = datetime.fromisoformat(fields[name])
    except (TypeError, ValueError):
        raise BadMessage(f"The message's {name} is not a time.") from None
    if time.year not in _YEARS or time.utcoffset() is None:
        raise BadMessage(f"The message's {name} has no time zone or is out of range.")
    return time.astimezone(UTC)
