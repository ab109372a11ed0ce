"""Dispatch a call: check access, then run one action or many (Kaltura server, KalturaDispatcher.php)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kaltura_standin.account import ADMIN
from kaltura_standin.actions import find_action
from kaltura_standin.answers import File
from kaltura_standin.apierrors import ApiError, invalid_ks
from kaltura_standin.call import Action, Call
from kaltura_standin.ks import Ks

_REFERENCE = re.compile(r"\{(\d+):result((?::\w+)*)\}")
_COMMON = ("ks", "partnerId", "p", "clientTag")


def perform(call: Call) -> Any:
    """Check the caller and the parameters, then run the action. Raises ApiError."""
    _refuse(call)
    if call.service.lower() == "multirequest":
        return _multirequest(call)
    action = find_action(call.service, call.action)
    if action.needs_ks:
        call = replace(call, ks=_checked_ks(call))
    for name in action.required:
        if call.params.get(name) is None:
            raise ApiError("MISSING_MANDATORY_PARAMETER", PARAM_NAME=name)
    if action.needs_ks:
        _check_permission(call, action)
    return _trimmed(action.run(call), call.object("responseProfile"))


def _refuse(call: Call) -> None:
    names = {"ACTION_NAME": call.action, "SERVICE_NAME": call.service, "SERVICE": f"{call.service}->{call.action}"}
    for fault in call.faults:
        if fault.kind == "api_error":
            raise ApiError(fault.code, ID=call.params.get("id", ""), **names)


def _checked_ks(call: Call) -> Ks:
    if not call.text("ks"):
        raise ApiError("MISSING_KS")
    ks = call.keyring.check(call.text("ks"))
    partner = call.text("partnerId") or call.text("p")
    if partner and partner != str(ks.partner_id):
        raise invalid_ks("INVALID_PARTNER")
    return ks


def _check_permission(call: Call, action: Action) -> None:
    role = _role(call)
    allowed = call.account.permissions_of(role) or frozenset()
    everything = not role and call.ks.type == ADMIN
    if action.permissions and not everything and allowed.isdisjoint(action.permissions):
        raise ApiError("SERVICE_FORBIDDEN", SERVICE=f"{call.service}->{call.action}")


def _role(call: Call) -> str:
    """Return the role that counts: the KS's role, else the user's; blank for the default of the session type."""
    asked = call.ks.privileges.get("setrole", "")
    if asked and call.account.permissions_of(asked) is None:
        raise ApiError("UNKNOWN_ROLE_ID")
    user = call.account.user(call.ks.user_id) if call.ks.user_id and not asked else None
    return asked or (user.role if user else "")


def _trimmed(result: Any, profile: Mapping[str, Any]) -> Any:
    """Return only the fields that a response profile of type 1 (include) names."""
    if str(profile.get("type")) != "1" or not isinstance(result, dict):
        return result
    if "objects" in result:
        return {**result, "objects": [_trimmed(item, profile) for item in result["objects"]]}
    fields = {*str(profile.get("fields", "")).split(","), "objectType"}
    return {name: value for name, value in result.items() if name in fields}


def _multirequest(call: Call) -> Any:
    """Return the results and errors in order, up to the first number without service and action."""
    common = {name: call.params[name] for name in _COMMON if name in call.params}
    results: list[Any] = []
    while isinstance(part := call.params.get(str(len(results) + 1)), Mapping):
        params = {**common, **_resolved(part, results)}
        service, action = (str(params.pop(name, "")) for name in ("service", "action"))
        if not (service and action):
            break
        faults = call.strike_part({"service": service, "action": action, **params})
        result = _result(replace(call, service=service, action=action, params=params, faults=faults))
        if isinstance(result, File):
            return result
        results.append(result)
    return results


def _result(call: Call) -> Any:
    try:
        return perform(call)
    except ApiError as error:
        return error.as_object()


def _resolved(value: Any, results: Sequence[Any]) -> Any:
    """Replace each `{1:result:id}` in a value with that field of an earlier result."""
    if isinstance(value, Mapping):
        return {name: _resolved(item, results) for name, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, results) for item in value]
    if isinstance(value, str):
        return _REFERENCE.sub(lambda match: str(_dig(results, match)), value)
    return value


def _dig(results: Sequence[Any], match: re.Match[str]) -> Any:
    found: Any = results
    for step in [str(int(match[1]) - 1), *match[2].split(":")[1:]]:
        if isinstance(found, Mapping):
            found = found.get(step, "")
        else:
            found = found[int(step)] if step.isdecimal() and int(step) < len(found) else ""
    return found
