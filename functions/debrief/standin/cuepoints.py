"""cuepoint_cuepoint.list: the sessions of given rooms, as the Kaltura server lists session cue points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from debrief.standin.account import Account, Room, Run
from debrief.standin.apierrors import ApiError

SESSION_TYPE = "sessionCuePoint.Session"
_FILTER = "KalturaSessionCuePointFilter"
_REQUIRED = ("idEqual", "idIn", "entryIdEqual", "entryIdIn")
_RANGES = ("startTime", "endTime", "duration", "createdAt", "updatedAt")
_LIST_LIMIT = 500  # ids of an IN list and objects of a page; more is cut without a word
_RELATIVE = 315_360_000  # seconds: a smaller time counts from now


def list_cue_points(account: Account, filter_: Mapping[str, Any], pager: Mapping[str, Any]) -> dict[str, Any]:
    """One page of the cue points that pass the filter, and how many there are in all.

    Raises ApiError: PROPERTY_VALIDATION_CANNOT_BE_NULL when neither ids nor entries are asked for, INVALID_USER_ID.
    """
    if not any(filter_.get(name) for name in _REQUIRED):
        names = "/".join(f"{_FILTER}::{name}" for name in _REQUIRED)
        raise ApiError("PROPERTY_VALIDATION_CANNOT_BE_NULL", PROP_NAME=names)
    if filter_.get("userIdEqual") and account.user(str(filter_["userIdEqual"])) is None:
        raise ApiError("INVALID_USER_ID")
    tests = [*_id_tests(filter_), *_range_tests(account, filter_)]
    points = [_cue_point(account, room, run) for room, run in account.sessions()]
    found = _sorted([point for point in points if all(test(point) for test in tests)], filter_)
    return {
        "objects": _page(found, pager),
        "totalCount": len(found),
        "objectType": "KalturaCuePointListResponse",
    }


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


Test = Callable[[dict[str, Any]], bool]


def _id_tests(filter_: Mapping[str, Any]) -> list[Test]:
    names = {
        "id": "id",
        "entryId": "entryId",
        "userId": "userId",
        "cuePointType": "cuePointType",
        "status": "status",
    }
    tests = []
    for name, field in names.items():
        if equal := filter_.get(f"{name}Equal"):
            tests.append(_one_of(field, {str(equal)}))
        if among := filter_.get(f"{name}In"):
            tests.append(_one_of(field, set(str(among).split(",")[:_LIST_LIMIT])))
    return tests


def _range_tests(account: Account, filter_: Mapping[str, Any]) -> list[Test]:
    tests = []
    for field in _RANGES:
        least, most = (filter_.get(f"{field}{suffix}") for suffix in ("GreaterThanOrEqual", "LessThanOrEqual"))
        if least not in (None, ""):
            tests.append(_between(field, _time(account, field, least), None))
        if most not in (None, ""):
            tests.append(_between(field, None, _time(account, field, most)))
    return tests


def _one_of(field: str, values: set[str]) -> Test:
    return lambda point: str(point[field]) in values


def _between(field: str, least: int | None, most: int | None) -> Test:
    return lambda point: (least is None or point[field] >= least) and (most is None or point[field] <= most)


def _time(account: Account, field: str, value: Any) -> int:
    """A number; in fields typed as times a small one counts from now (Kaltura server, kTime)."""
    number = int(value)
    relative = field.endswith("At") and abs(number) <= _RELATIVE
    return number + (account.clock or 0) if relative else number


def _sorted(points: list[dict[str, Any]], filter_: Mapping[str, Any]) -> list[dict[str, Any]]:
    order = str(filter_.get("orderBy") or "-createdAt")
    field = order.lstrip("+-")
    key = field if field in _RANGES else "createdAt"
    return sorted(points, key=lambda point: (point[key], point["id"]), reverse=order.startswith("-"))


def _page(points: list[dict[str, Any]], pager: Mapping[str, Any]) -> list[dict[str, Any]]:
    size = min(int(pager.get("pageSize") or _LIST_LIMIT), _LIST_LIMIT)
    first = (max(int(pager.get("pageIndex") or 1), 1) - 1) * size
    return points[first : first + size]
