"""Everything that Kaltura knows of one session, fetched and kept apart from every other session's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from debrief.errors import BadRequest, Forbidden, UnknownSession
from debrief.kaltura.answers import NoSuchUser
from debrief.kaltura.client import Kaltura
from debrief.kaltura.page_data import PageWish, read_page
from debrief.kaltura.reading import Reading, read_report
from debrief.kaltura.reports import ATTENDEES, BREAKOUTS, ROOMS
from debrief.kaltura.sessions import overlap, session_of
from debrief.kaltura.window import Window
from debrief.model import (
    AttendeeRow,
    BreakoutRow,
    Finding,
    Person,
    RawAnswer,
    RoomRow,
    Session,
    SessionData,
    moment,
)


def collect(kaltura: Kaltura, session: Session, wish: PageWish | None = None) -> SessionData:
    """Fetch one session's rows of all three reports, its breakouts' attendees, its room's exact name and its host.

    Rows of other sessions that share the window or the room are left out. Kaltura's order means nothing, so rows are
    sorted: the same data gives the same bytes. With a `wish` the reports of the Summary page come too. Raises
    RetryLater or GiveUp.
    """
    window = Window.around(session.start, session.end)
    breakouts = read_report(kaltura, BREAKOUTS, window, {"parentEntryIds": [session.entry_id]})
    own_breakouts = [row for row in breakouts.rows if _belongs(row, session)]
    breakout_ids = _ids(row.breakout_entry_id for row in own_breakouts)

    rooms = read_report(kaltura, ROOMS, window, {"entry_ids": [session.entry_id, *breakout_ids]})
    own_rooms = _own_rooms(rooms.rows, session, breakout_ids)
    session = _completed(session, own_rooms)

    attendees = read_report(
        kaltura, ATTENDEES, window, {"entry_ids": [session.entry_id], "cue_point_ids": [session.cue_point_id]}
    )
    in_breakouts = _breakout_attendees(kaltura, window, own_breakouts, session)
    entry, entry_finding = _entry(kaltura, session.entry_id)
    session = replace(session, entry_name=str(entry.get("name") or "") or session.entry_name)
    host, host_finding = _host(kaltura, session.host_user_id)
    own = sorted(row for row in attendees.rows if _is_of(row, session))
    page = read_page(kaltura, session, entry, own, wish) if wish else None
    readings: Sequence[tuple[str, Reading[Any] | None]] = (
        ("6000", rooms),
        ("6001", attendees),
        ("6001-breakouts", in_breakouts),
        ("6002", breakouts),
    )
    return SessionData(
        session=session,
        host=host,
        rooms=own_rooms,
        attendees=own,
        breakouts=sorted(own_breakouts),
        breakout_attendees=sorted(in_breakouts.rows) if in_breakouts else (),
        page=page.data if page else None,
        raw=[
            *(raw for name, reading in readings if reading for raw in _raw(name, reading)),
            *(page.raw if page else ()),
        ],
        findings=_findings(readings, entry_finding, host_finding, *(page.findings if page else ())),
    )


def _belongs(row: BreakoutRow, session: Session) -> bool:
    """Contract: a breakout belongs to a session of its main room that it overlaps in time."""
    start, end = moment(row.session_start_time), moment(row.session_end_time)
    if row.parent_entry_id != session.entry_id or start is None:
        return False
    return overlap(Session(row.cue_point_id, row.breakout_entry_id, start, end or start), session)


def _own_rooms(rows: Iterable[RoomRow], session: Session, breakout_ids: Sequence[str]) -> list[RoomRow]:
    """The session's own row first, then the rows of its breakouts."""
    own, of_breakouts = [], []
    for row in rows:
        if row.cue_point_id == session.cue_point_id and row.entry_id == session.entry_id:
            own.append(row)
        elif _is_breakout(row, session, breakout_ids) and (one := session_of(row)) and overlap(one, session):
            of_breakouts.append(row)
    return [*own, *sorted(of_breakouts)]


