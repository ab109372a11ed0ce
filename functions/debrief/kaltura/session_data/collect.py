"""Fetch the data of one session from Kaltura."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.reports.reader import Reading, read_report
from debrief.kaltura.reports.room_reports import ATTENDEES, BREAKOUTS, ROOMS
from debrief.kaltura.reports.window import Window
from debrief.kaltura.session_data.assembly import (
    Readings,
    assemble,
    attendees_of_session,
    breakout_attendees_of_session,
    breakout_room_ids,
    breakout_session_ids,
    breakouts_of_session,
    complete_session,
    hosts_of,
    rooms_of_session,
)
from debrief.kaltura.session_data.context import Context, context_file, page_context
from debrief.kaltura.session_data.spoken import not_read, read_spoken
from debrief.kaltura.session_data.summary_page import INCOMPLETE, PageOptions, read_page
from debrief.kaltura.session_data.transcript_file import with_transcript
from debrief.kaltura.sessions.organizers import organizers_of
from debrief.kaltura.sessions.rooms import room_entry
from debrief.kaltura.sessions.schedule import room_events
from debrief.model import AttendeeRow, BreakoutRow, NotKnown, RawAnswer, Session, SessionData

_STOPPED = NotKnown("Kaltura stopped answering before the recording was read.", is_temporary=True)


def collect(
    kaltura: Kaltura, session: Session, options: PageOptions | None = None, *, captions: bool = False
) -> SessionData:
    """Fetch a session's rows of three reports, its breakouts' attendees, its room and its organizers.

    The reports are 6000 (sessions), 6001 (attendees) and 6002 (breakouts).
    Rows of other sessions in the same window or room are left out. Rows are sorted, so that the same data gives the
    same documents, byte for byte. With `options` the reports of the Summary page are fetched too, with `captions` what
    the recording says. A merged session has the rows of all its parts, so a person may have several rows. Raises
    RetryLater or GiveUp.
    """
    session, readings = _read(kaltura, session)
    answers = [raw for name, reading in readings.by_report().items() for raw in _take_answers(name, reading)]
    entry, entry_finding = room_entry(kaltura, session.entry_id)
    session = replace(session, entry_name=str(entry.get("name") or "") or session.entry_name)
    schedule_events = room_events(kaltura, session.entry_id)
    organizers, findings = organizers_of(
        kaltura,
        session,
        entry,
        schedule_events,
        hosts_of(session, readings.rooms.rows),
    )
    page = read_page(kaltura, session, entry, schedule_events, readings.attendees.rows, options) if options else None
    context = Context(
        session=session,
        organizers=organizers,
        windows={name: each.windows for name, each in readings.by_report().items() if len(each.windows) > 1},
        findings=[*filter(None, [entry_finding]), *findings, *(page.findings if page else ())],
        page=page_context(page.data, page.heatmap_users) if page else None,
    )
    data = assemble(session, readings, organizers, page.data if page else None, context.findings)
    data = replace(data, raw=[*answers, *(page.raw if page else ()), context_file(context)])
    if not captions:
        return data
    has_stopped = INCOMPLETE in context.findings
    spoken = not_read(_STOPPED) if has_stopped else read_spoken(kaltura, session, entry, schedule_events)
    return with_transcript(data, spoken)


def _read(kaltura: Kaltura, session: Session) -> tuple[Session, Readings]:
    """Return the session, completed from report 6000, and its rows of reports 6000, 6001 and 6002."""
    window = Window.around(session.start, session.end)
    filters = {"parentEntryIds": [session.entry_id]}
    breakouts = breakouts_of_session(read_report(kaltura, BREAKOUTS, window, filters), session)
    entry_ids = [session.entry_id, *breakout_room_ids(breakouts.rows)]
    rooms = rooms_of_session(read_report(kaltura, ROOMS, window, {"entry_ids": entry_ids}), session, breakouts.rows)
    session = complete_session(session, rooms.rows)
    filters = {"entry_ids": [session.entry_id], "cue_point_ids": [*session.cue_point_ids]}
    attendees = attendees_of_session(read_report(kaltura, ATTENDEES, window, filters), session)
    return session, Readings(
        rooms, attendees, breakouts, _read_breakout_attendees(kaltura, window, session, breakouts.rows)
    )


def _read_breakout_attendees(
    kaltura: Kaltura, window: Window, session: Session, breakouts: Sequence[BreakoutRow]
) -> Reading[AttendeeRow] | None:
    """Read the attendees of the session's breakouts; None when there is no breakout."""
    rooms = breakout_room_ids(breakouts)
    if not rooms:
        return None
    filters = {"entry_ids": rooms, "cue_point_ids": breakout_session_ids(session, breakouts)}
    return breakout_attendees_of_session(read_report(kaltura, ATTENDEES, window, filters), session, breakouts)


def _take_answers(name: str, reading: Reading[Any]) -> list[RawAnswer]:
    """Move the answers out of a reading, to save memory. Names are `6001.csv`, or `6001.1.csv` … for several pieces."""
    bodies = reading.answers[:]
    reading.answers.clear()
    if len(bodies) == 1:
        return [RawAnswer(f"{name}.csv", bodies[0], reading.people[0])]
    pieces = enumerate(zip(bodies, reading.people, strict=True), start=1)
    return [RawAnswer(f"{name}.{place}.csv", body, people) for place, (body, people) in pieces]
