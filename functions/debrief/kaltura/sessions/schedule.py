"""Read the schedule: planned webinars, their ends and owners (Kaltura server, plugins/schedule).

Events here are schedule events, not virtual events. An event has a planned end; the session may last longer.
`organizer` is free text that anybody may write, so it is not used. The parent event of a series is skipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from debrief.errors import BadRequest, Forbidden, RetryLater
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.errors import QueryTooWide, ServerFailed
from debrief.kaltura.api.multirequest import ApiCall
from debrief.kaltura.api.pagination import EARLIEST, PAGE, one_page, walk
from debrief.model import NotKnown, Session
from debrief.util.values import moment

# After these errors work goes on without the schedule: it may not be read, or Kaltura fails to compute it.
SCHEDULE_ERRORS = (Forbidden, BadRequest, ServerFailed, QueryTooWide)

_SERVICE = "schedule_scheduleEvent"
_ENTRY_FILTER = {"filter[objectType]": "KalturaEntryScheduleEventFilter"}  # the only filter by room
_ACTIVE, _SERIES = "2", "1"  # status, recurrenceType
_BLACKOUT = "KalturaBlackoutScheduleEvent"  # a time without sessions


def planned_rooms(kaltura: Kaltura, since: datetime, until: datetime) -> dict[str, str]:
    """Return the rooms with an active event whose planned end is in [since, until], with the event's name.

    Raises RetryLater or GiveUp.
    """
    fields = {
        **_ENTRY_FILTER,
        "filter[statusEqual]": _ACTIVE,
        "filter[endDateGreaterThanOrEqual]": _stamp(since),
        "filter[endDateLessThanOrEqual]": _stamp(until),
    }
    events = filter(_takes_place, walk(kaltura, _SERVICE, fields, "endDate"))
    return {room: str(event.get("summary") or "") for event in events if (room := _room(event))}


def room_events(kaltura: Kaltura, entry_id: str) -> list[dict[str, Any]] | NotKnown:
    """Return the events of one room in Kaltura's order, or why they cannot be read.

    Raises BadCredentials, and RetryLater for a temporary error that is not in SCHEDULE_ERRORS, because without its
    events a webinar's recording is not counted and its scheduler is missing.
    """
    try:
        return one_page(kaltura, room_events_call(entry_id))
    except SCHEDULE_ERRORS as error:
        return NotKnown(str(error), is_temporary=isinstance(error, RetryLater))


def room_events_call(entry_id: str) -> ApiCall:
    """Return the call of `room_events`."""
    fields = {**_ENTRY_FILTER, "filter[templateEntryIdEqual]": entry_id, "pager[pageSize]": str(PAGE)}
    return ApiCall(_SERVICE, "list", fields)


def events_between(kaltura: Kaltura, entry_id: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Return the room's events that are planned to overlap [since, until]. Raises RetryLater or GiveUp."""
    fields = {
        **_ENTRY_FILTER,
        "filter[templateEntryIdEqual]": entry_id,
        "filter[startDateLessThanOrEqual]": _stamp(until),
        "filter[endDateGreaterThanOrEqual]": _stamp(since),
    }
    return list(walk(kaltura, _SERVICE, fields, "endDate"))


def events_by_id(kaltura: Kaltura, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the events with these ids, of any kind. Raises RetryLater or GiveUp."""
    fields = {"filter[objectType]": "KalturaScheduleEventFilter", "filter[idIn]": ",".join(ids)}
    return one_page(kaltura, ApiCall(_SERVICE, "list", {**fields, "pager[pageSize]": str(PAGE)})) if ids else []


def has_event_ending_after(kaltura: Kaltura, rooms: Sequence[str], now: datetime, until: datetime) -> bool:
    """Return whether these rooms have an active event that starts by `until` and ends after `now`."""
    fields = {
        **_ENTRY_FILTER,
        "filter[statusEqual]": _ACTIVE,
        "filter[endDateGreaterThanOrEqual]": str(int(now.timestamp()) + 1),
        "filter[startDateLessThanOrEqual]": _stamp(until),
    }
    events = walk(kaltura, _SERVICE, fields, "endDate") if rooms else iter(())
    return any(_room(event) in rooms for event in events if _takes_place(event))


def covering_event(session: Session, events: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the active event that shares the most time with a session; None if no event does."""
    shared = [(span, event) for event in filter(_takes_place, events) if (span := _shared_seconds(session, event)) > 0]
    return max(shared, key=lambda pair: pair[0])[1] if shared else None


def is_active(event: Mapping[str, Any]) -> bool:
    """Return whether an event is neither cancelled nor deleted."""
    return str(event.get("status") or _ACTIVE) == _ACTIVE


def planned_end(event: Mapping[str, Any]) -> datetime | None:
    return moment(str(event.get("endDate") or ""))


def owner_of(event: Mapping[str, Any] | None) -> str:
    """Return the user id of an event's owner; blank when there is no owner."""
    return str(event.get("ownerId") or "") if event else ""


def _takes_place(event: Mapping[str, Any]) -> bool:
    is_blackout = event.get("objectType") == _BLACKOUT
    return is_active(event) and str(event.get("recurrenceType") or "") != _SERIES and not is_blackout


def _room(event: Mapping[str, Any]) -> str:
    return str(event.get("templateEntryId") or "").strip()


def _shared_seconds(session: Session, event: Mapping[str, Any]) -> float:
    start, end = moment(str(event.get("startDate") or "")), planned_end(event)
    if start is None or end is None:
        return 0.0
    return (min(end, session.end) - max(start, session.start)).total_seconds()


def _stamp(time: datetime) -> str:
    return str(max(int(time.timestamp()), EARLIEST))
