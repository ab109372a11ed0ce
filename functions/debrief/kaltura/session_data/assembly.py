"""Select one session's rows from Kaltura's answers, and assemble them into session data.

The answers come from Kaltura (collect.py) or from the archive (from_archive.py). A row of report 6000 is a session. A
session cue point is Kaltura's record of a session, so `cue_point_id` is the session's id.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from debrief.kaltura.reports.reader import Reading
from debrief.kaltura.reports.user_ids import unify_user_ids
from debrief.kaltura.sessions.discovery import overlap, parts_of, session_of
from debrief.model import AttendeeRow, BreakoutRow, Finding, Organizer, PageData, RoomRow, Session, SessionData
from debrief.persons import normalized_id
from debrief.util.values import moment


@dataclass(frozen=True)
class Readings:
    """The responses of the three reports, with one session's rows only.

    Report 6001 is read for the main room (`attendees`) and for the breakouts (`in_breakouts`, None without breakouts).
    """

    rooms: Reading[RoomRow]
    attendees: Reading[AttendeeRow]
    breakouts: Reading[BreakoutRow]
    in_breakouts: Reading[AttendeeRow] | None

    def by_report(self) -> dict[str, Reading[Any]]:
        """Return the readings by their names in the archive."""
        readings: dict[str, Reading[Any] | None] = {
            "6000": self.rooms,
            "6001": self.attendees,
            "6001-breakouts": self.in_breakouts,
            "6002": self.breakouts,
        }
        return {name: reading for name, reading in readings.items() if reading}


def assemble(
    session: Session,
    readings: Readings,
    organizers: Sequence[Organizer],
    page: PageData | None,
    findings: Sequence[Finding],
) -> SessionData:
    """Return a session's data without raw answers, and with each finding once."""
    report_findings = [finding for reading in readings.by_report().values() for finding in reading.findings]
    data = SessionData(
        session=session,
        host=next((organizer.person for organizer in organizers if organizer.role == "host"), None),
        organizers=organizers,
        rooms=readings.rooms.rows,
        attendees=readings.attendees.rows,
        breakouts=readings.breakouts.rows,
        breakout_attendees=readings.in_breakouts.rows if readings.in_breakouts else (),
        page=page,
        findings=list(dict.fromkeys([*report_findings, *findings])),
    )
    return unify_user_ids(data)


def breakouts_of_session(reading: Reading[BreakoutRow], session: Session) -> Reading[BreakoutRow]:
    """Return the session's breakouts: the breakouts of its room that overlap the session in time."""
    return replace(reading, rows=sorted(row for row in reading.rows if _is_breakout_of(row, session)))


def rooms_of_session(reading: Reading[RoomRow], session: Session, breakouts: Iterable[BreakoutRow]) -> Reading[RoomRow]:
    """Return the row of the session, or the rows of its parts by start; then the rows of its breakouts."""
    breakout_ids = breakout_room_ids(breakouts)
    own, of_breakouts = [], []
    for row in reading.rows:
        if _is_row_of(row, session):
            own.append(row)
            continue
        is_breakout = row.entry_id in breakout_ids or row.parent_entry_id == session.entry_id
        if is_breakout and (found := session_of(row)) and _in_any_part(found, session):
            of_breakouts.append(row)
    places = {cue_point_id: place for place, cue_point_id in enumerate(session.cue_point_ids)}
    return replace(reading, rows=[*sorted(own, key=lambda row: places[row.cue_point_id]), *sorted(of_breakouts)])


def attendees_of_session(reading: Reading[AttendeeRow], session: Session) -> Reading[AttendeeRow]:
    """Return the rows of the session or its parts, sorted."""
    entry_id, cue_point_ids = session.entry_id, session.cue_point_ids
    own = (row for row in reading.rows if row.entry_id == entry_id and row.cue_point_id in cue_point_ids)
    return replace(reading, rows=sorted(own))


def breakout_attendees_of_session(
    reading: Reading[AttendeeRow], session: Session, breakouts: Sequence[BreakoutRow]
) -> Reading[AttendeeRow]:
    """Return the rows of the session's breakouts, sorted."""
    rooms, sessions = breakout_room_ids(breakouts), breakout_session_ids(session, breakouts)
    own = [row for row in reading.rows if row.entry_id in rooms and row.cue_point_id in sessions]
    return replace(reading, rows=sorted(own))


def breakout_room_ids(breakouts: Iterable[BreakoutRow]) -> list[str]:
    return _ids(row.breakout_entry_id for row in breakouts)


def breakout_session_ids(session: Session, breakouts: Iterable[BreakoutRow]) -> list[str]:
    """Return the session ids under which the attendees of the breakouts may be listed.

    The room's next session may use the same breakout rooms, so a request needs session ids too. The main session's ids
    are included in case Kaltura gives these ids to the rows of breakouts.
    """
    return _ids([*session.cue_point_ids, *(row.cue_point_id for row in breakouts)])


def complete_session(session: Session, rows: Iterable[RoomRow]) -> Session:
    """Add room name, parent and host from report 6000 to a session that was read from its cue point."""
    for own in rows:
        if _is_row_of(own, session):
            return replace(
                session,
                entry_name=own.entry_name or session.entry_name,
                parent_entry_id=own.parent_entry_id or session.parent_entry_id,
                host_user_id=_host(own, session),
            )
    return session


def _host(row: RoomRow, session: Session) -> str:
    """Return the host of report 6000, but in the spelling of the cue point: the report replaces commas."""
    is_same = normalized_id(row.session_host_user_id) == normalized_id(session.host_user_id)
    return session.host_user_id if is_same else row.session_host_user_id or session.host_user_id


def hosts_of(session: Session, rows: Iterable[RoomRow]) -> list[str]:
    """Return the hosts of the session or its parts from report 6000."""
    return [_host(row, session) for row in rows if _is_row_of(row, session)]


def _is_breakout_of(row: BreakoutRow, session: Session) -> bool:
    start, end = moment(row.session_start_time), moment(row.session_end_time)
    if row.parent_entry_id != session.entry_id or start is None:
        return False
    return _in_any_part(Session(row.cue_point_id, row.breakout_entry_id, start, end or start), session)


def _in_any_part(breakout: Session, session: Session) -> bool:
    return any(overlap(breakout, part) for part in parts_of(session))


def _is_row_of(row: RoomRow, session: Session) -> bool:
    return row.entry_id == session.entry_id and row.cue_point_id in session.cue_point_ids


def _ids(ids: Iterable[str]) -> list[str]:
    """Return each id once, without blank ones: Kaltura would ignore a blank filter."""
    return sorted({value for value in ids if value.strip()})
