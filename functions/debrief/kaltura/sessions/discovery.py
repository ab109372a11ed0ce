"""Find sessions in a time span, by id, or by room."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from debrief.errors import BadRequest, Forbidden, ReportChanged, UnknownSession
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.multirequest import ApiCall
from debrief.kaltura.api.pagination import PAGE
from debrief.kaltura.reports.reader import read_report
from debrief.kaltura.reports.room_reports import ROOMS
from debrief.kaltura.reports.window import HOUR, Window
from debrief.kaltura.sessions.cue_points import (
    cue_points,
    cue_points_call,
    latest_cue_points,
    latest_cue_points_call,
)
from debrief.kaltura.sessions.rooms import room_names
from debrief.kaltura.sessions.schedule import SCHEDULE_ERRORS, planned_rooms
from debrief.model import NotKnown, RoomRow, Session
from debrief.util.values import moment

log = logging.getLogger(__name__)

# A room may stay open long after the last person has left, so a session may end in an hour without activity.
_QUIET_END = timedelta(hours=24)
_OFF_PLAN = timedelta(days=1)  # largest difference between the real and the planned end of a webinar


def discover(
    kaltura: Kaltura,
    since: datetime,
    until: datetime,
    *,
    rooms: Sequence[str] = (),
    events: Sequence[str] = (),
    also_rooms: Sequence[str] = (),
) -> list[Session]:
    """Return the sessions that ended in [since, until) and the open sessions that started in that time; sorted by end.

    A breakout is left out if its main room had a session at that time. Report 6000 lists sessions with attendees. Other
    sessions are found by the cue points of rooms in report 6000, of scheduled rooms, and of `also_rooms` (main rooms
    that the caller knows). `rooms` limits the search to these rooms. With `events` (ids of virtual events) only report
    6000 is used, because nothing else relates sessions to virtual events.

    Makes four calls per 500 rooms: report 6000, the schedule, cue points, names. Raises RetryLater or GiveUp.
    """
    filters = {name: values for name, values in (("entry_ids", rooms), ("virtual_event_ids", events)) if values}
    window = Window.around(since, until, before=_QUIET_END, after=HOUR)
    rows = read_report(kaltura, ROOMS, window, filters).rows
    sessions = _sessions_with_figures(rows)
    if not events:
        names = dict.fromkeys(rooms, "") if rooms else _main_rooms(rows, also_rooms, _planned(kaltura, since, until))
        names |= {row.entry_id: row.entry_name for row in rows if not row.parent_entry_id}
        for session in _sessions_without_figures(kaltura, names, since, until):
            sessions.setdefault(session.cue_point_id, session)
    matching = [
        session
        for session in sessions.values()
        if since <= session.end < until
        and (not rooms or session.entry_id in rooms)
        and not _has_parent_session(session, sessions.values())
    ]
    return sorted(_add_exact_names(kaltura, matching, rows), key=lambda session: (session.end, session.cue_point_id))


def _sessions_with_figures(rows: Sequence[RoomRow]) -> dict[str, Session]:
    """Return the sessions of report 6000 by id, without unreadable rows.

    If a breakout has the id of its main room's session, the main room wins.
    """
    breakouts_first = sorted(rows, key=lambda row: not row.parent_entry_id)
    sessions = {row.cue_point_id: session for row in breakouts_first if (session := session_of(row))}
    if unreadable := [row for row in rows if session_of(row) is None and row.session_start_time.strip()]:
        log.warning(
            "%d rows of report 6000 have no session id, or a start that cannot be read, and are ignored.",
            len(unreadable),
        )
        if not sessions:
            raise ReportChanged("Report 6000 has no session whose id and start can be read.")
    return sessions


def _planned(kaltura: Kaltura, since: datetime, until: datetime) -> dict[str, str]:
    """Return the rooms scheduled within a day of this span, with their names in the schedule."""
    try:
        return planned_rooms(kaltura, since - _OFF_PLAN, until + _OFF_PLAN)
    except SCHEDULE_ERRORS as error:
        log.warning("The schedule cannot be read, so webinars that are not in report 6000 can be missed: %s", error)
        return {}


def _main_rooms(rows: Sequence[RoomRow], also_rooms: Sequence[str], planned: dict[str, str]) -> dict[str, str]:
    """Return, by entry id, the names (blank if unknown) of main rooms whose sessions report 6000 may lack."""
    breakouts = {row.entry_id for row in rows if row.parent_entry_id}
    parents = [row.parent_entry_id for row in rows if row.parent_entry_id]
    rooms = dict.fromkeys([*parents, *also_rooms], "") | planned
    return {room: name for room, name in rooms.items() if room not in breakouts}


def _sessions_without_figures(
    kaltura: Kaltura, rooms: Mapping[str, str], since: datetime, until: datetime
) -> Iterator[Session]:
    """Yield ended sessions from the rooms' cue points; report 6000 lists only sessions with attendees."""
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
            log.warning("Session cue points cannot be listed, so sessions without attendees are not found.")
            return
        for session in found:
            yield replace(session, entry_name=rooms.get(session.entry_id, ""), has_figures=False)


