"""Administration of roles and application tokens (Kaltura server, UserRoleService.php, AppTokenService.php)."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from kaltura_standin.account import ADMIN, USER, AppToken, UserRole
from kaltura_standin.apierrors import ApiError
from kaltura_standin.call import Call
from kaltura_standin.listing import page_of

_ACTIVE = 2  # status of an application token


def add_role(call: Call) -> dict[str, Any]:
    """userRole.add. Raises ROLE_NAME_ALREADY_EXISTS or PERMISSION_NOT_FOUND."""
    asked, account = call.object("userRole"), call.account
    name = str(asked.get("name", ""))
    if not name:
        raise ApiError("PROPERTY_VALIDATION_CANNOT_BE_NULL", PROP_NAME="name")
    if any(role.name == name for role in account.user_roles):
        raise ApiError("ROLE_NAME_ALREADY_EXISTS")
    permissions = tuple(filter(None, str(asked.get("permissionNames", "")).split(",")))
    if "VIRTUAL_EVENT_BASE" in permissions and not account.has_virtual_events:
        raise ApiError("PERMISSION_NOT_FOUND", PERMISSION="VIRTUAL_EVENT_BASE")
    number = max((int(role.id) for role in account.user_roles), default=4_000_000) + 1
    role = UserRole(str(number), name, permissions, str(asked.get("description", "")))
    call.amend(replace(account, user_roles=(*account.user_roles, role)))
    return _role_object(role)


def list_roles(call: Call) -> dict[str, Any]:
    """userRole.list, by name."""
    name = call.object("filter").get("nameEqual")
    found = [_role_object(role) for role in call.account.user_roles if not name or role.name == name]
    return _list("KalturaUserRoleListResponse", found, call)


def delete_role(call: Call) -> dict[str, Any]:
    """userRole.delete."""
    roles = {role.id: role for role in call.account.user_roles}
    role = roles.pop(call.text("userRoleId"), None)
    if role is None:
        raise ApiError("INVALID_OBJECT_ID", ID=call.text("userRoleId"))
    call.amend(replace(call.account, user_roles=tuple(roles.values())))
    return {**_role_object(role), "status": 3}


def add_token(call: Call) -> dict[str, Any]:
    """appToken.add: create a token. The server chooses its id and text."""
    asked = call.object("appToken")
    token = AppToken(
        id=f"1_{secrets.token_hex(4)}",
        token=secrets.token_hex(16),
        hash_type=str(asked.get("hashType", "SHA1")),
        session_type=ADMIN if str(asked.get("sessionType")) == str(ADMIN) else USER,
        privileges=str(asked.get("sessionPrivileges", "")),
        session_duration=int(asked.get("sessionDuration", 86_400)),
        description=str(asked.get("description", "")),
    )
    call.amend(replace(call.account, app_tokens=(*call.account.app_tokens, token)))
    return _token_object(token)


def list_tokens(call: Call) -> dict[str, Any]:
    """appToken.list: the answer contains the tokens' texts."""
    found = [_token_object(token) for token in call.account.app_tokens]
    return _list("KalturaAppTokenListResponse", found, call)


def delete_token(call: Call) -> None:
    """appToken.delete: every KS that was started with the token is logged out."""
    tokens = {token.id: token for token in call.account.app_tokens}
    if tokens.pop(call.text("id"), None) is None:
        raise ApiError("APP_TOKEN_ID_NOT_FOUND", ID=call.text("id"))
    call.amend(replace(call.account, app_tokens=tuple(tokens.values())))
    call.keyring.end_token(call.text("id"))


def _list(kind: str, objects: list[dict[str, Any]], call: Call) -> dict[str, Any]:
    return {"objects": page_of(objects, call.object("pager")), "totalCount": len(objects), "objectType": kind}


def _role_object(role: UserRole) -> dict[str, Any]:
    return {
        "id": int(role.id),
        "name": role.name,
        "description": role.description,
        "status": 1,
        "permissionNames": ",".join(role.permissions),
        "objectType": "KalturaUserRole",
    }


def _token_object(token: AppToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "token": token.token,
        "status": _ACTIVE if token.active else 1,
        "expiry": token.expiry or None,
        "sessionType": token.session_type,
        "sessionUserId": token.user_id or None,
        "sessionDuration": token.session_duration,
        "sessionPrivileges": token.privileges or None,
        "hashType": token.hash_type,
        "description": token.description or None,
        "objectType": "KalturaAppToken",
    }
