"""attendees.csv of a virtual event: a person a row, a session a column; tables.excel_csv makes the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from debrief.documents.data import csv_tables

PERSON = ("user_id", "user_name", "user_email", "user_type", "title", "company")
_NUMBERS = ("sessions", "minutes_total", "engagement_rate")


def attendee_rows(sessions: Sequence[Mapping[str, Any]], people: Sequence[Mapping[str, Any]]) -> list[csv_tables.Row]:
    """A header and a row for each person, of sections `sessions` and `people` of an event's summary.

    Of each session there is a column with the person's minutes in it, empty where the person was not. Its head holds
    the session's number, its name and its id, so that no two are the same.
    """
    heads = [_head(number, session) for number, session in enumerate(sessions, 1)]
    taken = {"user_name": "name", "user_email": "email", "user_type": "type"}
    keys = [taken.get(name, name) for name in PERSON]
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
