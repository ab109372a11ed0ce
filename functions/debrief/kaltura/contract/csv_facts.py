"""Find out how a room report sends its columns: facts for the contract file."""

from __future__ import annotations

from typing import Any

from debrief.errors import ReportChanged
from debrief.kaltura.reports.room_reports import Report, cells_of, parse

_NAMES = {"entry_name", "user_name", "parent_entry_name", "breakout_entry_name", "session_initiator"}
_START = "session_start_time"


def csv_facts(report: Report[Any], body: bytes) -> dict[str, str]:
    """Return facts about the header and the first row of an answer."""
    text = cells_of(body)
    header, rows = list(text.header), [list(row) for row in text.rows]
    if not header:
        return dict.fromkeys(("required columns", "documented order", "other columns"), "not known") | {
            "columns sent": "no",
            "rows": "no",
            "names in quotes": "not known",
            "times in seconds": "not known",
        }
    try:
        parse(report, body)
        required = "yes"
    except ReportChanged:
        required = "no"
    known = [name for name in header if name in report.columns]
    raw = body.decode("utf-8", "replace").split("\n")[1].split(",") if rows else []
    names = [cell for name, cell in zip(header, raw, strict=False) if name in _NAMES and cell]
    times = [cell for name, cell in zip(header, raw, strict=False) if name == _START and cell]
    return {
        "columns sent": "yes",
        "required columns": required,
        "documented order": yes_or_no(known == [name for name in report.columns if name in known]),
        "other columns": yes_or_no(len(known) < len(header)),
        "rows": yes_or_no(bool(rows)),
        "names in quotes": yes_or_no(any(name.startswith('"') for name in names)) if names else "not known",
        "times in seconds": yes_or_no(all(len(time) == 10 and time.isdigit() for time in times))
        if times
        else "not known",
    }


def yes_or_no(fact: bool) -> str:
    """Return a fact in the words of the contract file."""
    return "yes" if fact else "no"
