"""One session's own rows out of Kaltura's answers, kept apart from every other session's, and put together.

The answers may come from Kaltura (collect.py) or from the archive (archived.py): what follows from them is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from debrief.kaltura.reports.reader import Reading
from debrief.kaltura.reports.user_ids import respelled
from debrief.kaltura.sessions.discovery import overlap, parts_of, session_of
from debrief.model import AttendeeRow, BreakoutRow, Finding, Organizer, PageData, RoomRow, Session, SessionData
from debrief.persons import escaped
from debrief.util.values import moment


@dataclass(frozen=True)
class Readings:
    """The three reports as asked for one session, with its own rows only. Nobody asked for attendees of no breakout."""

    rooms: Reading[RoomRow]
    attendees: Reading[AttendeeRow]
    breakouts: Reading[BreakoutRow]
    in_breakouts: Reading[AttendeeRow] | None

    def named(self) -> dict[str, Reading[Any]]:
        """By their names in the archive."""
        every: dict[str, Reading[Any] | None] = {
            "6000": self.rooms,
            "6001": self.attendees,
            "6001-breakouts": self.in_breakouts,
            "6002": self.breakouts,
        }
        return {name: reading for name, reading in every.items() if reading}


def assembled(
    session: Session,
    readings: Readings,
    organizers: Sequence[Organizer],
    page: PageData | None,
    findings: Sequence[Finding],
) -> SessionData:
    """All of a session but its raw answers; each finding once: a column that two answers share is one thing to tell."""
    found = [finding for reading in readings.named().values() for finding in reading.findings]
    data = SessionData(
        session=session,
        host=next((one.person for one in organizers if one.role == "host"), None),
        organizers=organizers,
        rooms=readings.rooms.rows,
        attendees=readings.attendees.rows,
        breakouts=readings.breakouts.rows,
        breakout_attendees=readings.in_breakouts.rows if readings.in_breakouts else (),
        page=page,
        findings=list(dict.fromkeys([*found, *findings])),
    )
    return respelled(data)


def own_breakouts(reading: Reading[BreakoutRow], session: Session) -> Reading[BreakoutRow]:
    """The session's breakouts. Contract: those of its main room that it overlaps in time."""
    return replace(reading, rows=sorted(row for row in reading.rows if _belongs(row, session)))


def own_rooms(reading: Reading[RoomRow], session: Session, breakouts: Iterable[BreakoutRow]) -> Reading[RoomRow]:
    """The session's own row, or one for each of its parts by start, then the rows of its breakouts."""
    breakout_ids = breakout_rooms(breakouts)
    own, of_breakouts = [], []
    for row in reading.rows:
        if _is_of(row, session):
            own.append(row)
        elif _is_breakout(row, session, breakout_ids) and (one := session_of(row)) and _in_any_part(one, session):
            of_breakouts.append(row)
    places = {cue_point_id: place for place, cue_point_id in enumerate(session.cue_point_ids)}
    return replace(reading, rows=[*sorted(own, key=lambda row: places[row.cue_point_id]), *sorted(of_breakouts)])


def own_attendees(reading: Reading[AttendeeRow], session: Session) -> Reading[AttendeeRow]:
    """The rows of the session, or of its parts. Kaltura's order means nothing."""
    entry_id, cue_point_ids = session.entry_id, session.cue_point_ids
    own = (row for row in reading.rows if row.entry_id == entry_id and row.cue_point_id in cue_point_ids)
    return replace(reading, rows=sorted(own))


def own_breakout_attendees(
    reading: Reading[AttendeeRow], session: Session, breakouts: Sequence[BreakoutRow]
) -> Reading[AttendeeRow]:
    """The rows of the session's breakouts."""
    rooms, sessions = breakout_rooms(breakouts), breakout_sessions(session, breakouts)
    own = [row for row in reading.rows if row.entry_id in rooms and row.cue_point_id in sessions]
    return replace(reading, rows=sorted(own))


def breakout_rooms(breakouts: Iterable[BreakoutRow]) -> list[str]:
    """The entry ids of the breakouts."""
    return _ids(row.breakout_entry_id for row in breakouts)


def breakout_sessions(session: Session, breakouts: Iterable[BreakoutRow]) -> list[str]:
    """The ids that the attendees of the breakouts may stand under.

    A breakout room may be used again by the room's next session, so the session ids are asked for as well; the main
    session's ids are among them, in case the rows of breakouts carry it.
    """
    return _ids([*session.cue_point_ids, *(row.cue_point_id for row in breakouts)])


def completed(session: Session, rows: Iterable[RoomRow]) -> Session:
    """What report 6000 adds to a session that was found by its cue point: room name, parent, host."""
    for own in rows:
        if _is_of(own, session):
            return replace(
                session,
                entry_name=own.entry_name or session.entry_name,
                parent_entry_id=own.parent_entry_id or session.parent_entry_id,
                host_user_id=_host(own, session),
            )
    return session


def _host(row: RoomRow, session: Session) -> str:
    """The host of report 6000, as the cue point spells the id if it is the same: the report has lost its commas."""
    is_same = escaped(row.session_host_user_id) == escaped(session.host_user_id)
    return session.host_user_id if is_same else row.session_host_user_id or session.host_user_id


def hosts_of(session: Session, rows: Iterable[RoomRow]) -> list[str]:
    """Who hosted the session, or each of its parts, by report 6000."""
    return [_host(row, session) for row in rows if _is_of(row, session)]


def _belongs(row: BreakoutRow, session: Session) -> bool:
    start, end = moment(row.session_start_time), moment(row.session_end_time)
    if row.parent_entry_id != session.entry_id or start is None:
        return False
    return _in_any_part(Session(row.cue_point_id, row.breakout_entry_id, start, end or start), session)


def _in_any_part(breakout: Session, session: Session) -> bool:
    return any(overlap(breakout, part) for part in parts_of(session))


def _is_of(row: RoomRow, session: Session) -> bool:
    return row.entry_id == session.entry_id and row.cue_point_id in session.cue_point_ids


def _is_breakout(row: RoomRow, session: Session, breakout_ids: Sequence[str]) -> bool:
    return row.entry_id in breakout_ids or row.parent_entry_id == session.entry_id


def _ids(ids: Iterable[str]) -> list[str]:
    """Each id once. A blank one may never be asked for."""
    return sorted({one for one in ids if one.strip()})
