"""Read and write summary.json of a virtual event. It has the same parts as a session's, but another schema."""

from __future__ import annotations

import json

from debrief.documents.data import summary_json as sessions
from debrief.errors import BadRequest
from debrief.model import Summary

SCHEMA = "debrief.event/1"


def event_to_json(summary: Summary) -> bytes:
    """Return the bytes of an event's summary.json. The same summary gives the same bytes."""
    value = json.loads(sessions.to_json(summary))
    head = value.pop("session")
    event = {"event_id": head["entry_id"], "name": head["entry_name"], "start": head["start"], "end": head["end"]}
    members = {"schema": SCHEMA, "event": event, **{key: value[key] for key in value if key != "schema"}}
    return json.dumps(members, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n"


def event_from_json(body: bytes) -> Summary:
    """Read an event's summary.json. Raises BadRequest if it is damaged or has another schema."""
    try:
        value = json.loads(body)
        if value["schema"] != SCHEMA:
            raise BadRequest(f"The summary has schema {str(value['schema'])[:40]!r}; this version reads {SCHEMA}.")
        event = value.pop("event")
        head = {
            "cue_point_id": f"event-{event['event_id']}",
            "entry_id": event["event_id"],
            "entry_name": event["name"],
            "parent_entry_id": None,
            "host_user_id": "",
            "start": event["start"],
            "end": event["end"],
        }
        text = json.dumps({**value, "schema": sessions.SCHEMA, "session": head})
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        # The error's text could quote the file, and thus contain personal data.
        raise BadRequest(f"The event's summary is damaged: {type(error).__name__} while reading it.") from None
    return sessions.from_json(text.encode())
