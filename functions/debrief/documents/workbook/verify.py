"""Compare the cells of an archived workbook with the summary."""

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


def differences(summary: Summary, figures: Mapping[str, Cell | Typed], body: bytes) -> Iterator[str]:
    """Yield the differences between workbook and summary: in figures, number of attendees, sizes of follow-up lists.

    The subject of each sentence is missing: the caller puts the file's name before it. The `figures` have no times of
    day, because the time zone may have changed since. Raises BadRequest if the workbook cannot be read.
    """
    sheets = read_sheets(body, (SUMMARY, ATTENDEES, FOLLOW_UP))
    written = {row[0]: row[1] for row in sheets.get(SUMMARY, ()) if len(row) > 1}
    for label, cell in figures.items():
        expected = cell.value if isinstance(cell, Typed) else cell
        found = written.get(label)
        if isinstance(expected, str) and isinstance(found, str) and found.startswith(NOT_KNOWN):
            continue  # the workbook of a lower tier may leave out a part of the reason
        if label not in written or found != expected:
            yield f"has {found} for {label}; summary.json has {expected}."
    yield from _differences_of_lists(summary, sheets.get(ATTENDEES) or [[]], sheets.get(FOLLOW_UP) or [[]])


def _differences_of_lists(
    summary: Summary, people: Sequence[Sequence[Cell]], lists: Sequence[Sequence[Cell]]
) -> Iterator[str]:
    listed = summary.sections.get("attendees") or summary.sections.get("people") or {}
    total = listed.get("total")
    if people[0][:1] == ["Name"] and total is not None and len(people) - 1 != total:
        yield f"has {len(people) - 1} attendees; summary.json has {total}."
    for row in (summary.sections.get("segments") or {}).get("rows", ()):
        name = labels.segment(row["key"])
        if "people" in row and name in lists[0]:
            place = lists[0].index(name)
            found = sum(1 for row_ in lists[1:] if row_[place])
            if found != row["people"]:
                yield f"has {found} people on the list {name}; summary.json has {row['people']}."
