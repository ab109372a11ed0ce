"""Summaries of sessions with a list of registrations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from debrief.model import Metric, Summary


def counts(registered: int, came: int, not_known: int = 0) -> dict[str, Any]:
    """The counts of a group."""
    rate = None if not_known else came / registered
    return {"registered": registered, "came": came, "not_known": not_known, "rate": rate}


def with_registrations(
    summary: Summary,
    questions: Sequence[str] = ("Industry",),
    *,
    answer: str = "Banking",
    rows: int = 3,
    **changes: Any,
) -> Summary:
    """The summary of a session for which 200 people registered, of whom 120 came."""
    groups = [{"answer": f"{answer} {n}" if n else answer, **counts(40 - n, 30)} for n in range(rows)]
    others = {"answers": 7, **counts(50, 20)}
    table = {"rows": groups, "others": others, "blank": counts(10, 0)}
    section = {
        "scope": "event",
        "origin": "both",
        "funnel": {"registered": 200, "came": 120, "stayed": 80, "active": 90, "recording": 12},
        "unknown": {},
        "apart": {"cancelled": 4},
        "not_known": [],
        "guests": 0,
        "unidentified": False,
        "by_origin": {"rows": [{"answer": "sso", **counts(150, 100)}, {"answer": "Fair", **counts(50, 20)}]},
        "by_answer": [{"question": question, **table} for question in questions],
        **changes,
    }
    attendees = summary.sections["attendees"]
    people = [{**row, "answers": [f"{answer} {n}" for n, _ in enumerate(questions)]} for row in attendees["rows"]]
    values = {"registered": 200, "registered_came": 120, "registration_rate": 0.6, "walk_ins": 21}
    values |= {"registered_absent": 70, "registered_recording_only": 10, "registered_not_known": 0}
    unit = {"registration_rate": "ratio"}
    return replace(
        summary,
        metrics={
            **summary.metrics,
            **{key: Metric(value, unit.get(key, "people"), "in words", "6001") for key, value in values.items()},
        },
        sections={
            **summary.sections,
            "registrations": section,
            "attendees": {**attendees, "rows": people, "questions": [*questions]},
        },
    )
