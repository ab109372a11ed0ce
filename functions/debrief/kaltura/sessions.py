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
    sessions = _with_figures(rows)
    if not events:
        main_rooms = dict.fromkeys(rooms or [row.parent_entry_id for row in rows if row.parent_entry_id], "")
        main_rooms |= {row.entry_id: row.entry_name for row in rows if not row.parent_entry_id}
        for session in _without_figures(kaltura, main_rooms, since, until):
            sessions.setdefault(session.cue_point_id, session)
    kept = [
        session
        for session in sessions.values()
        if since <= session.end < until
        and (not rooms or session.entry_id in rooms)
        and not _has_parent_session(session, sessions.values())
    ]
    return sorted(kept, key=lambda session: (session.end, session.cue_point_id))


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


def before(kaltura: Kaltura, session: Session, most: int) -> list[Session]:
    """The room's last sessions before this one, the latest first; none when cue points may not be listed."""
    fields = {
        "filter[entryIdEqual]": session.entry_id,
        "filter[endTimeLessThanOrEqual]": str(int(session.start.timestamp())),
        "filter[durationGreaterThanOrEqual]": "1",
        "filter[orderBy]": "-startTime",
        "pager[pageSize]": str(most),
    }
    try:
        found = map(_from_cue_point, _cue_point_page(kaltura, fields, "", 1))
        return [one for one in found if one and one.cue_point_id != session.cue_point_id]
    except (Forbidden, BadRequest):
        return []


def has_neighbours(kaltura: Kaltura, session: Session) -> bool:
    """Whether the room had another session in the full hours around this one; when nobody can tell, it may have."""
    hours = Window.around(session.start, session.end, before=timedelta(0), after=timedelta(0))
    fields = {
        "filter[entryIdEqual]": session.entry_id,
        "filter[endTimeGreaterThanOrEqual]": str(int(hours.start.timestamp())),
    }
    try:
        found = list(_cue_points(kaltura, fields))
    except (Forbidden, BadRequest):
        return True
    others = (one for one in found if one.cue_point_id != session.cue_point_id)
    return any(one.start < hours.end and one.end > hours.start for one in others)


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


def _cue_points(kaltura: Kaltura, fields: dict[str, str]) -> Iterator[Session]:
    """Session cue points in the order of their creation (Kaltura server, plugins/session_cue_point).

    Each page starts with the moment at which the one before ended: page numbers end at 10,000 objects, and skip
    some when the list changes meanwhile. They count only where one moment fills more than a page.
    """
    seen: set[str] = set()
    since, page = "", 1
    while True:
        objects = _cue_point_page(kaltura, fields, since, page)
        sessions = {session.cue_point_id: session for value in objects if (session := _from_cue_point(value))}
        yield from (session for cue_point_id, session in sessions.items() if cue_point_id not in seen)
        seen |= sessions.keys()
        if len(objects) < _PAGE:
            return
        last = str(objects[-1].get("createdAt") or since)
        since, page = last, page + 1 if last == since else 1


def _cue_point_page(kaltura: Kaltura, fields: dict[str, str], since: str, page: int) -> list[dict[str, Any]]:
    filters = {"filter[createdAtGreaterThanOrEqual]": since} if since else {}
    answer = kaltura.call(
        "cuepoint_cuepoint",
        "list",
        {
            "filter[objectType]": "KalturaSessionCuePointFilter",
            "filter[cuePointTypeEqual]": "sessionCuePoint.Session",
            "filter[orderBy]": "+createdAt",
            "pager[pageSize]": str(_PAGE),
            "pager[pageIndex]": str(page),
            **filters,
            **fields,
        },
    )
    objects = answer.get("objects") if isinstance(answer, dict) else None
    return [value for value in objects if isinstance(value, dict)] if isinstance(objects, list) else []


def _from_cue_point(value: dict[str, Any]) -> Session | None:
    """Times are unix seconds; the API's own comments say milliseconds, so such large numbers are taken as those."""
    start, end = (moment(str(value.get(name) or "")) for name in ("startTime", "endTime"))
    if start is None or not (value.get("id") and value.get("entryId")):
        log.warning("Kaltura listed a session cue point without id, room or start; it is left out.")
        return None
    return Session(
        cue_point_id=str(value["id"]),
        entry_id=str(value["entryId"]),
        start=start,
        end=end or start,
        host_user_id=str(value.get("sessionOwner") or value.get("userId") or ""),
    )
