"""Virtual events: which one a session belongs to, which sessions belong to one, and whether one is over.

Neither sessions nor schedule events name their virtual event; only the reports can be filtered by it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from debrief.errors import BadRequest, Forbidden
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.errors import QueryTooWide, ServerFailed
from debrief.kaltura.api.pagination import walk
from debrief.kaltura.reports.reader import read_report
from debrief.kaltura.reports.room_reports import ROOMS
from debrief.kaltura.reports.window import Window
from debrief.kaltura.sessions.discovery import discover
from debrief.kaltura.sessions.organizers import FAILED, persons
from debrief.kaltura.sessions.schedule import UNREADABLE, ends_later, events_by_id, is_active, owner_of, planned_end
from debrief.model import NotKnown, Session, VirtualEvent

log = logging.getLogger(__name__)

EVENTS_AT_ONCE = 100  # ids in one question
PLANS_WITHIN = timedelta(days=7)
_SERVICE = "virtualEvent_virtualEvent"
_ACTIVE = "2"
# What an account answers whose role or plan does not let virtual events be read.
_UNREADABLE = (Forbidden, BadRequest)
# The schedule events of its own that a virtual event names; those for registration end before it.
_OWN_EVENTS = ("mainEventScheduleEventId", "agendaScheduleEventId")


def event_of(kaltura: Kaltura, session: Session) -> VirtualEvent | NotKnown | None:
    """Find the virtual event that a session belongs to; None when there is none, or why events may not be read.

    Report 6000 is asked for all events at once and then for half of those that are left, so an account with a hundred
    events is asked eight times. Raises RetryLater while Kaltura cannot tell, or GiveUp.
    """
    try:
        events = {str(event["id"]): event for event in _active_events(kaltura)}
    except _UNREADABLE as error:
        return NotKnown(str(error))
    ids = sorted(events)
    for start in range(0, len(ids), EVENTS_AT_ONCE):
        page = ids[start : start + EVENTS_AT_ONCE]
        if _is_of_one(kaltura, session, page):
            event = events[_narrowed(kaltura, session, page)]
            return _with_owner(kaltura, str(event["id"]), event)
    return None


def virtual_event(kaltura: Kaltura, event_id: str) -> VirtualEvent:
    """The virtual event of that id; without name and owner when it cannot be read."""
    return _with_owner(kaltura, event_id, _event(kaltura, event_id))


def sessions_of_event(kaltura: Kaltura, event_id: str, since: datetime, until: datetime) -> list[Session]:
    """The event's sessions that somebody attended and that ended in [since, until), and those still open, by end."""
    return discover(kaltura, since, until, events=[event_id])


def is_over(kaltura: Kaltura, event_id: str, rooms: Sequence[str], last: datetime, now: datetime) -> bool:
    """Whether nothing of a virtual event is planned to end after `now`, in these rooms or by its own schedule.

    A room's plans do not name their event, and a room has meetings of its own: what begins more than a week after the
    event's `last` session, or after its planned end if that is later, is none of it. True when the schedule may not be
    read. Raises RetryLater or GiveUp.
    """
    try:
        own = filter(is_active, events_by_id(kaltura, _own_ids(_event(kaltura, event_id))))
        planned = [end for one in own if (end := planned_end(one))]
        if any(end > now for end in planned):
            return False
        return not ends_later(kaltura, rooms, now, max([last, *planned]) + PLANS_WITHIN)
    except UNREADABLE as error:
        log.warning("The schedule may not be read, so a virtual event counts as over after its last session: %s", error)
        return True


def _active_events(kaltura: Kaltura) -> list[dict[str, Any]]:
    fields = {"filter[objectType]": "KalturaVirtualEventFilter", "filter[statusEqual]": _ACTIVE}
    return [event for event in walk(kaltura, _SERVICE, fields, "createdAt") if str(event.get("id") or "").strip()]


def _narrowed(kaltura: Kaltura, session: Session, ids: Sequence[str]) -> str:
    """The one of these events that has the session; one of them has it."""
    while len(ids) > 1:
        half, other = ids[: len(ids) // 2], ids[len(ids) // 2 :]
        ids = half if _is_of_one(kaltura, session, half) else other
    return ids[0]


def _is_of_one(kaltura: Kaltura, session: Session, event_ids: Sequence[str]) -> bool:
    """Whether report 6000 lists the session for one of these events."""
    window = Window.around(session.start, session.end)
    rows = read_report(kaltura, ROOMS, window, {"entry_ids": [session.entry_id], "virtual_event_ids": event_ids}).rows
    return any(row.entry_id == session.entry_id and row.cue_point_id in session.cue_point_ids for row in rows)


def _event(kaltura: Kaltura, event_id: str) -> dict[str, Any]:
    """One virtual event; empty when it cannot be read."""
    try:
        event = kaltura.call(_SERVICE, "get", {"id": event_id})
    except (*_UNREADABLE, ServerFailed):
        return {}
    return event if isinstance(event, dict) else {}


def _own_ids(event: dict[str, Any]) -> list[str]:
    return [str(event[name]) for name in _OWN_EVENTS if event.get(name)]


def _with_owner(kaltura: Kaltura, event_id: str, event: dict[str, Any]) -> VirtualEvent:
    """The event with the owner of its main schedule event, else of its agenda; without one when that is not readable.

    While Kaltura fails at that question the owner is unknown, which is not none.
    """
    ids, found = _own_ids(event), VirtualEvent(event_id, str(event.get("name") or ""))
    try:
        plans = {str(one.get("id")): one for one in events_by_id(kaltura, ids)}
    except (ServerFailed, QueryTooWide) as error:
        return replace(found, owner_unknown=str(error))
    except UNREADABLE:
        return found
    user_id = next((owner for one in ids if (owner := owner_of(plans.get(one)))), "")
    people, finding = persons(kaltura, [user_id] if user_id else [])
    if finding == FAILED:
        return replace(found, owner_unknown=finding.message)
    return replace(found, owner=people.get(user_id))
