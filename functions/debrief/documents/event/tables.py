"""CSV rows of a virtual event's attendees.csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from debrief.documents.data import csv_tables

PERSON = ("user_id", "user_name", "user_email", "user_type", "title", "company")
_NUMBERS = ("sessions", "minutes_total", "engagement_rate")


def attendee_rows(sessions: Sequence[Mapping[str, Any]], people: Sequence[Mapping[str, Any]]) -> list[csv_tables.Row]:
    """Return a header, and a row for each person with a column for each session.

    `sessions` and `people` are the rows of the summary's sections with these names. A session's column has the person's
    minutes, blank if absent. The column's head has the session's number, name and id, so that all heads differ.
    """
    heads = [_head(number, session) for number, session in enumerate(sessions, 1)]
    key_of = {"user_name": "name", "user_email": "email", "user_type": "type"}
    keys = [key_of.get(name, name) for name in PERSON]
    rows: list[csv_tables.Row] = [(*PERSON, *_NUMBERS, *heads)]
    for person in people:
        figures = (person["sessions"], person["minutes_total"], person["engagement_rate"], *person["minutes"])
        rows.append((*(person[key] or "" for key in keys), *map(_number, figures)))
    return rows


def _head(number: int, session: Mapping[str, Any]) -> str:
    name = session["name"] or session["entry_id"]
    return f"S{number} {name} ({session['cue_point_id']}), minutes"


def _number(value: float | None) -> str:
    return "" if value is None or not isfinite(value) else repr(value)
