"""summaries.json: a session's figures in one line, as a row of the Athena table."""

from __future__ import annotations

import json

from debrief.model import Summary
from debrief.util.values import utc_text

SCHEMA = "debrief.summaries/1"


def to_line(summary: Summary) -> bytes:
    """Return one JSON object in one line: the session, then each metric by key; null without a value."""
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
        **{key: metric.value for key, metric in summary.metrics.items()},
    }
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", errors="replace") + b"\n"
