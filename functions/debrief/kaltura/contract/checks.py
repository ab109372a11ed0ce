"""The eleven checks of how a Kaltura account answers. They only read.

Each check returns facts for the contract file, and figures for the screen. `judge` says what facts mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from debrief.errors import BadRequest, BadSettings, Forbidden
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.errors import ServerFailed
from debrief.kaltura.contract.csv_facts import csv_facts, yes_or_no
from debrief.kaltura.contract.sample import NoSample, choose, choose_of_event
from debrief.kaltura.contract.session_answers import SessionAnswers
from debrief.kaltura.contract.shapes import Shape, csv_shape, table_shape, value_shape
from debrief.kaltura.contract.vocabulary import NAMES
from debrief.kaltura.reports.page_query import SummaryPageQuery
from debrief.kaltura.reports.page_reports import PAGE_ATTENDEES, PAGE_REQUESTS, TIMELINE, PageReader
from debrief.kaltura.reports.page_tables import table_rows, total_row
from debrief.kaltura.reports.reader import read_report
from debrief.kaltura.reports.room_reports import ATTENDEES, BREAKOUTS, ROOMS, Report
from debrief.kaltura.reports.window import Window, floor_hour
from debrief.kaltura.sessions.virtual_events import event_of
from debrief.model import NotKnown, Session
from debrief.util.columns import Cells
from debrief.util.values import UNKNOWN, is_identified, number

_DAYS = 30
_NO_RECORDING = "noRecording"  # the page's own word for no entry
_VIEWERS, _CHAT = PAGE_REQUESTS[0], PAGE_REQUESTS[3]
_LIVE, _LOGGED_IN = "unique_combined_live_viewers", "unique_logged_in_users"
_CLOSE, _FEW = 0.05, 2.0  # share, and number of people or minutes; a smaller difference is ignored
_NO_ANSWER = (ServerFailed, BadRequest)  # Kaltura's errors for a missing parameter
_ROUND = 500  # the number of rows of a truncated list is a multiple of this


class DoesNotApply(Exception):
    """The account lacks what the check needs. The message says what is missing."""


@dataclass
class Observation:
    """What a check found: facts and shapes for the contract file, figures for the screen."""

    facts: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict, repr=False)
    figures: str = ""


@dataclass
class Checks:
    """The checks of one account, and the session that some checks look at."""

    kaltura: Kaltura
    now: datetime
    session_id: str = ""

    def all(self) -> Iterator[tuple[int, Callable[[], Observation]]]:
        """Yield each check's number and function, in order."""
        checks = (
            self.rooms,
            self.attendees_and_breakouts,
            self.numbers_of_people,
            self.room_filter,
            self.cue_point,
            self.minutes,
            self.roles,
            self.log_ins,
            self.no_recording,
            self.polls,
            self.token_hash,
        )
        yield from zip(NAMES, checks, strict=True)

    @cached_property
    def _choice(self) -> SessionAnswers | NoSample:
        found = choose(self.kaltura, self.now, timedelta(days=_DAYS), self.session_id)
        return found if isinstance(found, NoSample) else SessionAnswers(self.kaltura, found)

    @property
    def session(self) -> Session | None:
        """Return the session at which the checks looked; None if there was none. Makes no request."""
        choice = self.__dict__.get("_choice")
        return choice.session if isinstance(choice, SessionAnswers) else None

    @property
    def _of_session(self) -> SessionAnswers:
        """Return the answers about the session. Raises BadRequest if there is no session."""
        if isinstance(self._choice, NoSample):
            raise BadRequest(self._choice.reason)
        return self._choice

    def rooms(self) -> Observation:
        """Request the KS's own data, then one row of report 6000 without a room filter."""
        seen = Observation({"session.get": "allowed"})
        try:
            seen.answers["session.get"] = value_shape(self.kaltura.call("session", "get", {}))
        except (Forbidden, BadRequest):
            seen.facts["session.get"] = "not allowed"
        self._csv(seen, ROOMS)
        return seen

    def attendees_and_breakouts(self) -> Observation:
        """Request one row of reports 6001 and 6002, and try both spellings of the dates of 6002."""
        seen = Observation()
        for report in (ATTENDEES, BREAKOUTS):
            self._csv(seen, report)
        start, end = self._dates()
        spellings = {
            "6002 with from_date": {"from_date": start, "to_date": end},
            "6002 with fromDate": {"fromDate": start, "toDate": end},
        }
        for name, params in spellings.items():
            seen.facts[name] = self._works(BREAKOUTS, params)
        return seen

    def numbers_of_people(self) -> Observation:
        """Compare the rows of 6001 with the people of 6000 and the rows of 60010."""
        rows = self._of_session.attendee_rows
        people = {row.user_id for row in rows if is_identified(row.user_id)}
        estimate = number(self._of_session.row.meeting_view_period_unique_users)
        listed = len(self._of_session.table(PAGE_ATTENDEES))
        facts = {
            "6001 and 6000": _closeness(len(rows), estimate),
            "6001 and 60010": _closeness(len(rows), listed),
            "round number of rows": yes_or_no(len(rows) >= _ROUND and len(rows) % _ROUND == 0),
        }
        figures = (
            f"6001 has {len(rows):,} rows ({len(people):,} people), 6000 counts {estimate or 0:,.0f},"
            f" 60010 has {listed:,} rows."
        )
        return Observation(facts, {"60010": self._of_session.shapes[PAGE_ATTENDEES.name]}, figures)

    def room_filter(self) -> Observation:
        """Request the sessions of one main room that had breakouts, and look for rows of the breakouts."""
        until = floor_hour(self.now)
        window = Window(until - timedelta(days=_DAYS), until)
        breakouts = read_report(self.kaltura, BREAKOUTS, window, {}).rows
        if not breakouts:
            raise DoesNotApply(f"the account had no breakout room in the last {_DAYS} days")
        main = breakouts[0].parent_entry_id
        reading = read_report(self.kaltura, ROOMS, window, {"entry_ids": [main]})
        others = [row for row in reading.rows if row.entry_id != main]
        named = yes_or_no(all(row.parent_entry_id == main for row in others)) if others else "not known"
        facts = {"rows of other rooms": yes_or_no(bool(others)), "they name the main room": named}
        figures = f"{len(reading.rows):,} rows, {len(others):,} of them of other rooms."
        return Observation(facts, {"6000 of the room": csv_shape(6000, reading.answers[0])}, figures)

    def cue_point(self) -> Observation:
        """Compare the session's cue point with report 6000."""
        fields = {
            "filter[objectType]": "KalturaSessionCuePointFilter",
            "filter[cuePointTypeEqual]": "sessionCuePoint.Session",
            "filter[idIn]": self._of_session.session.cue_point_id,
        }
        answer = self.kaltura.call("cuepoint_cuepoint", "list", fields)
        found = answer.get("objects") if isinstance(answer, dict) else None
        point = found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}
        start, end, length = (number(str(point.get(name))) for name in ("startTime", "endTime", "duration"))
        if start is None or end is None:
            raise BadRequest("The cue point of the session has no start and end.")
        row = self._of_session.row
        facts = {
            "start in seconds": yes_or_no(len(str(point.get("startTime"))) == 10),
            "start as in 6000": yes_or_no(str(point.get("startTime")) == row.session_start_time.strip()),
            "duration is end minus start": "not known" if length is None else yes_or_no(length == end - start),
        }
        return Observation(
            facts, {"cue point": value_shape(point)}, f"The session lasted {(end - start) / 60:,.0f} min."
        )

    def minutes(self) -> Observation:
        """Compare the minutes of 60004 with the viewers, and one heatmap with 6001."""
        rows, viewers = (
            self._of_session.table(TIMELINE),
            number(self._of_session.total(_VIEWERS).get(_LIVE) or "0") or 0.0,
        )
        if not rows:
            raise BadRequest("Report 60004 has no minute of the session.")
        most = max(number(row.get("combined_live_view_period_count", "")) or 0.0 for row in rows)
        people = [row for row in self._of_session.attendee_rows if is_identified(row.user_id)]
        if not people:
            raise BadRequest("Report 6001 names nobody of the session.")
        longest = max(people, key=lambda row: number(row.meeting_view_time) or 0.0)
        heatmap = self._of_session.reader.heatmaps([longest.user_id]).get(longest.user_id)
        attended = number(longest.meeting_view_time)
        there = None if heatmap is None else len({row["position"] for row in heatmap if _is_there(row)})
        facts = {
            "most in a minute are viewers": yes_or_no(most <= viewers * (1 + _CLOSE) + _FEW),
            "heatmap and 6001": _closeness(there, attended),
        }
        minutes = "no" if there is None else f"{there:,}"
        figures = (
            f"At most {most:,.0f} viewers in a minute, {viewers:,.0f} in all; one person: {minutes} minutes in the"
            f" heatmap, {attended or 0:,.0f} in 6001."
        )
        shapes = {"60004": self._of_session.shapes[TIMELINE.name], "60002": self._of_session.shapes[_VIEWERS.name]}
        heat = {"60011": _rows_shape(60011, heatmap)} if heatmap else {}
        return Observation(facts, shapes | heat, figures)

    def roles(self) -> Observation:
        """Request the attendees with and without the virtual event, for a session that has an event."""
        event = event_of(self.kaltura, self._of_session.session)
        if event is None and not self.session_id:
            found = choose_of_event(self.kaltura, self.now, timedelta(days=_DAYS))
            if isinstance(found, NoSample):
                raise DoesNotApply(found.reason)
            return Checks(self.kaltura, self.now, found.session.cue_point_id).roles()
        if isinstance(event, NotKnown):
            raise BadRequest(event.reason)
        if event is None:
            raise DoesNotApply("this session belongs to no virtual event")
        by_event = self._of_session.ask(PAGE_ATTENDEES, virtualEventIdIn=event.event_id)
        plain, with_event = self._of_session.table(PAGE_ATTENDEES), table_rows(by_event)
        everybody, kept = ({row.get("user_id", "") for row in rows} for rows in (plain, with_event))
        facts = {
            "same people": yes_or_no(everybody == kept),
            "event leaves out people": yes_or_no(bool(everybody - kept)),
            "roles": yes_or_no(any(map(_has_role, with_event))),
            "roles without event": yes_or_no(any(map(_has_role, plain))),
        }
        figures = f"{len(plain):,} rows without the event, {len(with_event):,} with it."
        return Observation(facts, {"60010 of the event": table_shape(60010, "table", by_event)}, figures)

    def log_ins(self) -> Observation:
        """Compare the number of people who logged in to the chat with the numbers of people who used it."""
        row = self._of_session.total(_CHAT)
        logged_in = number(row.get(_LOGGED_IN) or "0") or 0.0
        others = [number(cell or "0") or 0.0 for name, cell in row.items() if "unique" in name and name != _LOGGED_IN]
        most = max(others, default=0.0)
        facts = {"log-ins cover every count": yes_or_no(logged_in >= most) if row else "not known"}
        figures = f"{logged_in:,.0f} logged in, at most {most:,.0f} did one thing."
        return Observation(facts, {"70001": self._of_session.shapes[_CHAT.name]}, figures)

    def no_recording(self) -> Observation:
        """Request the viewers of no entry, as Kaltura's page does if there is no recording."""
        session = self._of_session.session
        nothing = (_NO_RECORDING,)
        query = SummaryPageQuery(nothing, nothing, nothing, floor_hour(session.start), session.end, session.end)
        answer = self.kaltura.call("report", "getTotal", PageReader(self.kaltura, query).fields(_VIEWERS))
        cells = list(total_row(answer).values())
        kind = "no data" if not cells else "blank" if not any(cells) else "zero"
        kind = "figures" if any(number(cell or "0") for cell in cells) else kind
        return Observation({"answer": kind}, {"60002 of noRecording": table_shape(60002, "total", answer)})

    def polls(self) -> Observation:
        """Request the polls of the room from the chat service."""
        if not self.kaltura.has_chat:
            raise BadSettings("KALTURA_CHAT_URL is not set, so polls are not read.")
        answer = self.kaltura.chat("polls/analytics", {"contextId": self._of_session.session.entry_id}).value
        found = answer.get("analytics") if isinstance(answer, dict) else None
        facts = {"list of polls": yes_or_no(isinstance(found, list))}
        figures = f"{len(found)} polls of the room." if isinstance(found, list) else ""
        return Observation(facts, {"polls": value_shape(answer)}, figures)

    def token_hash(self) -> Observation:
        """Find the hash algorithm of the app token."""
        name = self.kaltura.token_hash_algorithm()
        if not name:
            raise DoesNotApply("the credential is not an app token")
        return Observation({"hash": name})

    def _dates(self) -> tuple[str, str]:
        until = floor_hour(self.now)
        return str(int((until - timedelta(days=_DAYS)).timestamp())), str(int(until.timestamp()))

    def _csv(self, seen: Observation, report: Report[Any]) -> None:
        """Request one row, and record how the columns are sent."""
        start, end = self._dates()
        params = {"from_date": start, "to_date": end, "limit": "1"}
        if report.camel_dates:
            params |= {"fromDate": start, "toDate": end}
        try:
            body = self.kaltura.csv(report.number, params)
        except _NO_ANSWER:
            if not report.camel_dates:
                raise
            seen.facts["6002 with both spellings"] = "fails"
            return
        if report.camel_dates:
            seen.facts["6002 with both spellings"] = "works"
        facts = csv_facts(report, body)
        seen.facts |= {f"{report.number} {name}": value for name, value in facts.items()}
        seen.answers[str(report.number)] = csv_shape(report.number, body)

    def _works(self, report: Report[Any], params: Mapping[str, str]) -> str:
        try:
            self.kaltura.csv(report.number, {**params, "limit": "1"})
        except _NO_ANSWER:
            return "fails"
        return "works"


def _rows_shape(report: int, rows: list[Cells]) -> Shape:
    header = "|".join(rows[0])
    data = "".join("|".join(row.values()) + ";" for row in rows)
    return table_shape(report, "table", {"header": header, "data": data})


def _closeness(one: float | None, other: float | None) -> str:
    if one is None or other is None:
        return "not known"
    if one == other:
        return "same"
    return "within 5%" if abs(one - other) <= max(_CLOSE * max(one, other), _FEW) else "beyond 5%"


def _is_there(row: Cells) -> bool:
    return row.get("user_engagement", "") not in {"", "Offline"}


def _has_role(row: Cells) -> bool:
    user_id = row.get("user_id", "")
    return any(row.get(name, "") not in {"", UNKNOWN, user_id} for name in ("role", "industry"))
