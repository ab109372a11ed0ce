"""Which sessions exist: discovery over a span of time, by session id, or by room."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from debrief.errors import BadRequest, Forbidden, ReportChanged, UnknownSession
from debrief.kaltura.client import Kaltura
from debrief.kaltura.reading import read_report
from debrief.kaltura.reports import ROOMS
from debrief.kaltura.window import HOUR, Window
from debrief.model import RoomRow, Session, moment

log = logging.getLogger(__name__)

# A room may be left open long after the last person has gone, so a session can end without activity in that hour.
_QUIET_END = timedelta(hours=24)
_PAGE = 500  # Kaltura's own maximum for lists


def discover(
    kaltura: Kaltura,
    since: datetime,
    until: datetime,
    *,
    rooms: Sequence[str] = (),
    events: Sequence[str] = (),
) -> list[Session]:
    """The sessions that ended in [since, until) and those still open, by end, breakouts left out.

    Report 6000 lists what somebody watched; the cue points of the rooms in it add the sessions that nobody attended.
    A breakout counts as a session of its own only when no session of its main room is known for that time.
    """
    filters = {name: values for name, values in (("entry_ids", rooms), ("virtual_event_ids", events)) if values}
    window = Window.around(since, until, before=_QUIET_END, after=HOUR)
    rows = read_report(kaltura, ROOMS, window, filters).rows
    sessions = {row.cue_point_id: session_of(row) for row in rows}
    if not events:
        main_rooms = {row.entry_id: row.entry_name for row in rows if not row.parent_entry_id}
        for session in _without_figures(kaltura, main_rooms | dict.fromkeys(rooms, ""), since, until):
            sessions.setdefault(session.cue_point_id, session)
    kept = [
        session
        for session in sessions.values()
        if since <= session.end < until
        and (not rooms or session.entry_id in rooms)
        and not _has_parent_session(session, sessions.values())
    ]
    return sorted(kept, key=lambda session: (session.end, session.cue_point_id))


def _without_figures(kaltura: Kaltura, rooms: Mapping[str, str], since: datetime, until: datetime) -> Iterator[Session]:
    """Ended sessions that the rooms' cue points know and report 6000 may not: it lists only what somebody watched."""
    fields = {
        "filter[endTimeGreaterThanOrEqual]": str(int(since.timestamp())),
        "filter[endTimeLessThanOrEqual]": str(int(until.timestamp())),
        "filter[durationGreaterThanOrEqual]": "1",
    }
    ids = sorted(rooms)
    for start in range(0, len(ids), _PAGE):
        page = {**fields, "filter[entryIdIn]": ",".join(ids[start : start + _PAGE])}
        try:
            found = list(_cue_points(kaltura, page))
        except (Forbidden, BadRequest):
            log.warning("Session cue points may not be listed, so sessions that nobody attended are not found.")
            return
        for session in found:
            yield replace(session, entry_name=rooms.get(session.entry_id, ""), has_figures=False)


def find(kaltura: Kaltura, cue_point_ids: Sequence[str]) -> list[Session]:
    """The sessions of these ids, in that order. Raises UnknownSession and names the first that does not exist."""
    found: dict[str, Session] = {}
    for start in range(0, len(cue_point_ids), _PAGE):
        page = cue_point_ids[start : start + _PAGE]
        found |= {session.cue_point_id: session for session in _cue_points(kaltura, {"filter[idIn]": ",".join(page)})}
    for cue_point_id in cue_point_ids:
        if cue_point_id not in found:
            raise UnknownSession(f"Kaltura knows no session {cue_point_id[:80]!r} on this account.")
    return [found[cue_point_id] for cue_point_id in cue_point_ids]


def of_rooms(kaltura: Kaltura, rooms: Sequence[str]) -> list[Session]:
    """All sessions of these rooms that Kaltura still has, by end."""
    sessions = [s for room in rooms for s in _cue_points(kaltura, {"filter[entryIdEqual]": room})]
    return sorted(sessions, key=lambda session: (session.end, session.cue_point_id))


def session_of(row: RoomRow) -> Session:
    """The session that a row of report 6000 describes. Raises ReportChanged when its times are unreadable."""
    start, end = moment(row.session_start_time), moment(row.session_end_time)
    if start is None:
        raise ReportChanged("Report 6000 has a session whose start is no time.")
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
    return session.parent_entry_id is not None and any(
        other.entry_id == session.parent_entry_id and (other.is_open or overlap(session, other))
        for other in all_sessions
    )


def _cue_points(kaltura: Kaltura, fields: dict[str, str]) -> Iterator[Session]:
    """Session cue points, page by page in the order of their creation (Kaltura server, plugins/session_cue_point)."""
    page = 1
    while True:
        answer = kaltura.call(
            "cuepoint_cuepoint",
            "list",
            {
                "filter[objectType]": "KalturaSessionCuePointFilter",
                "filter[cuePointTypeEqual]": "sessionCuePoint.Session",
                "filter[orderBy]": "+createdAt",
                "pager[pageSize]": str(_PAGE),
                "pager[pageIndex]": str(page),
                **fields,
            },
        )
        objects = answer.get("objects") or []
        yield from map(_from_cue_point, objects)
        if len(objects) < _PAGE:
            return
        page += 1


def _from_cue_point(value: dict[str, Any]) -> Session:
    start = _moment(value.get("startTime"))
    return Session(
        cue_point_id=str(value["id"]),
        entry_id=str(value["entryId"]),
        start=start,
        end=_moment(value.get("endTime") or value.get("startTime")),
        host_user_id=str(value.get("sessionOwner") or value.get("userId") or ""),
    )


def _moment(value: Any) -> datetime:
    """Unix seconds; the API's own comments say milliseconds, so such large numbers are taken as those."""
    time = moment(str(value))
    if time is None:
        raise ReportChanged("Kaltura sent a session cue point without a start time.")
    return time
