"""baseEntry.get and baseEntry.list: rooms, recordings and live streams (Kaltura server, KalturaBaseEntry.php)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kaltura_standin.account import Account, Entry, Room
from kaltura_standin.apierrors import ApiError
from kaltura_standin.listing import Listing

READY, NO_CONTENT = "2", "7"  # statuses; rooms have NO_CONTENT
_STATUS_FILTERS = ("statusEqual", "statusIn", "idEqual")
_LISTING = Listing(
    "KalturaBaseEntryListResponse",
    values={**{name: name for name in ("id", "status", "userId", "rootEntryId", "parentEntryId")}, "type": "type"},
    ranges=("createdAt", "updatedAt"),
    times=("createdAt", "updatedAt"),
)


def get_entry(account: Account, entry_id: str) -> dict[str, Any]:
    """Return an entry of any kind. Raises ENTRY_ID_NOT_FOUND."""
    if room := account.room(entry_id):
        return _room(account, room)
    if entry := account.entry(entry_id):
        return _media(account, entry)
    raise ApiError("ENTRY_ID_NOT_FOUND", ENTRY_ID=entry_id)


def list_entries(account: Account, filter_: Mapping[str, Any], pager: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries that pass the filter. A filter without status or id finds ready entries only, so no rooms."""
    if not any(filter_.get(name) for name in _STATUS_FILTERS):
        filter_ = {**filter_, "statusEqual": READY}
    rooms = [_room(account, room) for room in account.rooms]
    media = [_media(account, entry) for entry in account.entries]
    return _LISTING.answer(account, rooms + media, filter_, pager)


def _room(account: Account, room: Room) -> dict[str, Any]:
    return {
        "id": room.id,
        "name": room.name,
        "partnerId": account.partner_id,
        "userId": room.owner or None,
        "creatorId": room.owner or None,
        "status": NO_CONTENT,
        "type": "room.room",
        "createdAt": room.created,
        "updatedAt": room.created,
        "referenceId": room.reference or None,
        "redirectEntryId": room.recording or None,
        "rootEntryId": room.parent or room.id,
        "parentEntryId": room.parent or None,
        "entitledUsersEdit": ",".join(room.editors),
        "entitledUsersPublish": "",
        "entitledUsersView": "",
        "roomType": 2 if room.parent else 1,
        "broadcastEntryId": room.broadcast or None,
        "recordedEntryId": room.recording or None,
        "objectType": "KalturaRoomEntry",
    }


def _media(account: Account, entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "name": entry.name,
        "partnerId": account.partner_id,
        "userId": entry.owner or None,
        "creatorId": entry.owner or None,
        "status": entry.status,
        "type": 7 if entry.is_live else 1,
        "createdAt": entry.created,
        "updatedAt": entry.created,
        "redirectEntryId": entry.recording or None,
        "rootEntryId": entry.root or entry.id,
        "recordedEntryId": entry.recording or None,
        "recordStatus": entry.record_status,
        "explicitLive": int(entry.explicit_live) if entry.is_live else None,
        "entitledUsersEdit": "",
        "entitledUsersPublish": "",
        "entitledUsersView": "",
        "mediaType": 201 if entry.is_live else 1,
        "duration": entry.duration,
        "msDuration": entry.duration * 1000,
        "objectType": "KalturaLiveStreamEntry" if entry.is_live else "KalturaMediaEntry",
    }
