"""The sheet with registrations: the funnel, then registered people by origin and answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from debrief.documents.text import report_names
from debrief.documents.view import registrations
from debrief.documents.workbook import sheet
from debrief.documents.workbook.sheet import Cell, Sheet, SheetColumn
from debrief.model import Summary

REGISTRATIONS = "Registrations"


def registrations_sheet(summary: Summary) -> Iterator[Sheet]:
    """Yield the sheet of registrations if there is a list: the funnel, then registered people by origin and answer."""
    columns = (
        SheetColumn("Table", width=34),
        SheetColumn("Step or answer", width=60, wraps=True),
        SheetColumn("People", "count", 10),
        SheetColumn("Of them, came", "count", 10),
        SheetColumn("Attendance not known", "count", 14),
        SheetColumn("Share of the registered", "percent", 13),
    )
    section = summary.sections.get("registrations")
    if section is None:
        return
    if "counted" in section:
        section = registrations.counted_funnel(section)
    if reason := section.get("unavailable"):
        only = [sheet.not_known(report_names.for_reader(reason)), *[None] * (len(columns) - 1)]
        yield Sheet(REGISTRATIONS, columns, [only])
        return
    unknown = section.get("unknown") or {}
    rows: list[Sequence[Cell]] = [
        (registrations.FUNNEL, step.words, *_step(step.people, share, unknown.get(step.key)))
        for step, share in zip(registrations.steps(section), registrations.shares(section), strict=True)
    ]
    for title, table in registrations.by_question(section):
        if "unavailable" in table:
            rows.append((title, sheet.not_known(table["unavailable"]), None, None, None, None))
        for name, row in registrations.groups(table) if "rows" in table else ():
            figures = (row["registered"], row["came"], row["not_known"], sheet.ratio(row["rate"]))
            rows.append((title, name, *figures))
    yield Sheet(REGISTRATIONS, columns, rows)


def _step(people: int | None, share: float | None, reason: str | None) -> Sequence[Cell]:
    """Return the last cells of a step of the funnel."""
    known = sheet.not_known(report_names.for_reader(reason or "")) if people is None else people
    return (known, None, None, sheet.ratio(share))
