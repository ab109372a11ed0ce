"""summary.json: written once, read again by the preview and by the mail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, get_args

from debrief.errors import BadRequest
from debrief.model import Finding, Metric, Person, Session, State, Summary, moment, utc_text

SCHEMA = "debrief.summary/1"


def to_json(summary: Summary) -> bytes:
    """The bytes of summary.json: readable, deterministic, UTF-8."""
    session = summary.session
    value = {
        "schema": SCHEMA,
        "session": {
            "cue_point_id": session.cue_point_id,
            "entry_id": session.entry_id,
            "entry_name": session.entry_name,
            "parent_entry_id": session.parent_entry_id,
            "host_user_id": session.host_user_id,
            "host_name": summary.host.name if summary.host else "",
            "start": utc_text(session.start),
            "end": utc_text(session.end),
            "duration_minutes": session.duration_minutes,
        },
        "state": summary.state,
        "revision": summary.revision,
        "metrics": {key: _metric(metric) for key, metric in summary.metrics.items()},
        "sections": summary.sections,
        "warnings": [asdict(finding) for finding in summary.warnings],
    }
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    return text.encode("utf-8", errors="replace") + b"\n"


def from_json(body: bytes) -> Summary:
    """Read a summary again. Raises BadRequest when it is damaged or of a schema that this version does not know."""
    try:
        value = json.loads(body)
        if value["schema"] != SCHEMA:
            raise BadRequest(f"The summary has schema {str(value['schema'])[:40]!r}; this version reads {SCHEMA}.")
        return _summary(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadRequest(f"The summary is damaged: {type(error).__name__} while reading it.") from error


def _metric(metric: Metric) -> dict[str, Any]:
    value = asdict(metric)
    if metric.reason is None:
        del value["reason"]
    return value


def _summary(value: Mapping[str, Any]) -> Summary:
    told = value["session"]
    session = Session(
        cue_point_id=told["cue_point_id"],
        entry_id=told["entry_id"],
        start=_time(told["start"]),
        end=_time(told["end"]),
        entry_name=told["entry_name"],
        parent_entry_id=told["parent_entry_id"],
        host_user_id=told["host_user_id"],
    )
    if value["state"] not in get_args(State):
        raise ValueError(value["state"])
    return Summary(
        session=session,
        host=Person(session.host_user_id, told.get("host_name", "")) if session.host_user_id else None,
        state=value["state"],
        revision=int(value["revision"]),
        metrics={key: Metric(**metric) for key, metric in value["metrics"].items()},
        sections=value["sections"],
        warnings=tuple(Finding(**finding) for finding in value["warnings"]),
    )


def _time(text: str) -> datetime:
    time = moment(text)
    if time is None:
        raise ValueError("no time")
    return time
