"""Read the data behind Kaltura's Summary page for one session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from types import MappingProxyType
from typing import Any

from debrief.errors import BadRequest, Forbidden, UnknownSession
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.multirequest import ApiCall, is_replaced
from debrief.kaltura.reports.page_reports import MOST_ROWS, PAGE_ATTENDEES, PAGE_REQUESTS, RECORDING_VIEWERS, PageReader
from debrief.kaltura.reports.page_tables import DELIMITER, delimiter_for
from debrief.kaltura.reports.user_ids import ids_on_page, respell_rows
from debrief.kaltura.session_data.page_scope import broadcast_of, page_query_of
from debrief.kaltura.session_data.room_polls import PollArchive, read_polls
from debrief.kaltura.sessions.discovery import neighbours
from debrief.model import AttendeeRow, Finding, NotKnown, PageData, RawAnswer, Session
from debrief.persons import spellings
from debrief.util.columns import Cells, ColumnTable
from debrief.util.values import UNKNOWN, is_identified, number

USERS_AT_ONCE = 5_000
MOST_TOGETHER = 1_000  # attendees up to which lists of people are read in one request with other reports
INCOMPLETE = Finding(
    "INCOMPLETE",
    "Some sections are missing because Kaltura stopped answering. Debrief requests them again for a week "
    "after the session's end, and at every later export.",
)
_SPLIT = Finding(
    "SPLIT",
    f"Report 60010 did not fit into one answer. After its first {MOST_ROWS:,} people, only users of report 6001 were "
    "requested, so people who were only in the chat may be missing.",
)
_SHARED = Finding(
    "SHARED_HOUR",
    "Another session of this room was in the same hour, and Kaltura's Summary page cannot tell the two apart: its "
    "figures and each attendee's activity cover both. The attendee list has only the attendees of this session.",
)
_NO_EVENT = NotKnown("Kaltura stores roles and industries by virtual event, and no event of this session is known.")


@dataclass(frozen=True, slots=True)
class PageOptions:
    """How much of the page to read.

    Viewers of the recording are counted until `until`. `heatmaps` is the number of attendees whose heatmaps are read.
    `event_id` is the session's virtual event; blank if it has no event. `polls` has the room's archived polls.
    """

    until: datetime
    heatmaps: int
    event_id: str = ""
    polls: PollArchive | None = None


@dataclass(frozen=True)
class PageAnswers:
    """The page's data, the raw answers, and findings."""

    data: PageData
    raw: list[RawAnswer]
    findings: list[Finding]
    heatmap_users: Sequence[str]  # users of the heatmaps, in order


def read_page(
    kaltura: Kaltura,
    session: Session,
    entry: dict[str, Any],
    events: list[dict[str, Any]] | NotKnown,
    attendees: Sequence[AttendeeRow],
    options: PageOptions,
) -> PageAnswers:
    """Read every report of the page. The data gives the reason for each part that could not be read.

    `events` are the room's schedule events; they decide whether the session is a webinar. `attendees` are the session's
    rows of report 6001, with the user ids for the heatmaps and for a table that is too long for one answer.

    Raises BadCredentials, BadRequest for a damaged archived poll answer, and RetryLater when the broadcast's recording
    or the room's other sessions cannot be read now.
    """
    planned = [] if isinstance(events, NotKnown) else events
    others = neighbours(kaltura, session)
    page = page_query_of(session, entry, planned, options.until, broadcast_recording(kaltura, entry))
    reader = PageReader(kaltura, page)
    findings = list[Finding]()
    if isinstance(events, NotKnown):
        sentence = f"Schedule events could not be read, so the session is not reported as a webinar: {events.reason}"
        findings.append(Finding("NO_SCHEDULE", sentence))
    with kaltura.ahead(_page_calls(reader, len(attendees), options.event_id)):
        with_roles = _attendees_with_roles(reader, attendees, options.event_id)
        tables = {request.name: reader.read(request) for request in PAGE_REQUESTS}
    people = _all_attendees(reader, tables[PAGE_ATTENDEES.name], attendees)
    if not isinstance(people, NotKnown) and not isinstance(with_roles, NotKnown):
        people = merge_attendees([with_roles, people])
    findings += [_SPLIT] if _is_truncated(tables[PAGE_ATTENDEES.name]) else []
    tables[PAGE_ATTENDEES.name] = people
    if others.in_its_hours:
        findings.append(_SHARED)
    heatmap_users = longest_attendees(_with_page_spelling(attendees, tables[PAGE_ATTENDEES.name]), options.heatmaps)
    heatmaps = reader.heatmaps(heatmap_users)
    polls, poll_scope = read_polls(reader, session.entry_id, options.polls, had_later_session=others.later)
    data = PageData(
        start=session.start,
        end=page.end,
        is_shared=others.in_its_hours,
        tables=tables,
        heatmaps=heatmaps,
        polls=polls,
        poll_scope=poll_scope,
        no_roles=with_roles.reason if isinstance(with_roles, NotKnown) else "",
    )
    findings += reader.findings
    if reader.stopped:
        findings.append(INCOMPLETE)
    return PageAnswers(data, reader.raw, findings, reader.heatmap_users)


