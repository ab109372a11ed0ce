"""Which sessions exist: discovery over a span of time, by session id, or by room."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from debrief.errors import BadRequest, Forbidden, ReportChanged, UnknownSession
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.pagination import PAGE
from debrief.kaltura.reports.reader import read_report
from debrief.kaltura.reports.room_reports import ROOMS
from debrief.kaltura.reports.window import HOUR, Window
from debrief.kaltura.sessions.cue_points import cue_points, latest_cue_points
from debrief.kaltura.sessions.rooms import room_names
from debrief.kaltura.sessions.schedule import UNREADABLE, planned_rooms
from debrief.model import RoomRow, Session
from debrief.util.values import moment

log = logging.getLogger(__name__)

# A room may be left open long after the last person has gone, so a session can end without activity in that hour.
_QUIET_END = timedelta(hours=24)
# How far the end of a webinar may be from the planned one.
_OFF_PLAN = timedelta(days=1)


def discover(
    kaltura: Kaltura,
    since: datetime,
    until: datetime,
    *,
    rooms: Sequence[str] = (),
    events: Sequence[str] = (),
    also_rooms: Sequence[str] = (),
) -> list[Session]:
    """The sessions that ended in [since, until) and those still open, by end, breakouts left out.

    Report 6000 lists what somebody watched. The cue points of its rooms, of the rooms that the schedule has for that
    time, and of `also_rooms` (main rooms that the caller knows) add the sessions that it does not list. With `rooms`
    no others are looked at; with `events` (virtual events) report 6000 alone can tell which sessions are theirs.
    A breakout counts as a session of its own only when no session of its main room is known for that time.

    Asks for report 6000, the schedule, cue points and names per 500 rooms: four calls for
    an ordinary account. Raises RetryLater or GiveUp.
    """
    filters = {name: values for name, values in (("entry_ids", rooms), ("virtual_event_ids", events)) if values}
    window = Window.around(since, until, before=_QUIET_END, after=HOUR)
    rows = read_report(kaltura, ROOMS, window, filters).rows
    sessions = _with_figures(rows)
    if not events:
        names = dict.fromkeys(rooms, "") if rooms else _main_rooms(rows, also_rooms, _planned(kaltura, since, until))
        names |= {row.entry_id: row.entry_name for row in rows if not row.parent_entry_id}
        for session in _without_figures(kaltura, names, since, until):
            sessions.setdefault(session.cue_point_id, session)
    kept = [
        session
        for session in sessions.values()
        if since <= session.end < until
        and (not rooms or session.entry_id in rooms)
        and not _has_parent_session(session, sessions.values())
    ]
    return sorted(_named(kaltura, kept, rows), key=lambda session: (session.end, session.cue_point_id))


def _planned(kaltura: Kaltura, since: datetime, until: datetime) -> dict[str, str]:
    """The rooms that the schedule has for that time, with the names that it gives them."""
    try:
        return planned_rooms(kaltura, since - _OFF_PLAN, until + _OFF_PLAN)
    except UNREADABLE as error:
        log.warning("The schedule may not be read, so webinars that report 6000 lacks may not be found: %s", error)
        return {}


def _main_rooms(rows: Sequence[RoomRow], also_rooms: Sequence[str], planned: dict[str, str]) -> dict[str, str]:
    """The rooms that may have had sessions besides those of report 6000, no breakouts; names, blank where unknown."""
    breakouts = {row.entry_id for row in rows if row.parent_entry_id}
    parents = [row.parent_entry_id for row in rows if row.parent_entry_id]
    rooms = dict.fromkeys([*parents, *also_rooms], "") | planned
    return {room: name for room, name in rooms.items() if room not in breakouts}


def _named(kaltura: Kaltura, sessions: list[Session], rows: Sequence[RoomRow]) -> list[Session]:
    """The sessions with the exact names of their rooms: in report 6000 a blank may have been a comma."""
    spoiled = {row.entry_id for row in rows if " " in row.entry_name}
    unsure = {one.entry_id for one in sessions if not one.entry_name or one.entry_id in spoiled}
    names = room_names(kaltura, sorted(unsure))
    return [replace(one, entry_name=names.get(one.entry_id) or one.entry_name) for one in sessions]


def _with_figures(rows: Sequence[RoomRow]) -> dict[str, Session]:
    """The sessions of report 6000 by id; one row that cannot be read does not hide the others.

    Should a breakout carry the id of its main room's session, the main room wins.
    """
    breakouts_first = sorted(rows, key=lambda row: not row.parent_entry_id)
    sessions = {row.cue_point_id: session for row in breakouts_first if (session := session_of(row))}
    if unreadable := [row for row in rows if session_of(row) is None and row.session_start_time.strip()]:
        log.warning("%d rows of report 6000 name no session or no time and are left out.", len(unreadable))
        if not sessions:
            raise ReportChanged("Report 6000 has no session whose id and start can be read.")
    return sessions


def _without_figures(kaltura: Kaltura, rooms: Mapping[str, str], since: datetime, until: datetime) -> Iterator[Session]:
    """Ended sessions that the rooms' cue points know and report 6000 may not: it lists only what somebody watched."""
    fields = {
        "filter[endTimeGreaterThanOrEqual]": str(int(since.timestamp())),
        "filter[endTimeLessThanOrEqual]": str(int(until.timestamp())),
        "filter[durationGreaterThanOrEqual]": "1",
    }
    ids = sorted(rooms)
    for start in range(0, len(ids), PAGE):
        page = {**fields, "filter[entryIdIn]": ",".join(ids[start : start + PAGE])}
        try:
            found = list(cue_points(kaltura, page))
        except (Forbidden, BadRequest):
            log.warning("Session cue points may not be listed, so sessions that nobody attended are not found.")
            return
        for session in found:
            yield replace(session, entry_name=rooms.get(session.entry_id, ""), has_figures=False)


