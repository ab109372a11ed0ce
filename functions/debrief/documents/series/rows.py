"""Write and read the rows of a room's page: they are in the page itself, as JSON, so that one write replaces both."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from debrief.errors import BadRequest
from debrief.session_figures import SessionFigures
from debrief.util.values import moment, utc_text

SCHEMA = "debrief.series/1"
_DATA = re.compile(rb'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


def to_data(rows: Iterable[SessionFigures]) -> dict[str, Any]:
    return {"schema": SCHEMA, "sessions": [_to_row(row) for row in rows]}


def read_rows(page: bytes) -> list[SessionFigures]:
    """Return the rows of a page. Raises BadRequest if it is damaged, or was written by another version."""
    found = _DATA.search(page)
    try:
        data = json.loads(found[1]) if found else {}
        if data.get("schema") == SCHEMA:
            return [_from_row(row) for row in data["sessions"]]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        pass  # the error's text could quote the page
    raise BadRequest("The room's page is damaged, or another version of Debrief wrote it.")


def _to_row(row: SessionFigures) -> dict[str, Any]:
    return {
        "session": row.cue_point_id,
        "entry_id": row.entry_id,
        "name": row.name,
        "start": utc_text(row.start),
        "end": utc_text(row.end),
        "minutes": row.minutes,
        "state": row.state,
        "revision": row.revision,
        "figures": dict(sorted(row.figures.items())),
    }


def _from_row(row: dict[str, Any]) -> SessionFigures:
    start, end = moment(row["start"]), moment(row["end"])
    if start is None or end is None:
        raise ValueError("no time")
    return SessionFigures(
        str(row["session"]),
        str(row["entry_id"]),
        str(row["name"]),
        start,
        end,
        float(row["minutes"]),
        str(row["state"]),
        int(row["revision"]),
        {str(key): float(value) for key, value in row["figures"].items()},
    )
