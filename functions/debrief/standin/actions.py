"""The services and actions of the API that the stand-in plays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from debrief.standin import sessions
from debrief.standin.account import ADMIN
from debrief.standin.answers import CsvFile
from debrief.standin.apierrors import ApiError
from debrief.standin.call import Action, Call
from debrief.standin.cuepoints import list_cue_points
from debrief.standin.desk import pair_params, string_params


def find_action(service: str, action: str) -> Action:
    """The action, in whatever case its name comes. Raises ApiError."""
    if not service:
        raise ApiError("SERVICE_NOT_SPECIFIED")
    actions = _SERVICES.get(service.lower())
    if actions is None:
        raise ApiError("SERVICE_DOES_NOT_EXISTS", SERVICE_NAME=service)
    if action.lower() not in actions:
        raise ApiError("ACTION_DOES_NOT_EXISTS", ACTION_NAME=action, SERVICE_NAME=service)
    return actions[action.lower()]


def _csv(call: Call, params: Mapping[str, str]) -> CsvFile:
    report, excluded = call.number("id", 0), call.text("excludedFields")
    return call.desk.csv(call.account, report, params, excluded, call.faults)


def _csv_from_strings(call: Call) -> CsvFile:
    return _csv(call, string_params(call.text("params")))


def _csv_from_pairs(call: Call) -> CsvFile:
    return _csv(call, pair_params(call.params.get("params")))


def _get_entry(call: Call) -> dict[str, Any]:
    room = call.account.room(call.text("entryId"))
    if room is None:
        raise ApiError("ENTRY_ID_NOT_FOUND", ENTRY_ID=call.text("entryId"))
    return {
        "id": room.id,
        "name": room.name,
        "partnerId": call.account.partner_id,
        "userId": room.owner or None,
        "creatorId": room.owner or None,
        "status": "7",  # NO_CONTENT, as rooms are
        "type": "room.room",
        "createdAt": room.created,
        "updatedAt": room.created,
        "rootEntryId": room.parent or room.id,
        "parentEntryId": room.parent or None,
        "entitledUsersEdit": ",".join(room.editors),
        "entitledUsersPublish": "",
        "entitledUsersView": "",
        "roomType": 2 if room.parent else 1,
        "objectType": "KalturaRoomEntry",
    }


def _get_user(call: Call) -> dict[str, Any]:
    user_id = call.text("userId") or call.ks.user_id
    if user_id != call.ks.user_id and call.ks.type != ADMIN:
        raise ApiError("CANNOT_RETRIEVE_ANOTHER_USER_USING_NON_ADMIN_SESSION", USER_ID=user_id)
    user = call.account.user(user_id)
    if user is None:
        raise ApiError("INVALID_USER_ID")
    return {
        "id": user.id,
        "partnerId": call.account.partner_id,
        "screenName": user.full_name or None,
        "fullName": user.full_name,
        "firstName": user.first_name or None,
        "lastName": user.last_name or None,
        "email": user.email or None,
        "status": 1,
        "isGuest": user.is_guest,
        "isAdmin": user.is_admin,
        "objectType": "KalturaUser",
    }


def _list_cue_points(call: Call) -> dict[str, Any]:
    return list_cue_points(call.account, call.object("filter"), call.object("pager"))


def _csv_action(run: Callable[[Call], Any]) -> Action:
    return Action(run, required=("id",), permission="ANALYTICS_BASE", gives_file=True)


_SERVICES: Mapping[str, Mapping[str, Action]] = MappingProxyType(
    {
        "session": {
            "start": Action(sessions.start_session, required=("secret",), needs_ks=False),
            "startwidgetsession": Action(sessions.start_widget_session, required=("widgetId",), needs_ks=False),
            "get": Action(sessions.get_session, permission="SESSION_READ_PERMISSION"),
            "end": Action(sessions.end_session),
        },
        "apptoken": {"startsession": Action(sessions.start_app_token_session, required=("id", "tokenHash"))},
        "report": {
            "getcsvfromstringparams": _csv_action(_csv_from_strings),
            "getcsv": _csv_action(_csv_from_pairs),
        },
        "baseentry": {"get": Action(_get_entry, required=("entryId",))},
        "user": {"get": Action(_get_user)},
        "cuepoint_cuepoint": {"list": Action(_list_cue_points)},
    },
)
