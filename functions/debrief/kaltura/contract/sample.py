"""Choose a finished session for the checks: the named session, or the latest session with enough people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.reports.reader import Filters, read_report
from debrief.kaltura.reports.room_reports import ROOMS
from debrief.kaltura.reports.window import Window, floor_hour
from debrief.kaltura.sessions.discovery import find_sessions, session_of
from debrief.kaltura.sessions.virtual_events import EVENTS_AT_ONCE, active_events
from debrief.model import RoomRow, Session
from debrief.util.values import number

_NO_FILTER: Filters = MappingProxyType({})
_ENOUGH = 10  # people; figures of a smaller session cannot be compared
_SETTLED = timedelta(hours=2)  # Kaltura has counted the figures this long after the end
_LOOKS = (timedelta(days=1), timedelta(days=4))  # spans that are searched before the whole span


@dataclass(frozen=True)
class Sample:
    """A session, and its row of report 6000."""

    session: Session
    row: RoomRow


@dataclass(frozen=True)
class NoSample:
    """The reason why there is no session for the checks."""

    reason: str


def choose(kaltura: Kaltura, now: datetime, span: timedelta, session_id: str = "") -> Sample | NoSample:
    """Return the named session, or else the latest finished session of a main room in the span.

    A session with at least ten people, alone in its room in its hours, is preferred: the reports of the Summary page
    cannot tell two sessions of one hour apart. Raises RetryLater or GiveUp.
    """
    if session_id:
        return _named(kaltura, session_id)
    until = floor_hour(now)
    best: Sample | None = None
    for back in (*_LOOKS, span):
        found = _finished(kaltura, Window(until - back, until), now)
        alone = [each for each in found if not any(_share_an_hour(each.session, other.session) for other in found)]
        if large := [each for each in alone if (_people(each.row) or 0) >= _ENOUGH]:
            return _with_row(kaltura, large[-1].session)
        best = next(reversed([*found, *alone]), best)
    if best:
        return _with_row(kaltura, best.session)
    return NoSample(f"Report 6000 has no finished session of the last {span.days} days; name one by --session.")


def choose_of_event(kaltura: Kaltura, now: datetime, span: timedelta) -> Sample | NoSample:
    """Return the latest finished session of a virtual event. Raises RetryLater or GiveUp."""
    ids = sorted(active_events(kaltura))[:EVENTS_AT_ONCE]
    if not ids:
        return NoSample("the account has no virtual event")
    until = floor_hour(now)
    found = _finished(kaltura, Window(until - span, until), now, {"virtual_event_ids": ids})
    return found[-1] if found else NoSample(f"no virtual event had a session in the last {span.days} days")


def _named(kaltura: Kaltura, session_id: str) -> Sample | NoSample:
    (session,) = find_sessions(kaltura, [session_id])
    return _with_row(kaltura, session)


def _with_row(kaltura: Kaltura, session: Session) -> Sample | NoSample:
    """Return a session with its whole row of report 6000: a window that cuts the session gives a part of its people."""
    window = Window.around(session.start, session.end)
    rows = read_report(kaltura, ROOMS, window, {"entry_ids": [session.entry_id]}).rows
    row = next((row for row in rows if row.cue_point_id == session.cue_point_id), None)
    return Sample(session, row) if row else NoSample("Report 6000 does not have this session: nobody came to it.")


def _finished(kaltura: Kaltura, window: Window, now: datetime, filters: Filters = _NO_FILTER) -> list[Sample]:
    """Return the finished sessions of main rooms, by end."""
    rows = read_report(kaltura, ROOMS, window, filters).rows
    sessions = [(session_of(row), row) for row in rows if not row.parent_entry_id]
    found = [
        Sample(session, row)
        for session, row in sessions
        if session and not session.is_open and session.end <= now - _SETTLED and _people(row)
    ]
    return sorted(found, key=lambda each: (each.session.end, each.session.cue_point_id))


def _share_an_hour(one: Session, other: Session) -> bool:
    """Return whether two sessions of a room were in the same hours, so that reports by the hour cover both."""
    if one.entry_id != other.entry_id or one.cue_point_id == other.cue_point_id:
        return False
    hours, others = (
        Window.around(each.start, each.end, before=timedelta(0), after=timedelta(0)) for each in (one, other)
    )
    return hours.start < others.end and others.start < hours.end


def _people(row: RoomRow) -> float | None:
    return number(row.meeting_view_period_unique_users)
