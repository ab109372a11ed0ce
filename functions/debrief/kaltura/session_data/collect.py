"""Everything that Kaltura knows of one session, fetched from Kaltura."""

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
    assembled,
    breakout_rooms,
    breakout_sessions,
    completed,
    hosts_of,
    own_attendees,
    own_breakout_attendees,
    own_breakouts,
    own_rooms,
)
from debrief.kaltura.session_data.context import Context, context_answer, page_context
from debrief.kaltura.session_data.summary_page import PageWish, read_page
from debrief.kaltura.sessions.organizers import organizers_of
from debrief.kaltura.sessions.rooms import room_entry
from debrief.kaltura.sessions.schedule import room_events
from debrief.model import AttendeeRow, BreakoutRow, NotKnown, RawAnswer, Session, SessionData


def collect(kaltura: Kaltura, session: Session, wish: PageWish | None = None) -> SessionData:
    """Fetch one session's rows of all three reports, its breakouts' attendees, its room's exact name, its organizers.

    Rows of other sessions that share the window or the room are left out. Kaltura's order means nothing, so rows are
    sorted: the same data gives the same bytes. With a `wish` the reports of the Summary page come too. A joint session
    is asked for once, over its whole span, and has the rows of all its parts: somebody who was in several of them has
    as many rows. Raises RetryLater or GiveUp.
    """
    session, readings = _read(kaltura, session)
    answers = [raw for name, reading in readings.named().items() for raw in _handed_over(name, reading)]
    entry, entry_finding = room_entry(kaltura, session.entry_id)
    session = replace(session, entry_name=str(entry.get("name") or "") or session.entry_name)
    events = room_events(kaltura, session.entry_id)
    organizers, findings = organizers_of(
        kaltura,
        session,
        entry,
        () if isinstance(events, NotKnown) else events,
        hosts_of(session, readings.rooms.rows),
    )
    page = read_page(kaltura, session, entry, events, readings.attendees.rows, wish) if wish else None
    context = Context(
        session=session,
        organizers=organizers,
        windows={name: one.windows for name, one in readings.named().items() if len(one.windows) > 1},
        findings=[*filter(None, [entry_finding]), *findings, *(page.findings if page else ())],
        page=page_context(page.data, page.heatmap_users) if page else None,
    )
    data = assembled(session, readings, organizers, page.data if page else None, context.findings)
    return replace(data, raw=[*answers, *(page.raw if page else ()), context_answer(context)])


def _read(kaltura: Kaltura, session: Session) -> tuple[Session, Readings]:
    """The three reports, and the session with what report 6000 adds to it."""
    window = Window.around(session.start, session.end)
    breakouts = own_breakouts(read_report(kaltura, BREAKOUTS, window, {"parentEntryIds": [session.entry_id]}), session)
    asked = [session.entry_id, *breakout_rooms(breakouts.rows)]
    rooms = own_rooms(read_report(kaltura, ROOMS, window, {"entry_ids": asked}), session, breakouts.rows)
    session = completed(session, rooms.rows)
    filters = {"entry_ids": [session.entry_id], "cue_point_ids": [*session.cue_point_ids]}
    attendees = own_attendees(read_report(kaltura, ATTENDEES, window, filters), session)
    return session, Readings(rooms, attendees, breakouts, _in_breakouts(kaltura, window, session, breakouts.rows))


def _in_breakouts(
    kaltura: Kaltura, window: Window, session: Session, breakouts: Sequence[BreakoutRow]
) -> Reading[AttendeeRow] | None:
    """Attendees of the session's breakouts; None when there is no breakout."""
    rooms = breakout_rooms(breakouts)
    if not rooms:
        return None
    filters = {"entry_ids": rooms, "cue_point_ids": breakout_sessions(session, breakouts)}
    return own_breakout_attendees(read_report(kaltura, ATTENDEES, window, filters), session, breakouts)


def _handed_over(name: str, reading: Reading[Any]) -> list[RawAnswer]:
    """`6001.csv`, or `6001.1.csv` and so on when it came in parts; the reading lets go of them: see RawAnswer."""
    bodies = reading.answers[:]
    reading.answers.clear()
    if len(bodies) == 1:
        return [RawAnswer(f"{name}.csv", bodies[0], reading.people[0])]
    every = enumerate(zip(bodies, reading.people, strict=True), start=1)
    return [RawAnswer(f"{name}.{place}.csv", body, people) for place, (body, people) in every]
