"""Lines of summaries.json and events.json: each is a row of the table for queries."""

from __future__ import annotations

import json
from collections.abc import Mapping

from debrief.model import Summary
from debrief.util.values import utc_text

SCHEMA = "debrief.summaries/1"
EVENTS_SCHEMA = "debrief.events/1"


def to_line(summary: Summary) -> bytes:
    """Return a JSON line with the session and each metric by key; the value of an unknown metric is null."""
    session = summary.session
    row = {
        "schema": SCHEMA,
        "session": session.cue_point_id,
        "entry_id": session.entry_id,
        "entry_name": session.entry_name,
        "parent_entry_id": session.parent_entry_id,
        "host_user_id": session.host_user_id,
        "started_at": utc_text(session.start),
        "ended_at": utc_text(session.end),
        "duration_minutes": session.duration_minutes,
        "state": summary.state,
        "revision": summary.revision,
        **_values(summary),
        "event_id": session.event_id or None,
    }
    return _line(row)


def event_to_line(summary: Summary) -> bytes:
    """Return a JSON line with a virtual event and each of its metrics by key."""
    event = summary.session
    row = {
        "schema": EVENTS_SCHEMA,
        "session": event.cue_point_id,
        "event_id": event.entry_id,
        "event_name": event.entry_name,
        "started_at": utc_text(event.start),
        "ended_at": utc_text(event.end),
        "state": summary.state,
        "revision": summary.revision,
        **_values(summary),
    }
    return _line(row)


def _values(summary: Summary) -> dict[str, float | int | str | None]:
    return {key: metric.value for key, metric in summary.metrics.items()}


def _line(row: Mapping[str, object]) -> bytes:
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", errors="replace") + b"\n"
