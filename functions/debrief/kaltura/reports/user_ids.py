"""Unify user ids. Report 6001 replaces commas in them; the Summary page's tables replace bars and semicolons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from debrief.kaltura.reports.page_reports import PAGE_ATTENDEES
from debrief.model import AttendeeRow, PageData, SessionData
from debrief.persons import spellings
from debrief.util.columns import Cells, ColumnTable


def unify_user_ids(data: SessionData) -> SessionData:
    """Replace the attendees' ids by the original ids, if the other reports show the original."""
    listed = [row.user_id for rows in (data.attendees, data.breakout_attendees) for row in rows]
    organizers = [organizer.person.user_id for organizer in data.organizers]
    originals = spellings(listed, ids_on_page(data.page.rows(PAGE_ATTENDEES.name)) if data.page else (), organizers)
    if not originals:
        return data
    return replace(
        data,
        attendees=respell_rows(data.attendees, originals),
        breakout_attendees=respell_rows(data.breakout_attendees, originals),
        page=_respell_page(data.page, originals) if data.page else None,
    )


def ids_on_page(people: Sequence[Cells]) -> list[str]:
    """Return the user ids in report 60010, in its spelling."""
    return list(ColumnTable.of(people).column("user_id"))


def respell_rows(rows: Sequence[AttendeeRow], originals: Mapping[str, str]) -> Sequence[AttendeeRow]:
    """Return rows of report 6001 with original ids, sorted."""
    return sorted(row._replace(user_id=originals.get(row.user_id, row.user_id)) for row in rows) if originals else rows


def _respell_page(page: PageData, originals: Mapping[str, str]) -> PageData:
    people = ColumnTable.of(page.rows(PAGE_ATTENDEES.name))
    heatmaps = {originals.get(user_id, user_id): rows for user_id, rows in page.heatmaps.items()}
    if "user_id" not in people.columns:
        return replace(page, heatmaps=heatmaps)
    place = people.columns.index("user_id")
    cells = [
        (*row[:place], originals.get(row[place], row[place]), *row[place + 1 :])
        for row in people.cells(*people.columns)
    ]
    tables = {**page.tables, PAGE_ATTENDEES.name: ColumnTable(people.columns, cells)}
    return replace(page, tables=tables, heatmaps=heatmaps)
