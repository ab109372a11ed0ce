"""The services and actions of the API that the stand-in implements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from kaltura_standin import administration, captions, sessions
from kaltura_standin.account import ADMIN, Account
from kaltura_standin.answers import File
from kaltura_standin.apierrors import ApiError
from kaltura_standin.call import Action, Call
from kaltura_standin.cuepoints import list_cue_points
from kaltura_standin.entries import get_entry, list_entries
from kaltura_standin.report_cache import pair_params, string_params
from kaltura_standin.schedule import get_virtual_event, list_schedule_events, list_virtual_events
from kaltura_standin.users import as_object, list_users


def find_action(service: str, action: str) -> Action:
    """Return the action; upper and lower case do not matter. Raises ApiError."""
    if not service:
        raise ApiError("SERVICE_NOT_SPECIFIED")
    actions = _SERVICES.get(service.lower())
    if actions is None:
        raise ApiError("SERVICE_DOES_NOT_EXISTS", SRV_NAME=service)
    if action.lower() not in actions:
        raise ApiError("ACTION_DOES_NOT_EXISTS", ACTION_NAME=action, SERVICE_NAME=service)
    return actions[action.lower()]


def _csv(call: Call, params: Mapping[str, str]) -> File:
    report, excluded = call.number("id", 0), call.text("excludedFields")
    return call.desk.csv(call.account, report, params, excluded, call.faults)


def _csv_from_strings(call: Call) -> File:
    return _csv(call, string_params(call.text("params")))


def _csv_from_pairs(call: Call) -> File:
    return _csv(call, pair_params(call.params.get("params")))


def _report_params(call: Call) -> dict[str, Any]:
    """Return the parameters of a Summary page report; missing objects are empty."""
    objects = ("reportInputFilter", "pager", "responseOptions")
    return {**call.params, **{name: call.object(name) for name in objects}}


def _get_table(call: Call) -> dict[str, Any]:
    return call.summary.table(call.account, call.number("reportType", 0), _report_params(call), call.faults)


def _get_total(call: Call) -> dict[str, Any]:
    return call.summary.total(call.account, call.number("reportType", 0), _report_params(call), call.faults)


def _get_graphs(call: Call) -> list[dict[str, Any]]:
    return call.summary.graphs(call.account, call.number("reportType", 0), _report_params(call))


def _get_entry(call: Call) -> dict[str, Any]:
    return get_entry(call.account, call.text("entryId"))


def _get_user(call: Call) -> dict[str, Any]:
    user_id = call.text("userId") or call.ks.user_id
    if user_id != call.ks.user_id and call.ks.type != ADMIN:
        raise ApiError("CANNOT_RETRIEVE_ANOTHER_USER_USING_NON_ADMIN_SESSION", USER_ID=user_id)
    user = call.account.user(user_id)
    if user is None:
        raise ApiError("INVALID_USER_ID")
    return as_object(call.account, user)


def _listing(run: Callable[[Account, Mapping[str, Any], Mapping[str, Any]], Any], *permissions: str) -> Action:
    return Action(lambda call: run(call.account, call.object("filter"), call.object("pager")), permissions=permissions)


def _get_virtual_event(call: Call) -> dict[str, Any]:
    return get_virtual_event(call.account, call.text("id"))


def _csv_action(run: Callable[[Call], Any]) -> Action:
    return Action(run, required=("id",), permissions=_ANALYTICS, gives_file=True)


_REPORT = ("reportType", "reportInputFilter")
_ANALYTICS = ("ANALYTICS_BASE",)
_CAPTIONS = ("BASE_USER_SESSION_PERMISSION", "CONTENT_MANAGE_BASE")
_SERVICES: Mapping[str, Mapping[str, Action]] = MappingProxyType(
    {
        "session": {
            "start": Action(sessions.start_session, required=("secret",), needs_ks=False),
            "startwidgetsession": Action(sessions.start_widget_session, required=("widgetId",), needs_ks=False),
            "get": Action(sessions.get_session, permissions=("SESSION_READ_PERMISSION", "KMC_ACCESS", "KMC_READ_ONLY")),
            "end": Action(sessions.end_session),
        },
        "apptoken": {
            "startsession": Action(sessions.start_app_token_session, required=("id", "tokenHash")),
            "add": Action(administration.add_token, ("appToken",), ("APP_TOKEN_ADD",)),
            "list": Action(administration.list_tokens, permissions=("APP_TOKEN_BASE", "KMC_READ_ONLY")),
            "delete": Action(administration.delete_token, ("id",), ("APP_TOKEN_DELETE",)),
        },
        "userrole": {
            "add": Action(administration.add_role, ("userRole",), ("ADMIN_ROLE_ADD",)),
            "list": Action(administration.list_roles, permissions=("ADMIN_BASE", "ACCOUNT_BASE")),
            "delete": Action(administration.delete_role, ("userRoleId",), ("ADMIN_ROLE_DELETE",)),
        },
        "report": {
            "getcsvfromstringparams": _csv_action(_csv_from_strings),
            "getcsv": _csv_action(_csv_from_pairs),
            "gettable": Action(_get_table, (*_REPORT, "pager"), _ANALYTICS),
            "gettotal": Action(_get_total, _REPORT, _ANALYTICS),
            "getgraphs": Action(_get_graphs, _REPORT, (*_ANALYTICS, "KMC_READ_ONLY")),
        },
        "baseentry": {"get": Action(_get_entry, required=("entryId",)), "list": _listing(list_entries)},
        "user": {
            "get": Action(_get_user),
            "list": _listing(list_users, "ADMIN_BASE"),
            "loginbyloginid": Action(sessions.log_in, required=("loginId", "password"), needs_ks=False),
        },
        "cuepoint_cuepoint": {"list": _listing(list_cue_points)},
        "caption_captionasset": {
            "list": _listing(captions.list_captions, *_CAPTIONS),
            "serveasjson": Action(captions.serve_as_json, required=("captionAssetId",), gives_file=True),
            "serve": Action(captions.serve, required=("captionAssetId",), gives_file=True),
            "geturl": Action(captions.get_url, ("id",), _CAPTIONS),
        },
        "schedule_scheduleevent": {"list": _listing(list_schedule_events, "SCHEDULE_EVENT_BASE")},
        "virtualevent_virtualevent": {
            "get": Action(_get_virtual_event, ("id",), ("VIRTUAL_EVENT_BASE",)),
            "list": _listing(list_virtual_events, "VIRTUAL_EVENT_BASE"),
        },
    },
)