def _has_parent_session(session: Session, all_sessions: Iterable[Session]) -> bool:
    """Return whether a breakout's main room had a session at that time. An open session lasts until now."""
    return session.parent_entry_id is not None and any(
        other.entry_id == session.parent_entry_id
        and (other.start <= session.end if other.is_open else overlap(session, other))
        for other in all_sessions
    )


def _add_exact_names(kaltura: Kaltura, sessions: list[Session], rows: Sequence[RoomRow]) -> list[Session]:
    """Return the sessions with exact room names: report 6000 replaces commas with spaces.

    If Kaltura cannot return an exact name now, the name is blank: a filter by name must not use a wrong name.
    """
    with_spaces = {row.entry_id for row in rows if " " in row.entry_name}
    unsure = {session.entry_id for session in sessions if not session.entry_name or session.entry_id in with_spaces}
    names = room_names(kaltura, sorted(unsure))
    return [replace(session, entry_name=names.get(session.entry_id, session.entry_name)) for session in sessions]


def find_sessions(kaltura: Kaltura, cue_point_ids: Sequence[str]) -> list[Session]:
    """Return the sessions with these ids, in this order. Raises UnknownSession for the first that does not exist."""
    found: dict[str, Session] = {}
    for start in range(0, len(cue_point_ids), PAGE):
        page = cue_point_ids[start : start + PAGE]
        found |= {session.cue_point_id: session for session in cue_points(kaltura, {"filter[idIn]": ",".join(page)})}
    for cue_point_id in cue_point_ids:
        if cue_point_id not in found:
            raise UnknownSession(f"Kaltura knows no session {cue_point_id[:80]!r} on this account.")
    return [found[cue_point_id] for cue_point_id in cue_point_ids]


def sessions_of_rooms(kaltura: Kaltura, rooms: Sequence[str]) -> list[Session]:
    """Return all sessions of these rooms that Kaltura still has, by end."""
    sessions = [session for room in rooms for session in cue_points(kaltura, {"filter[entryIdEqual]": room})]
    return sorted(sessions, key=lambda session: (session.end, session.cue_point_id))


def earlier_sessions(kaltura: Kaltura, session: Session, most: int) -> list[Session] | NotKnown:
    """Return the room's last sessions before this one, latest first; NotKnown if Kaltura refuses to list cue points.

    Raises RetryLater or GiveUp.
    """
    try:
        found = latest_cue_points(kaltura, _earlier_filter(session), most)
        return [other for other in found if other.cue_point_id not in session.cue_point_ids]
    except (Forbidden, BadRequest) as error:
        return NotKnown(str(error))


def earlier_sessions_call(session: Session, most: int) -> ApiCall:
    """Return the call of `earlier_sessions`."""
    return latest_cue_points_call(_earlier_filter(session), most)


def _earlier_filter(session: Session) -> dict[str, str]:
    return {
        "filter[entryIdEqual]": session.entry_id,
        "filter[endTimeLessThanOrEqual]": str(int(session.start.timestamp())),
        "filter[durationGreaterThanOrEqual]": "1",
    }


class Neighbours(NamedTuple):
    """Whether the room had other sessions near this one.

    `in_its_hours` says whether one was in a clock hour that this session touches. `later` says whether one
    began after this one, or was still running when this one began. Both are True when unknown.
    """

    in_its_hours: bool = True
    later: bool = True


def neighbours(kaltura: Kaltura, session: Session) -> Neighbours:
    """Return whether the room had other sessions near this one."""
    hours = _hours_of(session)
    try:
        found = list(cue_points(kaltura, _neighbours_filter(session)))
    except (Forbidden, BadRequest):
        return Neighbours()
    others = [other for other in found if other.cue_point_id not in session.cue_point_ids]
    return Neighbours(
        in_its_hours=any(other.start < hours.end and other.end > hours.start for other in others),
        later=any(other.start >= session.start or other.end > session.start for other in others),
    )


def neighbours_call(session: Session) -> ApiCall:
    """Return the first call of `neighbours`."""
    return cue_points_call(_neighbours_filter(session))


def _neighbours_filter(session: Session) -> dict[str, str]:
    since = int(_hours_of(session).start.timestamp())
    return {"filter[entryIdEqual]": session.entry_id, "filter[endTimeGreaterThanOrEqual]": str(since)}


def _hours_of(session: Session) -> Window:
    """Return the clock hours that a session touches."""
    return Window.around(session.start, session.end, before=timedelta(0), after=timedelta(0))


def parts_of(session: Session) -> tuple[Session, ...]:
    """Return the parts of a merged session as sessions; a session that is not merged is its only part."""
    return tuple(
        replace(session, cue_point_id=part.cue_point_id, start=part.start, end=part.end, parts=())
        for part in session.parts
    ) or (session,)


def session_of(row: RoomRow) -> Session | None:
    """Return the session in a row of report 6000; None when its id or start is missing."""
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
    """Return whether two sessions overlap.

    An open session has no length yet, so it also overlaps a session that starts or ends exactly at its start.
    """
    if one.is_open or other.is_open:
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end
