"""Find a session's virtual event, an event's sessions, and whether an event is over.

Neither sessions nor schedule events name their virtual event; only reports have a filter by virtual event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from debrief.errors import BadRequest, Forbidden, UnknownSession
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.errors import QueryTooWide, ServerFailed
from debrief.kaltura.api.multirequest import ApiCall
from debrief.kaltura.api.pagination import page_call, walk
from debrief.kaltura.reports.reader import read_report
from debrief.kaltura.reports.room_reports import ROOMS
from debrief.kaltura.reports.window import Window
from debrief.kaltura.sessions.discovery import discover
from debrief.kaltura.sessions.organizers import ORGANIZERS_FAILED, read_users
from debrief.kaltura.sessions.schedule import (
    SCHEDULE_ERRORS,
    events_by_id,
    has_event_ending_after,
    is_active,
    owner_of,
    planned_end,
)
from debrief.model import NotKnown, Session, VirtualEvent

EVENTS_AT_ONCE = 100  # ids per request
PLANS_WITHIN = timedelta(days=7)
_SERVICE = "virtualEvent_virtualEvent"
_ACTIVE_EVENTS = {"filter[objectType]": "KalturaVirtualEventFilter", "filter[statusEqual]": "2"}
_KEY = "createdAt"
# The errors that Kaltura returns if the account's role or plan does not allow reading virtual events.
_EVENT_ERRORS = (Forbidden, BadRequest)
# Fields with the ids of a virtual event's schedule events, except registration, which ends before the event.
_OWN_EVENTS = ("mainEventScheduleEventId", "agendaScheduleEventId")


def event_of(kaltura: Kaltura, session: Session) -> VirtualEvent | NotKnown | None:
    """Return the virtual event of a session, or None if it has no event, or the reason why events may not be read.

    Report 6000 is requested for all events, then for half of them, and so on: eight requests for a hundred events.
    Raises RetryLater while Kaltura cannot answer, or GiveUp.
    """
    try:
        events = active_events(kaltura)
    except _EVENT_ERRORS as error:
        return NotKnown(str(error))
    ids = sorted(events)
    for start in range(0, len(ids), EVENTS_AT_ONCE):
        page = ids[start : start + EVENTS_AT_ONCE]
        if _is_in_events(kaltura, session, page):
            event = events[_bisect(kaltura, session, page)]
            return _with_owner(kaltura, str(event["id"]), event)
    return None


def active_events(kaltura: Kaltura) -> dict[str, dict[str, Any]]:
    """Return the account's active virtual events by id. Raises Forbidden, BadRequest or RetryLater."""
    active = walk(kaltura, _SERVICE, _ACTIVE_EVENTS, _KEY)
    return {event_id: event for event in active if (event_id := str(event.get("id") or "")).strip()}


def active_events_call() -> ApiCall:
    """Return the first call of `active_events`."""
    return page_call(_SERVICE, _ACTIVE_EVENTS, _KEY)


def virtual_event(kaltura: Kaltura, event_id: str) -> VirtualEvent:
    """Return the virtual event with that id, without name and owner if Kaltura does not have or show the event.

    Raises RetryLater or GiveUp.
    """
    try:
        return _with_owner(kaltura, event_id, _event(kaltura, event_id))
    except Forbidden:
        return VirtualEvent(event_id)


def is_event_missing(kaltura: Kaltura, event_id: str) -> bool:
    """Return whether Kaltura says that it has no such event; False when events may not be read. Raises RetryLater."""
    try:
        kaltura.call(_SERVICE, "get", {"id": event_id})
    except UnknownSession:
        return True
    except _EVENT_ERRORS:
        return False
    return False


def sessions_of_event(kaltura: Kaltura, event_id: str, since: datetime, until: datetime) -> list[Session]:
    """Return the event's attended sessions, sorted by end.

    They ended in [since, until), or started in that time and are still open.
    """
    return discover(kaltura, since, until, events=[event_id])


def is_over(kaltura: Kaltura, event_id: str, rooms: Sequence[str], last: datetime, now: datetime) -> bool | NotKnown:
    """Return whether nothing of a virtual event is planned to end after `now`, in these rooms or in its own schedule.

    The schedule of a room does not name events, and rooms have other meetings too. So meetings planned to start more
    than a week after both `last` (the end of the last session) and the event's own planned end are ignored. Not known
    when the credential may not read the event or the schedule. Raises RetryLater if Kaltura cannot answer, or GiveUp.
    """
    try:
        own = filter(is_active, events_by_id(kaltura, _own_ids(_event(kaltura, event_id))))
        planned = [end for event in own if (end := planned_end(event))]
        if any(end > now for end in planned):
            return False
        return not has_event_ending_after(kaltura, rooms, now, max([last, *planned]) + PLANS_WITHIN)
    except _EVENT_ERRORS as error:
        return NotKnown(str(error))


def _bisect(kaltura: Kaltura, session: Session, ids: Sequence[str]) -> str:
    """Return the event of the session, which is one of `ids`."""
    while len(ids) > 1:
        half, other = ids[: len(ids) // 2], ids[len(ids) // 2 :]
        ids = half if _is_in_events(kaltura, session, half) else other
    return ids[0]


def _is_in_events(kaltura: Kaltura, session: Session, event_ids: Sequence[str]) -> bool:
    """Return whether report 6000 lists the session for one of these events."""
    window = Window.around(session.start, session.end)
    rows = read_report(kaltura, ROOMS, window, {"entry_ids": [session.entry_id], "virtual_event_ids": event_ids}).rows
    return any(row.entry_id == session.entry_id and row.cue_point_id in session.cue_point_ids for row in rows)


def _event(kaltura: Kaltura, event_id: str) -> dict[str, Any]:
    """Return a virtual event; empty if Kaltura has no event with that id. Raises Forbidden or RetryLater."""
    try:
        event = kaltura.call(_SERVICE, "get", {"id": event_id})
    except (BadRequest, UnknownSession):
        return {}
    return event if isinstance(event, dict) else {}


def _own_ids(event: dict[str, Any]) -> list[str]:
    return [str(event[name]) for name in _OWN_EVENTS if event.get(name)]


def _with_owner(kaltura: Kaltura, event_id: str, event: dict[str, Any]) -> VirtualEvent:
    """Return the event with its owner: the owner of its main schedule event, else of its agenda.

    There is no owner if the schedule may not be read. The owner is unknown if Kaltura fails.
    """
    ids, without_owner = _own_ids(event), VirtualEvent(event_id, str(event.get("name") or ""))
    try:
        plans = {str(plan.get("id")): plan for plan in events_by_id(kaltura, ids)}
    except (ServerFailed, QueryTooWide) as error:
        return replace(without_owner, owner_unknown=str(error))
    except SCHEDULE_ERRORS:
        return without_owner
    user_id = next((owner for plan_id in ids if (owner := owner_of(plans.get(plan_id)))), "")
    people, finding = read_users(kaltura, [user_id] if user_id else [])
    if finding == ORGANIZERS_FAILED:
        return replace(without_owner, owner_unknown=finding.message)
    return replace(without_owner, owner=people.get(user_id))
