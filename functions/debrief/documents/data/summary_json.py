"""Read and write summary.json."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from dataclasses import asdict
from datetime import datetime
from math import isfinite
from typing import Any, get_args

from debrief.documents.data.fast_json import Encoded, json_bytes
from debrief.errors import BadRequest
from debrief.model import Finding, Metric, Part, Person, Session, State, Summary
from debrief.util.values import moment, utc_text

SCHEMA = "debrief.summary/1"
_MOST_REVISIONS = 1_000_000


def encode_sections(summary: Summary) -> Encoded:
    """Return the sections as in summary.json, of which they are nearly all bytes."""
    return Encoded.at(1, summary.sections)


def to_json(summary: Summary, sections: Encoded | None = None) -> bytes:
    """Return the bytes of summary.json. The same summary gives the same bytes.

    `sections` is the result of `encode_sections`, if the caller has it.
    """
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
            **({"parts": [_part(part) for part in session.parts]} if session.parts else {}),
        },
        "state": summary.state,
        "revision": summary.revision,
        **({} if summary.check_minutes is None else {"check_minutes": summary.check_minutes}),
        "metrics": {key: _metric(metric) for key, metric in summary.metrics.items()},
        "sections": sections or summary.sections,
        "warnings": [asdict(finding) for finding in summary.warnings],
    }
    return json_bytes(value) + b"\n"


def from_json(body: bytes) -> Summary:
    """Read summary.json. Raises BadRequest if it is damaged or has an unknown schema."""
    try:
        value = json.loads(body, parse_float=_finite, parse_constant=_finite)
        if value["schema"] != SCHEMA:
            raise BadRequest(f"The summary has schema {str(value['schema'])[:40]!r}; this version reads {SCHEMA}.")
        return _summary(value)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        # The error's text could quote the file, and thus contain personal data.
        raise BadRequest(f"The summary is damaged: {type(error).__name__} while reading it.") from None


def _finite(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise ValueError("no finite number")
    return value


def _part(part: Part) -> dict[str, str]:
    return {"cue_point_id": part.cue_point_id, "start": utc_text(part.start), "end": utc_text(part.end)}


def _metric(metric: Metric) -> dict[str, Any]:
    value = asdict(metric)
    if metric.reason is None:
        del value["reason"]
    return value


def _summary(value: Mapping[str, Any]) -> Summary:
    values = value["session"]
    parent = values["parent_entry_id"]
    session = Session(
        cue_point_id=_text(values["cue_point_id"]),
        entry_id=_text(values["entry_id"]),
        start=_time(values["start"]),
        end=_time(values["end"]),
        entry_name=_text(values["entry_name"]),
        parent_entry_id=None if parent is None else _text(parent),
        host_user_id=_text(values["host_user_id"]),
        parts=tuple(
            Part(_text(part["cue_point_id"]), _time(part["start"]), _time(part["end"]))
            for part in values.get("parts", ())
        ),
    )
    host = Person(session.host_user_id, _text(values.get("host_name", "")))
    return Summary(
        session=session,
        host=host if session.host_user_id else None,
        state=_one_of(value["state"], get_args(State)),
        revision=_one_of(value["revision"], range(_MOST_REVISIONS)),
        metrics={key: _read_metric(metric) for key, metric in value["metrics"].items()},
        sections={key: dict(section.items()) for key, section in value["sections"].items()},
        warnings=tuple(Finding(_text(warning["code"]), _text(warning["message"])) for warning in value["warnings"]),
        check_minutes=_minutes(value.get("check_minutes")),
    )


def _read_metric(values: Mapping[str, Any]) -> Metric:
    metric = Metric(**values)
    if metric.value is not None and not isinstance(metric.value, int | float | str):
        raise TypeError("no figure")
    return metric


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _minutes(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise TypeError("no minutes")
    return float(value)


def _one_of(value: Any, choices: Container[Any]) -> Any:
    if value not in choices:
        raise ValueError("not expected")
    return value


def _time(text: str) -> datetime:
    time = moment(_text(text))
    if time is None:
        raise ValueError("no time")
    return time
