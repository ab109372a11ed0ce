"""Everything behind Kaltura's Summary page for one session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from types import MappingProxyType
from typing import Any

from debrief.errors import UnknownSession
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.reports.page_reports import ATTENDEES, MOST_ROWS, QUESTIONS, PageReader
from debrief.kaltura.reports.page_tables import DELIMITER, delimiter_for
from debrief.kaltura.reports.user_ids import ids_on_page, rows_spelled
from debrief.kaltura.session_data.page_scope import broadcast_of, page_of
from debrief.kaltura.session_data.room_polls import Memory, read_polls
from debrief.kaltura.sessions.discovery import neighbours
from debrief.kaltura.sessions.schedule import UNREADABLE
from debrief.model import AttendeeRow, Finding, NotKnown, PageData, RawAnswer, Session
from debrief.persons import spellings
from debrief.util.columns import Cells, ColumnTable
from debrief.util.values import UNKNOWN, is_identified, number

USERS_AT_ONCE = 5_000
INCOMPLETE = Finding(
    "INCOMPLETE",
    "Some sections are missing because Kaltura stopped answering. They are asked for again within a week of the "
    "session's end, or whenever the session is exported again.",
)
_SPLIT = Finding(
    "SPLIT",
    "Report 60010 did not fit into one answer and was asked for the users of report 6001. People whom only the chat "
    "saw may be missing.",
)
_SHARED = Finding(
    "SHARED_HOUR",
    "Another session of this room was in the same hour, and Kaltura's Summary page cannot tell the two apart: its "
    "figures and each attendee's activity cover both. The list holds this session's own attendees only.",
)
_NO_EVENT = NotKnown("No virtual event of the session is known, and Kaltura keeps them by event.")


@dataclass(frozen=True, slots=True)
class PageWish:
    """How much of the page is wanted: recording viewers until when, and the heatmaps of how many attendees.

    `event_id` is the session's virtual event, blank when it has none; `polls` is what is known of the room's polls.
    """

    until: datetime
    heatmaps: int
    event_id: str = ""
    polls: Memory | None = None


@dataclass(frozen=True)
class PageAnswers:
    """The page's data, the answers that they came in, and what was remarkable."""

    data: PageData
    raw: list[RawAnswer]
    findings: list[Finding]
    heatmap_users: Sequence[str]  # whose heatmaps were asked for, in that order


def read_page(
    kaltura: Kaltura,
    session: Session,
    entry: dict[str, Any],
    events: list[dict[str, Any]] | NotKnown,
    attendees: Sequence[AttendeeRow],
    wish: PageWish,
) -> PageAnswers:
    """Ask every report of the page. What cannot be had is a reason in the data.

    Raises BadCredentials, and RetryLater when Kaltura does not even say what there is to ask for.

    `events` are those of the schedule for the room: they decide between webinar and room. `attendees` are the
    session's rows of report 6001: they name the users when a table is too long to come whole, and those who stayed
    longest, whose heatmaps are fetched.
    """
    planned = [] if isinstance(events, NotKnown) else events
    others = neighbours(kaltura, session)
    page = page_of(session, entry, planned, wish.until, _broadcast_recording(kaltura, entry))
    reader = PageReader(kaltura, page)
    findings = [_no_schedule(events)] if isinstance(events, NotKnown) else []
    registered = _registered(reader, attendees, wish.event_id)
    tables = {question.name: reader.read(question) for question in QUESTIONS}
    people = _all_attendees(reader, tables[ATTENDEES.name], attendees)
    if not isinstance(people, NotKnown) and not isinstance(registered, NotKnown):
        people = one_each([registered, people])
    findings += [_SPLIT] if _is_cut(tables[ATTENDEES.name]) else []
    tables[ATTENDEES.name] = people
    if others.in_its_hours:
        findings.append(_SHARED)
    heatmap_users = longest(_as_page_spells(attendees, tables[ATTENDEES.name]), wish.heatmaps)
    heatmaps = reader.heatmaps(heatmap_users)
    polls, span = read_polls(reader, session.entry_id, wish.polls, goes_on=others.later)
    data = PageData(
        start=session.start,
        end=page.end,
        is_shared=others.in_its_hours,
        tables=tables,
        heatmaps=heatmaps,
        polls=polls,
        poll_span=span,
        no_roles=registered.reason if isinstance(registered, NotKnown) else "",
    )
    findings += reader.findings
    if reader.stopped:
        findings.append(INCOMPLETE)
    return PageAnswers(data, reader.raw, findings, reader.heatmap_users)


