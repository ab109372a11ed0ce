"""Everything that Kaltura knows of one session, fetched and kept apart from every other session's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from debrief.kaltura.client import Kaltura
from debrief.kaltura.page_data import PageWish, read_page
from debrief.kaltura.people import organizers_of
from debrief.kaltura.reading import Reading, read_report
from debrief.kaltura.reports import ATTENDEES, BREAKOUTS, ROOMS
from debrief.kaltura.rooms import room_entry
from debrief.kaltura.schedule import room_events
from debrief.kaltura.sessions import overlap, parts_of, session_of
from debrief.kaltura.window import Window
from debrief.model import (
    AttendeeRow,
    BreakoutRow,
    Finding,
    RawAnswer,
    RoomRow,
    Session,
    SessionData,
    Unavailable,
    moment,
)


def collect(kaltura: Kaltura, session: Session, wish: PageWish | None = None) -> SessionData:
    """Fetch one session's rows of all three reports, its breakouts' attendees, its room's exact name, its organizers.

    Rows of other sessions that share the window or the room are left out. Kaltura's order means nothing, so rows are
    sorted: the same data gives the same bytes. With a `wish` the reports of the Summary page come too. A joint session
    is asked for once, over its whole span, and has the rows of all its parts: somebody who was in several of them has
    as many rows. Raises RetryLater or GiveUp.
    """
    window = Window.around(session.start, session.end)
    breakouts = read_report(kaltura, BREAKOUTS, window, {"parentEntryIds": [session.entry_id]})
    own_breakouts = [row for row in breakouts.rows if _belongs(row, session)]
    breakout_ids = _ids(row.breakout_entry_id for row in own_breakouts)

    rooms = read_report(kaltura, ROOMS, window, {"entry_ids": [session.entry_id, *breakout_ids]})
    own_rooms = _own_rooms(rooms.rows, session, breakout_ids)
    session = _completed(session, own_rooms)

    attendees = read_report(
        kaltura, ATTENDEES, window, {"entry_ids": [session.entry_id], "cue_point_ids": [*session.cue_point_ids]}
    )
    in_breakouts = _breakout_attendees(kaltura, window, own_breakouts, session)
    entry, entry_finding = room_entry(kaltura, session.entry_id)
    session = replace(session, entry_name=str(entry.get("name") or "") or session.entry_name)
    events = room_events(kaltura, session.entry_id)
    organizers, organizer_findings = organizers_of(
        kaltura, session, entry, () if isinstance(events, Unavailable) else events
    )
    own = sorted(row for row in attendees.rows if _is_of(row, session))
    page = read_page(kaltura, session, entry, events, own, wish) if wish else None
    readings: Sequence[tuple[str, Reading[Any] | None]] = (
        ("6000", rooms),
        ("6001", attendees),
        ("6001-breakouts", in_breakouts),
        ("6002", breakouts),
    )
    return SessionData(
        session=session,
        host=next((one.person for one in organizers if one.role == "host"), None),
        organizers=organizers,
        rooms=own_rooms,
        attendees=own,
        breakouts=sorted(own_breakouts),
        breakout_attendees=sorted(in_breakouts.rows) if in_breakouts else (),
        page=page.data if page else None,
        raw=[
            *(raw for name, reading in readings if reading for raw in _raw(name, reading)),
            *(page.raw if page else ()),
        ],
        findings=_findings(readings, entry_finding, *organizer_findings, *(page.findings if page else ())),
    )


def _belongs(row: BreakoutRow, session: Session) -> bool:
    """Contract: a breakout belongs to a session of its main room that it overlaps in time."""
    start, end = moment(row.session_start_time), moment(row.session_end_time)
    if row.parent_entry_id != session.entry_id or start is None:
        return False
    return _in_any_part(Session(row.cue_point_id, row.breakout_entry_id, start, end or start), session)


def _in_any_part(breakout: Session, session: Session) -> bool:
    return any(overlap(breakout, part) for part in parts_of(session))


def _own_rooms(rows: Iterable[RoomRow], session: Session, breakout_ids: Sequence[str]) -> list[RoomRow]:
    """The session's own row, or one for each of its parts by start, then the rows of its breakouts."""
    own, of_breakouts = [], []
    for row in rows:
        if _is_of(row, session):
            own.append(row)
        elif _is_breakout(row, session, breakout_ids) and (one := session_of(row)) and _in_any_part(one, session):
            of_breakouts.append(row)
    places = {cue_point_id: place for place, cue_point_id in enumerate(session.cue_point_ids)}
    return [*sorted(own, key=lambda row: places[row.cue_point_id]), *sorted(of_breakouts)]


def _is_breakout(row: RoomRow, session: Session, breakout_ids: Sequence[str]) -> bool:
    return row.entry_id in breakout_ids or row.parent_entry_id == session.entry_id


def _completed(session: Session, rows: Sequence[RoomRow]) -> Session:
    """What report 6000 adds to a session that was found by its cue point: room name, parent, host."""
    for own in rows:
        if _is_of(own, session):
            return replace(
                session,
                entry_name=own.entry_name or session.entry_name,
                parent_entry_id=own.parent_entry_id or session.parent_entry_id,
                host_user_id=own.session_host_user_id or session.host_user_id,
            )
    return session


def _is_of(row: AttendeeRow | RoomRow, session: Session) -> bool:
    return row.entry_id == session.entry_id and row.cue_point_id in session.cue_point_ids


def _breakout_attendees(
    kaltura: Kaltura, window: Window, breakouts: Sequence[BreakoutRow], session: Session
) -> Reading[AttendeeRow] | None:
    """Attendees of the session's breakouts.

    A breakout room may be used again by the room's next session, so the session ids are asked for as well; the main
    session's ids are among them, in case the rows of breakouts carry it.
    """
    rooms = _ids(row.breakout_entry_id for row in breakouts)
    sessions = _ids([*session.cue_point_ids, *(row.cue_point_id for row in breakouts)])
    if not rooms:
        return None
    reading = read_report(kaltura, ATTENDEES, window, {"entry_ids": rooms, "cue_point_ids": sessions})
    own = [row for row in reading.rows if row.entry_id in rooms and row.cue_point_id in sessions]
    return replace(reading, rows=own)


def _ids(ids: Iterable[str]) -> list[str]:
    """Each id once. A blank one may never be asked for."""
    return sorted({one for one in ids if one.strip()})


def _raw(name: str, reading: Reading[Any]) -> list[RawAnswer]:
    """`6001.csv`, or `6001.1.csv`, `6001.2.csv`, … when it came in parts."""
    if len(reading.answers) == 1:
        return [RawAnswer(f"{name}.csv", reading.answers[0])]
    return [RawAnswer(f"{name}.{place}.csv", answer) for place, answer in enumerate(reading.answers, start=1)]


def _findings(readings: Iterable[tuple[str, Reading[Any] | None]], *more: Finding | None) -> list[Finding]:
    """Each finding once: a column that two answers share is one thing to tell."""
    found = [finding for _, reading in readings if reading for finding in reading.findings]
    return list(dict.fromkeys([*found, *(finding for finding in more if finding)]))
