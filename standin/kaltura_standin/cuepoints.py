"""cuepoint_cuepoint.list: the sessions of rooms, and chapters and slides, as the Kaltura server lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kaltura_standin.account import Account, Entry, Room, Run
from kaltura_standin.apierrors import ApiError
from kaltura_standin.catalogue import Point
from kaltura_standin.listing import LIST_LIMIT, Listing

SESSION_TYPE, THUMB_TYPE = "sessionCuePoint.Session", "thumbCuePoint.Thumb"
_FILTER = "KalturaSessionCuePointFilter"
_REQUIRED = ("idEqual", "idIn", "entryIdEqual", "entryIdIn")
_LISTING = Listing(
    "KalturaCuePointListResponse",
    values={name: name for name in ("id", "entryId", "userId", "cuePointType", "status", "subType")},
    ranges=("startTime", "endTime", "duration", "createdAt", "updatedAt"),
    times=("createdAt", "updatedAt"),
    page=LIST_LIMIT,
)


def list_cue_points(account: Account, filter_: Mapping[str, Any], pager: Mapping[str, Any]) -> dict[str, Any]:
    """Return one page of the cue points that pass the filter, and their total number.

    Raises ApiError: PROPERTY_VALIDATION_CANNOT_BE_NULL if the filter has neither ids nor entries, INVALID_USER_ID.
    """
    if not any(filter_.get(name) for name in _REQUIRED):
        names = "/".join(f"{_FILTER}::{name}" for name in _REQUIRED)
        raise ApiError("PROPERTY_VALIDATION_CANNOT_BE_NULL", PROP_NAME=names)
    if filter_.get("userIdEqual") and account.user(str(filter_["userIdEqual"])) is None:
        raise ApiError("INVALID_USER_ID")
    points = [_cue_point(account, room, run) for room, run in account.sessions()]
    owners: list[Entry | Room] = [*account.entries, *account.rooms]
    points += [_thumb(account, owner, point) for owner in owners for point in owner.points]
    return _LISTING.answer(account, points, filter_, pager)


def _cue_point(account: Account, room: Room, run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "cuePointType": SESSION_TYPE,
        "status": 1,
        "entryId": room.id,
        "partnerId": account.partner_id,
        "createdAt": run.start + 1,
        "updatedAt": run.end + 1,
        "startTime": run.start,
        "userId": run.host or None,
        "name": "Session",
        "endTime": run.end,
        "duration": run.end - run.start,
        "sessionOwner": run.host or None,
        "objectType": "KalturaSessionCuePoint",
    }


def _thumb(account: Account, entry: Entry | Room, point: Point) -> dict[str, Any]:
    return {
        "id": point.id,
        "cuePointType": THUMB_TYPE,
        "status": point.status,
        "entryId": entry.id,
        "partnerId": account.partner_id,
        "createdAt": entry.created,
        "updatedAt": entry.created,
        "startTime": point.at,
        "title": point.title,
        "description": "",
        "subType": point.sub_type,
        "assetId": "",
        "tags": "",
        "objectType": "KalturaThumbCuePoint",
    }
