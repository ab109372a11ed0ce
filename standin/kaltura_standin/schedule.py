"""schedule_scheduleEvent.list, virtualEvent_virtualEvent.get and .list (Kaltura server, the plugins of these names).

There is no filter from schedule events to a virtual event: `virtualEventIdEqual` is ignored like any unknown field.
`templateEntryIdEqual` exists in the filters for entry events only; in others it is ignored, and all events come.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kaltura_standin.account import Account
from kaltura_standin.apierrors import ApiError
from kaltura_standin.catalogue import ScheduleEvent, VirtualEvent
from kaltura_standin.listing import Listing

_DELETED = 3
_LIVE_FILTER = "KalturaLiveStreamScheduleEventFilter"
_ENTRY_FILTERS = {"KalturaEntryScheduleEventFilter", _LIVE_FILTER}
_BASE_VALUES = {name: name for name in ("id", "status", "ownerId", "referenceId", "recurrenceType")}
_TIMES = ("startDate", "endDate", "createdAt", "updatedAt")
_ORDER = "+id"  # the order of creation


def _events(values: Mapping[str, str]) -> Listing:
    return Listing("KalturaScheduleEventListResponse", values, _TIMES, _TIMES, _ORDER)


_EVENTS = _events(_BASE_VALUES)
_ENTRY_EVENTS = _events({**_BASE_VALUES, "templateEntryId": "templateEntryId"})
_VIRTUAL_EVENTS = Listing(
    "KalturaVirtualEventListResponse",
    values={name: name for name in ("id", "partnerId", "status")},
    ranges=("createdAt", "updatedAt"),
    times=("createdAt", "updatedAt"),
)


def list_schedule_events(account: Account, filter_: Mapping[str, Any], pager: Mapping[str, Any]) -> dict[str, Any]:
    """Return the scheduled webinars that pass the filter, deleted ones only on request. Raises INVALID_USER_ID."""
    if filter_.get("ownerIdEqual") and account.user(str(filter_["ownerIdEqual"])) is None:
        raise ApiError("INVALID_USER_ID")
    by_status = filter_.get("statusEqual") or filter_.get("statusIn")
    events = [event for event in account.schedule if by_status or event.status != _DELETED]
    if filter_.get("objectType") == _LIVE_FILTER:
        events = [event for event in events if event.kind == "LiveStream"]
    listing = _ENTRY_EVENTS if filter_.get("objectType") in _ENTRY_FILTERS else _EVENTS
    return listing.answer(account, [_schedule_event(account, event) for event in events], filter_, pager)


def list_virtual_events(account: Account, filter_: Mapping[str, Any], pager: Mapping[str, Any]) -> dict[str, Any]:
    """Return the virtual events that pass the filter."""
    events = [_virtual_event(account, event) for event in account.virtual_events]
    return _VIRTUAL_EVENTS.answer(account, events, filter_, pager)


def get_virtual_event(account: Account, event_id: str) -> dict[str, Any]:
    """Return one virtual event. Raises VIRTUAL_EVENT_NOT_FOUND."""
    found = next((event for event in account.virtual_events if event.id == event_id), None)
    if found is None:
        raise ApiError("VIRTUAL_EVENT_NOT_FOUND", ID=event_id)
    return _virtual_event(account, found)


def _schedule_event(account: Account, event: ScheduleEvent) -> dict[str, Any]:
    made = event.start - 14 * 86_400
    return {
        "id": event.id,
        "partnerId": account.partner_id,
        "summary": event.summary,
        "status": event.status,
        "startDate": event.start,
        "endDate": event.end,
        "classificationType": 1,
        "organizer": event.organizer or None,
        "ownerId": event.owner or None,
        "duration": event.end - event.start,
        "recurrenceType": event.recurrence,
        "createdAt": made,
        "updatedAt": made,
        "templateEntryId": event.entry or None,
        "sourceEntryId": event.source or None,
        "preStartTime": 0,
        "postEndTime": 0,
        "objectType": f"Kaltura{event.kind}ScheduleEvent",
    }


def _virtual_event(account: Account, event: VirtualEvent) -> dict[str, Any]:
    return {
        "id": int(event.id) if event.id.isdecimal() else event.id,
        "partnerId": account.partner_id,
        "name": event.name,
        "status": event.status,
        "registrationScheduleEventId": event.registration,
        "agendaScheduleEventId": event.agenda,
        "mainEventScheduleEventId": event.main_event,
        "createdAt": account.created,
        "updatedAt": account.created,
        "objectType": "KalturaVirtualEvent",
    }
