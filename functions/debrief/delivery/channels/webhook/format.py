"""Arrange a message as the JSON event that docs/webhook-event.schema.json describes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from debrief.delivery.archive.archive import ManifestFile
    from debrief.delivery.channels.channel import Occasion
    from debrief.message import About, Chart, Figure, Message

SCHEMA = "debrief.event/1"


def event_of(message: Message, occasion: Occasion) -> dict[str, Any]:
    """Return the event: its type, its time and its data, as Standard Webhooks asks for them."""
    return {
        "type": occasion.event,
        "timestamp": _time(occasion.time) if occasion.time else None,
        "data": _data(message, occasion),
    }


def as_json(event: dict[str, Any]) -> bytes:
    """Return JSON in ASCII: no reader takes a character of a name for something else."""
    return json.dumps(event, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def _data(message: Message, occasion: Occasion) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "id": occasion.id,
        "session": _session(message.about, message.title) if message.about else None,
        "state": message.about.state if message.about else None,
        "revision": message.about.revision if message.about else None,
        "language": message.language,
        "verdict": message.verdict,
        "figures": [_figure(figure) for figure in message.figures],
        "viewers": _viewers(message.chart) if message.chart else None,
        "table": {"head": list(message.head), "rows": [list(row) for row in message.rows]} if message.rows else None,
        "notes": list(message.notes),
        "links": [{"label": link.label, "url": link.where} for link in message.links if link.is_link],
        "archive": _archive(occasion),
    }


def _session(about: About, title: str) -> dict[str, Any]:
    return {
        "cue_point_id": about.cue_point_id,
        "entry_id": about.entry_id,
        "name": title,
        "start": _time(about.start),
        "end": _time(about.end),
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "key": figure.key or None,
        "label": figure.label,
        "value": figure.amount,
        "text": figure.printed,
        "note": figure.note,
        "change": figure.change,
    }


def _viewers(chart: Chart) -> dict[str, Any]:
    points = [
        {"start": _time(point.start), "viewers": None if point.is_unknown or point.is_gap else point.viewers}
        for point in chart.points
    ]
    return {"sentence": chart.sentence, "points": points}


def _archive(occasion: Occasion) -> dict[str, Any]:
    """Return where the files are: the bucket and the key of each file; without a bucket only the keys."""
    is_bucket = occasion.place.startswith("s3://")
    bucket, _, prefix = occasion.place.removeprefix("s3://").partition("/") if is_bucket else ("", "", "")
    prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    return {"bucket": bucket or None, "files": [_file(file, prefix) for file in occasion.files]}


def _file(file: ManifestFile, prefix: str) -> dict[str, Any]:
    return {
        "name": file.name,
        "key": f"{prefix}{file.key}",
        "bytes": file.bytes,
        "sha256": file.sha256,
        "version_id": file.version_id,
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