def _broadcast_recording(kaltura: Kaltura, entry: dict[str, Any]) -> str:
    """The recording of the entry that a webcast is broadcast through; blank when there is none."""
    for entry_id in broadcast_of(entry):
        try:
            found = kaltura.call("baseEntry", "get", {"entryId": entry_id})
        except (*UNREADABLE, UnknownSession):
            return ""
        return str(found.get("redirectEntryId") or "") if isinstance(found, dict) else ""
    return ""


def _no_schedule(why: NotKnown) -> Finding:
    sentence = f"Schedule events could not be read, so the session is reported as a room's: {why.reason}"
    return Finding("NO_SCHEDULE", sentence)


def _registered(reader: PageReader, attendees: Sequence[AttendeeRow], event_id: str) -> Sequence[Cells] | NotKnown:
    """The attendees with role and industry, which Kaltura knows by virtual event; its filter may leave rows out."""
    if not event_id:
        return _NO_EVENT
    event = {"virtualEventIdIn": event_id}
    return _all_attendees(reader, reader.read(ATTENDEES, **event), attendees, event)


def _is_cut(table: Sequence[Cells] | NotKnown) -> bool:
    return not isinstance(table, NotKnown) and len(table) >= MOST_ROWS


def _all_attendees(
    reader: PageReader,
    first: Sequence[Cells] | NotKnown,
    attendees: Sequence[AttendeeRow],
    event: Mapping[str, str] = MappingProxyType({}),
) -> Sequence[Cells] | NotKnown:
    """The whole table: of more than 12,000 people those who stayed longest, then the others by user id."""
    if isinstance(first, NotKnown) or not _is_cut(first):
        return first
    tables = [first]
    known = set(ColumnTable.of(first).column("user_id"))
    missing = (row.user_id for row in attendees if row.user_id not in known and is_identified(row.user_id))
    askable = [user_id for user_id in sorted(dict.fromkeys(missing)) if DELIMITER not in user_id]
    for start in range(0, len(askable), USERS_AT_ONCE):
        rows = reader.read(ATTENDEES, **event, userIds=DELIMITER.join(askable[start : start + USERS_AT_ONCE]))
        if isinstance(rows, NotKnown):
            return rows
        tables.append(rows)
    return one_each(tables)


def one_each(tables: Iterable[Sequence[Cells]]) -> ColumnTable:
    """The rows of several tables of attendees as one; of two with the same user id the later stands.

    A role or an industry that only the earlier row knows stays: Kaltura writes the user id where it knows none.
    """
    every = list(map(ColumnTable.of, tables))
    columns = max((table.columns for table in every), key=len, default=())
    places = [columns.index(name) for name in ("role", "industry") if name in columns]
    found: dict[str, tuple[str, ...]] = {}
    for table in every:
        rows = dict(zip(table.column("user_id"), table.cells(*columns), strict=True))
        for user_id in rows.keys() & found.keys():
            cells = list(rows[user_id])
            for place in places:
                if cells[place] in {"", user_id, UNKNOWN}:
                    cells[place] = found[user_id][place]
            rows[user_id] = tuple(cells)
        found |= rows
    return ColumnTable(columns, list(found.values()))


def _as_page_spells(attendees: Sequence[AttendeeRow], people: Sequence[Cells] | NotKnown) -> Sequence[AttendeeRow]:
    """Attendees under ids for which Kaltura can be asked: report 6001 has lost their commas."""
    if isinstance(people, NotKnown):
        return attendees
    return rows_spelled(attendees, spellings([row.user_id for row in attendees], ids_on_page(people)))


def longest(attendees: Sequence[AttendeeRow], most: int) -> list[str]:
    """The user ids of those who stayed longest, as far as Kaltura can be asked for them."""
    minutes: dict[str, float] = {}
    for row in attendees:
        if is_identified(row.user_id) and delimiter_for(row.user_id):
            minutes[row.user_id] = minutes.get(row.user_id, 0.0) + (number(row.meeting_view_time) or 0.0)
    least = min(nlargest(most, minutes.values()), default=0.0)
    longest = [user_id for user_id, stayed in minutes.items() if stayed >= least]
    return sorted(longest, key=lambda user_id: (-minutes[user_id], user_id))[:most]
