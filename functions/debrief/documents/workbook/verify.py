"""Compares the cells of an archived workbook with the summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from debrief.documents.text import labels
from debrief.documents.workbook.contents import SUMMARY, metric_cell
from debrief.documents.workbook.people import ATTENDEES, FOLLOW_UP
from debrief.documents.workbook.reader import read_sheets
from debrief.documents.workbook.sheet import NOT_KNOWN, Cell, Typed
from debrief.model import Summary


def session_figures(summary: Summary) -> dict[str, Cell | Typed]:
    """Return the cells of a session's figures by their labels, without times of day."""
    return {
        labels.metric(key): metric_cell(metric, ZoneInfo("UTC"))
        for key, metric in summary.metrics.items()
        if not isinstance(metric.value, str)
    }


def miswritten(summary: Summary, figures: Mapping[str, Cell | Typed], body: bytes) -> Iterator[str]:
    """Yield what differs from the summary: figures, the number of attendees, the sizes of the follow-up lists.

    Times of day are left out, because the file may have another time zone than the settings now. Raises BadRequest.
    """
    found = read_sheets(body)
    written = {row[0]: row[1] for row in found.get(SUMMARY, ()) if len(row) > 1}
    for label, cell in figures.items():
        expected = cell.value if isinstance(cell, Typed) else cell
        found_cell = written.get(label)
        if isinstance(expected, str) and isinstance(found_cell, str) and found_cell.startswith(NOT_KNOWN):
            continue  # a copy with fewer rights may leave a part of the reason out
        if label not in written or found_cell != expected:
            yield f"has {found_cell} for {label}; summary.json has {expected}."
    yield from _lists(summary, found.get(ATTENDEES) or [[]], found.get(FOLLOW_UP) or [[]])


def _lists(summary: Summary, people: Sequence[Sequence[Cell]], lists: Sequence[Sequence[Cell]]) -> Iterator[str]:
    listed = summary.sections.get("attendees") or summary.sections.get("people") or {}
    total = listed.get("total")
    if people[0][:1] == ["Name"] and total is not None and len(people) - 1 != total:
        yield f"has {len(people) - 1} attendees; summary.json has {total}."
    for row in (summary.sections.get("segments") or {}).get("rows", ()):
        name = labels.segment(row["key"])
        if "people" in row and name in lists[0]:
            place = lists[0].index(name)
            found = sum(1 for each in lists[1:] if each[place])
            if found != row["people"]:
                yield f"has {found} people on the list {name}; summary.json has {row['people']}."
