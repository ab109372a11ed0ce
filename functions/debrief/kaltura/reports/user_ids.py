"""One spelling for each user id: report 6001 has lost its commas, the Summary page's tables its bars and semicolons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

from debrief.kaltura.reports.page_reports import ATTENDEES
from debrief.model import AttendeeRow, PageData, SessionData
from debrief.persons import spellings
from debrief.util.columns import Cells, ColumnTable

_USER_ID = attrgetter("user_id")


def respelled(data: SessionData) -> SessionData:
    """The data with every attendee under the id that all reports mean, as far as they tell it together."""
    listed = [_USER_ID(row) for rows in (data.attendees, data.breakout_attendees) for row in rows]
    organizers = [one.person.user_id for one in data.organizers]
    whole = spellings(listed, ids_on_page(data.page.rows(ATTENDEES.name)) if data.page else (), organizers)
    if not whole:
        return data
    return replace(
        data,
        attendees=rows_spelled(data.attendees, whole),
        breakout_attendees=rows_spelled(data.breakout_attendees, whole),
        page=_page_spelled(data.page, whole) if data.page else None,
    )


def ids_on_page(people: Sequence[Cells]) -> list[str]:
    """The user ids in report 60010, as it spells them."""
    return list(ColumnTable.of(people).column("user_id"))


def rows_spelled(rows: Sequence[AttendeeRow], whole: Mapping[str, str]) -> Sequence[AttendeeRow]:
    """Rows of report 6001 with these spellings, sorted as ever."""
    return sorted(row._replace(user_id=whole.get(row.user_id, row.user_id)) for row in rows) if whole else rows


def _page_spelled(page: PageData, whole: Mapping[str, str]) -> PageData:
    people = ColumnTable.of(page.rows(ATTENDEES.name))
    heatmaps = {whole.get(user_id, user_id): rows for user_id, rows in page.heatmaps.items()}
    if "user_id" not in people.columns:
        return replace(page, heatmaps=heatmaps)
    place = people.columns.index("user_id")
    cells = [
        (*row[:place], whole.get(row[place], row[place]), *row[place + 1 :]) for row in people.cells(*people.columns)
    ]
    tables = {**page.tables, ATTENDEES.name: ColumnTable(people.columns, cells)}
    return replace(page, tables=tables, heatmaps=heatmaps)
