"""The registration services: apps of virtual events, and the people who were invited to them or registered.

`POST {url}/app-registry/list` and `POST {url}/user-profile/list`, with a JSON body and the header `Authorization: KS …`
or `Bearer …`. Errors of the application have HTTP status 200; a bad request has 400, with an error in one of two forms.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kaltura_standin.account import ADMIN, Account
from kaltura_standin.answers import Answer
from kaltura_standin.apierrors import ApiError
from kaltura_standin.catalogue import App, UserProfile
from kaltura_standin.faults import Fault
from kaltura_standin.ks import Keyring
from kaltura_standin.request import Received

_APPS, _PROFILES = "app-registry/list", "user-profile/list"
_RIGHTS = {_APPS: {"ADMIN_BASE", "ANALYTICS_BASE"}, _PROFILES: {"ADMIN_BASE"}}
_SIZES = {_APPS: 30, _PROFILES: 50}  # objects of a page if the request has no size
_TIME = "2026-10-01T08:00:00.000Z"


def answer_registrations(
    account: Account, keyring: Keyring, request: Received, forbidden: list[str], faults: Sequence[Fault]
) -> Answer:
    """Return a page of apps or profiles. A request for the profiles of no app is also added to `forbidden`."""
    path = request.action
    if request.method != "POST" or path not in _RIGHTS:
        return _error(account, 404, "Not Found")
    status = _refusal(account, keyring, request.headers.get("Authorization", ""), path)
    if status:
        return _error(account, status, "Unauthorized" if status == 401 else "Forbidden")
    if code := next((fault.code for fault in faults if fault.kind == "api_error"), ""):
        return _json(200, {"code": code, "message": "Error", "objectType": "KalturaAPIException"})
    body = _body(request.body)
    filter_, pager = body.get("filter", {}), body.get("pager", {})
    if path == _PROFILES and not filter_.get("appGuidIn"):
        forbidden.append(f"{_PROFILES} was called without an app id.")
        return _error(account, 400, "appGuidIn must not be empty")
    if int(pager.get("limit", 0)) > account.registrations.limit:
        return _error(account, 400, f"pager.limit must not be greater than {account.registrations.limit}")
    objects = _apps(account, filter_) if path == _APPS else _profiles(account, filter_, int(pager.get("offset", 0)))
    return _json(200, _page(account, objects, pager, path, body))


def _refusal(account: Account, keyring: Keyring, header: str, path: str) -> int:
    """Return the HTTP status of a request that is not allowed; 0 if it is."""
    scheme, _, text = header.partition(" ")
    try:
        ks = keyring.check(text)
    except ApiError:
        return 401
    if scheme not in {"KS", "Bearer"}:
        return 401
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
