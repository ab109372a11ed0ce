"""Select the sessions for the command `debrief export`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from debrief.errors import UnknownSession
from debrief.kaltura.sessions.discovery import discover, find_sessions, sessions_of_rooms
from debrief.kaltura.sessions.rooms import is_room_missing
from debrief.kaltura.sessions.virtual_events import is_event_missing, sessions_of_event
from debrief.model import Session
from debrief.pipeline.services import Services


@dataclass(frozen=True)
class Selection:
    """What to select. If neither `since` nor `until` is given, ids or rooms alone select sessions of any time."""

    since: datetime | None = None
    until: datetime | None = None
    rooms: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()


def select(services: Services, selection: Selection) -> list[Session]:
    """Return the selected sessions, also open ones: in the order of the given ids, else by end.

    Raises UnknownSession if a session, room or event does not exist, RetryLater or GiveUp from the Kaltura client.
    """
    if selection.rooms and not (selection.events or selection.since or selection.until or selection.sessions):
        return _of_rooms(services, selection.rooms)
    now = services.clock()
    until = selection.until or now
    since = selection.since or until - timedelta(hours=services.settings.look_back_hours)
    for event in selection.events:
        # A deleted event still has its sessions.
        if is_event_missing(services.kaltura, event) and not sessions_of_event(services.kaltura, event, since, until):
            raise UnknownSession(f"Kaltura knows no virtual event {event[:80]!r} on this account.")
    if selection.sessions:
        found = find_sessions(services.kaltura, selection.sessions)
        return [session for session in found if _fits(session, selection)]
    found = discover(services.kaltura, since, until, rooms=selection.rooms, events=selection.events)
    for room in set(selection.rooms).difference(session.entry_id for session in found):
        if is_room_missing(services.kaltura, room):
            raise UnknownSession(f"Kaltura knows no room {room[:80]!r} on this account.")
    return found


def _of_rooms(services: Services, rooms: tuple[str, ...]) -> list[Session]:
    sessions = sessions_of_rooms(services.kaltura, rooms)
    with_sessions = {session.entry_id for session in sessions}
    for room in rooms:
        if room not in with_sessions:
            raise UnknownSession(f"Kaltura knows no session of room {room[:80]!r} on this account.")
    return sessions


def _fits(session: Session, selection: Selection) -> bool:
    after = selection.since is None or session.end >= selection.since
    before = selection.until is None or session.end < selection.until
    return after and before and (not selection.rooms or session.entry_id in selection.rooms)
