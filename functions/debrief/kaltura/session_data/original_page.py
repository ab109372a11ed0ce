"""Request what Kaltura's own Summary page requests: its entries, times and filters (analytics-front-end, entry-ep).

The page's rules differ from Debrief's in `page_scope`. Whole lists are requested; the page requests one screen at a
time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from debrief.errors import DebriefError, RetryLater
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.reports.page_query import SummaryPageQuery
from debrief.kaltura.reports.page_reports import PAGE_ATTENDEES, PAGE_REQUESTS, PageRequest
from debrief.kaltura.reports.page_reports import PageReader as Reader
from debrief.kaltura.reports.page_tables import table_rows
from debrief.kaltura.reports.room_reports import ATTENDEES, parse
from debrief.kaltura.reports.window import floor_hour
from debrief.kaltura.session_data.page_scope import broadcast_of, page_query_of, unique_ids
from debrief.kaltura.session_data.room_polls import polls_in
from debrief.kaltura.session_data.summary_page import broadcast_recording
from debrief.kaltura.sessions.rooms import room_entry
from debrief.kaltura.sessions.schedule import room_events
from debrief.model import AttendeeRow, NotKnown, Session
from debrief.util.columns import Cells
from debrief.util.values import moment

Step: TypeAlias = Literal["event filter", "entries", "start", "end", "later views"]
STEPS: tuple[Step, ...] = ("event filter", "entries", "start", "end", "later views")
_NO_RECORDING = "noRecording"  # the page's word for no entry: a blank filter would give the whole account
_PLACES = (60007, 60006)
TOTALS = tuple(PageRequest(report, "getTotal", "all", until_now=True) for report in _PLACES)
ATTENDEES_TOTAL = PageRequest(60010, "getTotal", "live")
REQUESTS: Mapping[str, PageRequest] = {request.name: request for request in (*PAGE_REQUESTS, *TOTALS, ATTENDEES_TOTAL)}


@dataclass(frozen=True)
class PageQuery:
    """A query of the page's reports. `start` is the unrounded start: the page hides earlier minutes.

    `event_id` limits the table of attendees to a virtual event.
    """

    query: SummaryPageQuery
    start: datetime
    event_id: str = ""


@dataclass(frozen=True)
class OriginalPage:
    """The page's query of a session, and Debrief's. `is_webinar`: the page shows the session as a scheduled webinar."""

    theirs: PageQuery
    ours: PageQuery
    is_webinar: bool

    def after(self, steps: int) -> PageQuery:
        """Return the page's query with the first `steps` of STEPS replaced by Debrief's."""
        page_query = self.theirs
        for step in STEPS[:steps]:
            page_query = self._with(page_query, step)
        return page_query

    def _with(self, page_query: PageQuery, step: Step) -> PageQuery:
        query, ours = page_query.query, self.ours.query
        match step:
            case "event filter":
                return replace(page_query, event_id="")
            case "entries":
                ids = {"live_ids": ours.live_ids, "vod_ids": ours.vod_ids, "all_ids": ours.all_ids}
                return replace(page_query, query=replace(query, **ids))  # type: ignore[arg-type]
            case "start":
                return replace(page_query, query=replace(query, start=ours.start), start=self.ours.start)
            case "end":
                until = query.until if self.is_webinar else ours.end
                return replace(page_query, query=replace(query, end=ours.end, until=until))
            case "later views":
                return replace(page_query, query=replace(query, until=ours.until))


def original_page(kaltura: Kaltura, session: Session, now: datetime, until: datetime) -> OriginalPage:
    """Return the queries of a session. `until` is when Debrief last counted the viewers of its recording.

    Raises RetryLater or GiveUp.
    """
    entry, _ = room_entry(kaltura, session.entry_id)
    events = room_events(kaltura, session.entry_id)
    if isinstance(events, NotKnown):
        raise RetryLater(events.reason)
    recording = broadcast_recording(kaltura, entry)
    query = page_query_of(session, entry, events, until, recording)
    ours = PageQuery(query, session.start)
    return OriginalPage(_theirs(session, entry, events, now, recording), ours, bool(events))


def _theirs(
    session: Session, entry: Mapping[str, Any], events: Sequence[Mapping[str, Any]], now: datetime, recording: str
) -> PageQuery:
    event = events[0] if events else {}
    last = max(session.parts, key=lambda part: part.start) if session.parts else session
    start = moment(str(event.get("startDate") or "")) or last.start
    end = moment(str(event.get("endDate") or "")) or last.end
    own_recording = str(entry.get("redirectEntryId") or "")
    vod = str(event.get("sourceEntryId") or "") or own_recording
    broadcast = broadcast_of(dict(entry))
    live_ids = unique_ids([session.entry_id, broadcast])
    vod_ids = unique_ids([vod, recording]) or (_NO_RECORDING,)
    all_ids = unique_ids([session.entry_id, vod if own_recording else "", broadcast, recording])
    query = SummaryPageQuery(
        live_ids=live_ids,
        vod_ids=vod_ids if events else (),
        all_ids=all_ids if events else live_ids,
        start=floor_hour(start) if start.minute else start,
        end=max(end, start + timedelta(minutes=1)),
        until=now if events else end,
        is_recorded=bool(vod),
    )
    return PageQuery(query, start, session.event_id)


class PageAnswerCache:
    """The answers to page queries. Each request is made once."""

    def __init__(self, kaltura: Kaltura) -> None:
        self._kaltura = kaltura
        self._rows: dict[tuple[tuple[str, str], ...], Sequence[Cells] | NotKnown] = {}
        self._attendees: dict[tuple[tuple[str, str], ...], list[AttendeeRow]] = {}
        self._polls: dict[str, Sequence[Mapping[str, Any]] | NotKnown] = {}

    def rows(self, name: str, page_query: PageQuery) -> Sequence[Cells] | NotKnown:
        """Return the rows of a report (a total is one row), or why it could not be read."""
        request, reader = REQUESTS[name], Reader(self._kaltura, page_query.query)
        is_attendees = request.report == PAGE_ATTENDEES.report
        more = {"virtualEventIdIn": page_query.event_id} if is_attendees and page_query.event_id else {}
        if request.ids == "vod" and not page_query.query.vod_ids:
            return reader.read(request)
        key = (("action", request.action), *sorted(reader.fields(request, more).items()))
        if key not in self._rows:
            self._rows[key] = self._read(reader, request, more)
        return self._rows[key]

    def attendees(self, entry_id: str, start: datetime, end: datetime) -> list[AttendeeRow]:
        """Return the rows of report 6001 of a room within exactly that time. Raises RetryLater or GiveUp."""
        times = {"from_date": str(int(start.timestamp())), "to_date": str(int(end.timestamp()))}
        params = {**times, "entry_ids": entry_id}
        key = tuple(params.items())
        if key not in self._attendees:
            rows = parse(ATTENDEES, self._kaltura.csv(ATTENDEES.number, params)).rows
            self._attendees[key] = [row for row in rows if row.entry_id == entry_id]
        return self._attendees[key]

    def polls(self, entry_id: str) -> Sequence[Mapping[str, Any]] | NotKnown:
        """Return the polls of a room, or why they could not be read."""
        if entry_id not in self._polls:
            try:
                answer = self._kaltura.chat("polls/analytics", {"contextId": entry_id})
                self._polls[entry_id] = polls_in(answer.value)
            except DebriefError as error:
                self._polls[entry_id] = NotKnown(str(error))
        return self._polls[entry_id]

    def _read(self, reader: Reader, request: PageRequest, more: Mapping[str, str]) -> Sequence[Cells] | NotKnown:
        if request != PAGE_ATTENDEES:
            return reader.read(request, **more)
        # All columns: `read` keeps those that an export needs.
        fields = reader.fields(request, more)
        reply = reader.request(lambda: self._kaltura.call_raw("report", request.action, fields), request.name)
        return reply if isinstance(reply, NotKnown) else table_rows(reply.value)
