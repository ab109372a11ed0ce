"""The registration services: apps of virtual events, and the people who were invited to them or registered.

`POST {url}/app-registry/list`, `user-profile/list` and `reports/eventDataStats`, with a JSON body and the header
`Authorization: KS …` or `Bearer …`. Errors of the application have HTTP status 200; a bad request has 400, with an
error in one of two forms. The Events API (`event-users/list`) accepts only `Bearer`, and answers 500 to somebody who is
not in the team.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from http.client import responses
from typing import Any

from kaltura_standin.account import ADMIN, Account
from kaltura_standin.answers import Answer
from kaltura_standin.apierrors import ApiError
from kaltura_standin.catalogue import App, UserProfile
from kaltura_standin.faults import Fault
from kaltura_standin.ks import Keyring
from kaltura_standin.request import Received

_APPS, _PROFILES, _COUNTS, _USERS = PATHS = (
    "app-registry/list",
    "user-profile/list",
    "reports/eventDataStats",
    "event-users/list",
)
_RIGHTS = {
    _APPS: {"ADMIN_BASE", "ANALYTICS_BASE"},
    _PROFILES: {"ADMIN_BASE"},
    _COUNTS: {"ANALYTICS_BASE", "EP_USER_ANALYTICS"},
}
_SIZES = {_APPS: 30, _PROFILES: 50}  # objects of a page if the request has no size
_TIME = "2026-10-01T08:00:00.000Z"


def answer_registrations(
    account: Account, keyring: Keyring, request: Received, forbidden: list[str], faults: Sequence[Fault]
) -> Answer:
    """Return an answer of one of the services. A request about the people of no app is also added to `forbidden`."""
    path = request.action
    is_known = request.method == "POST" and path in PATHS
    status = _refusal(account, keyring, request.headers.get("Authorization", ""), path) if is_known else 404
    if status:
        return _error(account, status, responses[status])
    if code := next((fault.code for fault in faults if fault.kind == "api_error"), ""):
        error = {"code": code, "message": "Error", "objectType": "KalturaAPIException"}
        return _json(200, {"status": code} if path == _USERS else error)
    body = _body(request.body)
    if path == _USERS:
        return _event_users_answer(account, body)
    filter_, pager = body.get("filter", {}), body.get("pager", {})
    if path != _APPS and not any(filter_.get("appGuidIn") or ()):
        forbidden.append(f"{path} was called without an app id.")
        return _error(account, 400, "appGuidIn must not be empty")
    if int(pager.get("limit", 0)) > account.registrations.limit or (path == _COUNTS and not body.get("dimensions")):
        return _error(account, 400, f"pager.limit must not be greater than {account.registrations.limit}")
    return _json(200, _value(account, path, filter_, pager, body))


def _value(
    account: Account, path: str, filter_: Mapping[str, Any], pager: Mapping[str, Any], body: Mapping[str, Any]
) -> dict[str, Any]:
    if path == _COUNTS:
        return _counts(account, filter_)
    objects = _apps(account, filter_) if path == _APPS else _profiles(account, filter_, int(pager.get("offset", 0)))
    return _page(account, objects, pager, path, body)


def _refusal(account: Account, keyring: Keyring, header: str, path: str) -> int:
    """Return the HTTP status of a request that is not allowed; 0 if it is."""
    scheme, _, text = header.partition(" ")
    try:
        ks = keyring.check(text)
    except ApiError:
        return 401
    if scheme not in ({"Bearer"} if path == _USERS else {"KS", "Bearer"}):
        return 401
    if path == _USERS:
        return 0 if ks.user_id in account.registrations.team else 500
    user = account.user(ks.user_id) if ks.user_id else None
    role = ks.privileges.get("setrole") or (user.role if user else "")
    allowed = account.permissions_of(role) or frozenset()
    return 0 if ks.type == ADMIN and (not role or allowed & _RIGHTS[path]) else 403


def _apps(account: Account, filter_: Mapping[str, Any]) -> list[dict[str, Any]]:
    wanted = filter_.get("appCustomIdIn") if account.registrations.keeps_filter else None
    return [_app(account, app) for app in account.registrations.apps if not wanted or app.event_id in wanted]


def _app(account: Account, app: App) -> dict[str, Any]:
    return {
        "id": app.id,
        "partnerId": account.partner_id,
        "appCustomId": app.event_id,
        "appCustomName": f"Event {app.event_id}",
        "appType": app.type,
        "status": "enabled",
        "version": 0,
        "createdAt": _TIME,
        "updatedAt": _TIME,
        "objectType": "App",
    }


def _profiles(account: Account, filter_: Mapping[str, Any], offset: int) -> list[dict[str, Any]]:
    """Return the profiles of some apps by time. Profiles that join later are there from their offset on."""
    services = account.registrations
    wanted = filter_["appGuidIn"] if services.keeps_filter else [app.id for app in services.apps]
    since = filter_.get("createdAtGreaterThanOrEqual", "")
    joined = [profile for place, profile in services.changes.items() if place <= offset]
    found = [
        _profile(account, app, profile)
        for app in services.apps
        if app.id in wanted
        for profile in (*app.profiles, *joined)
        if profile.created >= since
    ]
    by_time: Callable[[dict[str, Any]], Any] = lambda profile: (profile["createdAt"], profile["id"])  # noqa: E731
    return sorted(found, key=by_time)


def _profile(account: Account, app: App, profile: UserProfile) -> dict[str, Any]:
    about_event = {"regOrigin": profile.origin, "attendanceStatus": profile.status, "isRegistered": False}
    return {
        "id": profile.id,
        "partnerId": account.partner_id,
        "appGuid": app.id,
        "userId": profile.user_id,
        "status": "enabled",
        "profileData": profile.answers,
        **({"eventData": about_event} if profile.status else {}),
        "appData": {},
        "createdAt": profile.created,
        "updatedAt": profile.updated,
        "objectType": "UserProfile",
    }


def _counts(account: Account, filter_: Mapping[str, Any]) -> dict[str, Any]:
    """Return the number of profiles of each status in each app."""
    counts = Counter(
        (app.id, profile.status)
        for app in account.registrations.apps
        if app.id in filter_["appGuidIn"]
        for profile in app.profiles
    )
    results = []
    for (app_id, status), count in counts.items():
        values = {"attendanceStatus": status} if status else {}
        dimensions = values if account.registrations.is_flat else {"eventData": values}
        results.append({"appGuid": app_id, "dimensions": dimensions, "count": count})
    return {"results": results, "sum": counts.total()}


def _event_users_answer(account: Account, body: Mapping[str, Any]) -> Answer:
    """Return a page of an event's attendees, by the Events API."""
    services, event_id, pager = account.registrations, body.get("eventId"), body.get("pager", {})
    offset, limit = int(pager.get("offset", 0)), int(pager.get("limit", 30))
    if type(event_id) is not int or limit > services.users_limit:
        return _error(account, 400, "eventId must be a number, and the limit smaller")
    users = _event_users(account, str(event_id), offset)
    start, size = (offset if services.counts_people else offset * limit), min(limit, services.users_page)
    return _json(200, {"users": users[start : start + size], "totalCount": len(users), "status": "ok"})