def _is_breakout(row: RoomRow, session: Session, breakout_ids: Sequence[str]) -> bool:
    return row.entry_id in breakout_ids or row.parent_entry_id == session.entry_id


def _completed(session: Session, rows: Sequence[RoomRow]) -> Session:
    """What report 6000 adds to a session that was found by its cue point: room name, parent, host."""
    own = next(iter(rows), None)
    if own is None or (own.entry_id, own.cue_point_id) != (session.entry_id, session.cue_point_id):
        return session
    return replace(
        session,
        entry_name=own.entry_name or session.entry_name,
        parent_entry_id=own.parent_entry_id or session.parent_entry_id,
        host_user_id=own.session_host_user_id or session.host_user_id,
    )


def _is_of(row: AttendeeRow, session: Session) -> bool:
    return row.entry_id == session.entry_id and row.cue_point_id == session.cue_point_id


def _breakout_attendees(
    kaltura: Kaltura, window: Window, breakouts: Sequence[BreakoutRow], session: Session
) -> Reading[AttendeeRow] | None:
    """Attendees of the session's breakouts.

    A breakout room may be used again by the room's next session, so the session ids are asked for as well; the main
    session's id is one of them, in case the rows of breakouts carry it.
    """
    rooms = _ids(row.breakout_entry_id for row in breakouts)
    sessions = _ids([session.cue_point_id, *(row.cue_point_id for row in breakouts)])
    if not rooms:
        return None
    reading = read_report(kaltura, ATTENDEES, window, {"entry_ids": rooms, "cue_point_ids": sessions})
    own = [row for row in reading.rows if row.entry_id in rooms and row.cue_point_id in sessions]
    return replace(reading, rows=own)


def _ids(ids: Iterable[str]) -> list[str]:
    """Each id once. A blank one may never be asked for."""
    return sorted({one for one in ids if one.strip()})


def _entry(kaltura: Kaltura, entry_id: str) -> tuple[dict[str, Any], Finding | None]:
    """The room's entry; it has the exact name, where report 6000 has spaces instead of commas."""
    try:
        entry = kaltura.call("baseEntry", "get", {"entryId": entry_id})
    except (Forbidden, UnknownSession, BadRequest):
        return {}, Finding(
            "ROOM_NAME_FROM_REPORT", "The room's name is taken from report 6000, where commas have become spaces."
        )
    return (entry if isinstance(entry, dict) else {}), None


def _host(kaltura: Kaltura, user_id: str) -> tuple[Person | None, Finding | None]:
    """The host as a person. Some accounts write a name where the id should be; then the name is all we know."""
    if not user_id:
        return None, None
    try:
        user = kaltura.call("user", "get", {"userId": user_id})
    except NoSuchUser:
        return Person(user_id), None
    except (Forbidden, BadRequest):
        return Person(user_id), Finding(
            "HOST_UNREADABLE", "The credential may not read users, so the host gets no mail."
        )
    return _person(user_id, user if isinstance(user, dict) else {}), None


def _person(user_id: str, user: dict[str, Any]) -> Person:
    first_last = f"{user.get('firstName') or ''} {user.get('lastName') or ''}".strip()
    name = first_last or str(user.get("fullName") or user.get("screenName") or "")
    return Person(user_id, name, str(user.get("email") or ""))


def _raw(name: str, reading: Reading[Any]) -> list[RawAnswer]:
    """`6001.csv`, or `6001.1.csv`, `6001.2.csv`, … when it came in parts."""
    if len(reading.answers) == 1:
        return [RawAnswer(f"{name}.csv", reading.answers[0])]
    return [RawAnswer(f"{name}.{place}.csv", answer) for place, answer in enumerate(reading.answers, start=1)]


def _findings(readings: Iterable[tuple[str, Reading[Any] | None]], *more: Finding | None) -> list[Finding]:
    """Each finding once: a column that two answers share is one thing to tell."""
    found = [finding for _, reading in readings if reading for finding in reading.findings]
    return list(dict.fromkeys([*found, *(finding for finding in more if finding)]))