def find(kaltura: Kaltura, cue_point_ids: Sequence[str]) -> list[Session]:
    """The sessions of these ids, in that order. Raises UnknownSession and names the first that does not exist."""
    found: dict[str, Session] = {}
    for start in range(0, len(cue_point_ids), PAGE):
        page = cue_point_ids[start : start + PAGE]
        found |= {session.cue_point_id: session for session in cue_points(kaltura, {"filter[idIn]": ",".join(page)})}
    for cue_point_id in cue_point_ids:
        if cue_point_id not in found:
            raise UnknownSession(f"Kaltura knows no session {cue_point_id[:80]!r} on this account.")
    return [found[cue_point_id] for cue_point_id in cue_point_ids]


def of_rooms(kaltura: Kaltura, rooms: Sequence[str]) -> list[Session]:
    """All sessions of these rooms that Kaltura still has, by end."""
    sessions = [s for room in rooms for s in cue_points(kaltura, {"filter[entryIdEqual]": room})]
    return sorted(sessions, key=lambda session: (session.end, session.cue_point_id))


def before(kaltura: Kaltura, session: Session, most: int) -> list[Session]:
    """The room's last sessions before this one, the latest first; none when cue points may not be listed."""
    return earlier_sessions(kaltura, session, most) or []


def earlier_sessions(kaltura: Kaltura, session: Session, most: int) -> list[Session] | None:
    """The same; None when cue points may not be listed."""
    fields = {
        "filter[entryIdEqual]": session.entry_id,
        "filter[endTimeLessThanOrEqual]": str(int(session.start.timestamp())),
        "filter[durationGreaterThanOrEqual]": "1",
    }
    try:
        found = latest_cue_points(kaltura, fields, most)
        return [one for one in found if one.cue_point_id not in session.cue_point_ids]
    except (Forbidden, BadRequest):
        return None


class Neighbours(NamedTuple):
    """Whether the room had other sessions around one, and after its start; when nobody can tell, it may have."""

    in_its_hours: bool = True
    later: bool = True


def neighbours(kaltura: Kaltura, session: Session) -> Neighbours:
    """Other sessions of the room, in the full hours of this one or since; its own parts are no others."""
    hours = Window.around(session.start, session.end, before=timedelta(0), after=timedelta(0))
    fields = {
        "filter[entryIdEqual]": session.entry_id,
        "filter[endTimeGreaterThanOrEqual]": str(int(hours.start.timestamp())),
    }
    try:
        found = list(cue_points(kaltura, fields))
    except (Forbidden, BadRequest):
        return Neighbours()
    others = [one for one in found if one.cue_point_id not in session.cue_point_ids]
    return Neighbours(
        in_its_hours=any(one.start < hours.end and one.end > hours.start for one in others),
        later=any(one.start >= session.start or one.end > session.start for one in others),
    )


def parts_of(session: Session) -> tuple[Session, ...]:
    """A joint session's parts as sessions of their own; any other session by itself."""
    return tuple(
        replace(session, cue_point_id=part.cue_point_id, start=part.start, end=part.end, parts=())
        for part in session.parts
    ) or (session,)


def session_of(row: RoomRow) -> Session | None:
    """The session that a row of report 6000 describes; None when its id or its start is missing."""
    start, end = moment(row.session_start_time), moment(row.session_end_time)
    if start is None or not row.cue_point_id.strip():
        return None
    return Session(
        cue_point_id=row.cue_point_id,
        entry_id=row.entry_id,
        start=start,
        end=end or start,
        entry_name=row.entry_name,
        parent_entry_id=row.parent_entry_id or None,
        host_user_id=row.session_host_user_id,
    )


def overlap(one: Session, other: Session) -> bool:
    """Whether two sessions share some time; an instant inside the other counts."""
    return one.start <= other.end and other.start <= one.end and not _only_touch(one, other)


def _only_touch(one: Session, other: Session) -> bool:
    lasting = not (one.is_open or other.is_open)
    return lasting and (one.end == other.start or other.end == one.start)


def _has_parent_session(session: Session, all_sessions: Iterable[Session]) -> bool:
    """An open session of the main room goes on until now, so it has every breakout that ended after its start."""
    return session.parent_entry_id is not None and any(
        other.entry_id == session.parent_entry_id
        and (other.start <= session.end if other.is_open else overlap(session, other))
        for other in all_sessions
    )