def _page_calls(reader: PageReader, attendees: int, event_id: str) -> list[ApiCall]:
    """Return the calls to make in multirequests, without long lists of people, which take Kaltura long."""
    if attendees > MOST_TOGETHER:
        return reader.calls(request for request in PAGE_REQUESTS if request not in (PAGE_ATTENDEES, RECORDING_VIEWERS))
    with_roles = [reader.call(PAGE_ATTENDEES, {"virtualEventIdIn": event_id})] if event_id else []
    return [*with_roles, *reader.calls(PAGE_REQUESTS)]


def broadcast_recording(kaltura: Kaltura, entry: dict[str, Any]) -> str:
    """Return the recording of a webcast's broadcast entry; blank if there is no such entry, or it has no recording.

    A webcast is broadcast through another entry. Raises RetryLater if Kaltura cannot answer now: an unknown recording
    must not count as no recording.
    """
    entry_id = broadcast_of(entry)
    if not entry_id:
        return ""
    try:
        broadcast = kaltura.call("baseEntry", "get", {"entryId": entry_id})
    except (Forbidden, BadRequest, UnknownSession):
        return ""
    return str(broadcast.get("redirectEntryId") or "") if isinstance(broadcast, dict) else ""


def _attendees_with_roles(
    reader: PageReader, attendees: Sequence[AttendeeRow], event_id: str
) -> Sequence[Cells] | NotKnown:
    """Read attendees with role and industry. This needs a filter by virtual event, which may leave out attendees."""
    if not event_id:
        return _NO_EVENT
    event = {"virtualEventIdIn": event_id}
    return _all_attendees(reader, reader.read(PAGE_ATTENDEES, **event), attendees, event)


def _is_truncated(table: Sequence[Cells] | NotKnown) -> bool:
    return not isinstance(table, NotKnown) and len(table) >= MOST_ROWS


def _all_attendees(
    reader: PageReader,
    first: Sequence[Cells] | NotKnown,
    attendees: Sequence[AttendeeRow],
    event: Mapping[str, str] = MappingProxyType({}),
) -> Sequence[Cells] | NotKnown:
    """Return the whole table: the first 12,000 people, then the others, requested by user id."""
    if isinstance(first, NotKnown) or not _is_truncated(first):
        return first
    tables = [first]
    known = set(ColumnTable.of(first).column("user_id"))
    missing = (row.user_id for row in attendees if row.user_id not in known and is_identified(row.user_id))
    user_ids = [user_id for user_id in sorted(dict.fromkeys(missing)) if DELIMITER not in user_id]
    for start in range(0, len(user_ids), USERS_AT_ONCE):
        rows = reader.read(PAGE_ATTENDEES, **event, userIds=DELIMITER.join(user_ids[start : start + USERS_AT_ONCE]))
        if isinstance(rows, NotKnown):
            return rows
        tables.append(rows)
    return merge_attendees(tables)


def merge_attendees(tables: Iterable[Sequence[Cells]]) -> ColumnTable:
    """Merge tables of attendees by user id; the later row wins.

    The earlier row's role or industry is kept if the later row lacks it. Kaltura writes the user id in place of an
    unknown role or industry.
    """
    column_tables = list(map(ColumnTable.of, tables))
    columns = max((table.columns for table in column_tables), key=len, default=())
    places = [columns.index(name) for name in ("role", "industry") if name in columns]
    merged: dict[str, tuple[str, ...]] = {}
    for table in column_tables:
        rows = dict(zip(table.column("user_id"), table.cells(*columns), strict=True))
        for user_id in rows.keys() & merged.keys():
            cells = list(rows[user_id])
            for place in places:
                if cells[place] in {"", user_id, UNKNOWN}:
                    cells[place] = merged[user_id][place]
            rows[user_id] = tuple(cells)
        merged |= rows
    return ColumnTable(columns, list(merged.values()))


def _with_page_spelling(attendees: Sequence[AttendeeRow], people: Sequence[Cells] | NotKnown) -> Sequence[AttendeeRow]:
    """Return attendees with ids that Kaltura accepts in a request: report 6001 replaces commas in ids."""
    if isinstance(people, NotKnown):
        return attendees
    return respell_rows(attendees, spellings([row.user_id for row in attendees], ids_on_page(people)))


def longest_attendees(attendees: Sequence[AttendeeRow], most: int) -> list[str]:
    """Return the user ids of the people who stayed longest; without ids that Kaltura cannot be asked for.

    Such an id contains every possible delimiter, or Kaltura would replace it in a multirequest.
    """
    minutes: dict[str, float] = {}
    for row in attendees:
        if is_identified(row.user_id) and delimiter_for(row.user_id) and not is_replaced(row.user_id):
            minutes[row.user_id] = minutes.get(row.user_id, 0.0) + (number(row.meeting_view_time) or 0.0)
    least = min(nlargest(most, minutes.values()), default=0.0)
    longest = [user_id for user_id, stayed in minutes.items() if stayed >= least]
    return sorted(longest, key=lambda user_id: (-minutes[user_id], user_id))[:most]