def _event_users(account: Account, event_id: str, offset: int) -> list[dict[str, Any]]:
    """Return each person of an event's apps once, by time. People that join later are there from their offset on."""
    joined = [profile for place, profile in account.registrations.changes.items() if place <= offset]
    profiles = {
        profile.user_id.lower(): profile
        for app in account.registrations.apps
        if app.event_id == event_id
        for profile in (*app.profiles, *joined)
    }
    found = []
    for profile in sorted(profiles.values(), key=lambda profile: (profile.created, profile.id)):
        user = account.user(profile.user_id)
        names = {"firstName": user.first_name, "lastName": user.last_name} if user else {}
        address = user.email if user else profile.user_id if "@" in profile.user_id else ""
        about = {"email": address, "roles": ["Attendees"], "status": profile.status.capitalize()}
        found.append({"id": profile.user_id, **names, **about, "createdAt": profile.created})
    return found


def _page(
    account: Account, objects: Sequence[object], pager: Mapping[str, Any], path: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    offset, limit = int(pager.get("offset", 0)), int(pager.get("limit", _SIZES[path]))
    has_total = account.registrations.has_total and (path == _APPS or body.get("includeTotalCount") is not False)
    return {
        "objects": objects[offset : offset + min(limit, account.registrations.page)],
        "totalCount": len(objects) if has_total else -1,
    }


def _body(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _error(account: Account, status: int, message: str) -> Answer:
    """Return an error in the form of the guides, or in the form that Kaltura's own server expects."""
    if account.registrations.has_status_errors or status != 400:
        return _json(status, {"statusCode": status, "error": "Bad Request", "message": [message]})
    return _json(status, {"code": "VALIDATION_ERROR", "message": message, "objectType": "KalturaAPIException"})


def _json(status: int, value: object) -> Answer:
    return Answer(json.dumps(value, separators=(",", ":")).encode(), "application/json", status)
