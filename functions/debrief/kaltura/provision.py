"""Create, find and delete Debrief's read-only role and its app token, as an administrator of the Kaltura account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from debrief.env import AppToken, ReadyKs
from debrief.errors import BadCredentials, BadRequest, Unavailable
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.errors import UnknownPermission
from debrief.kaltura.api.multirequest import ApiCall
from debrief.kaltura.api.pagination import PAGE, one_page
from debrief.settings import Settings

ROLE_NAME = "Debrief (read only)"
# docs/kaltura.md says which call needs which permission, and why KMC_READ_ONLY is not among them.
PERMISSIONS = ("ANALYTICS_BASE", "CONTENT_MANAGE_BASE", "SCHEDULE_EVENT_BASE", "ADMIN_BASE", "KMC_ACCESS")
EVENTS_PERMISSION = "VIRTUAL_EVENT_BASE"  # only for accounts that have virtual events
_DESCRIPTION = "Created by debrief setup"
_LOGIN_SECONDS = 1800
_TOKEN_SESSION_SECONDS = 3600
_DELETED = 3  # status of an app token


@dataclass(frozen=True, slots=True)
class Role:
    """Debrief's role in Kaltura."""

    id: str
    permissions: frozenset[str]

    @property
    def more(self) -> frozenset[str]:
        """Return the permissions that Debrief did not give to the role."""
        return self.permissions - {*PERMISSIONS, EVENTS_PERMISSION}


@dataclass(frozen=True, slots=True)
class OwnToken:
    """An app token that setup created. `installation` names the secret in which it is stored."""

    id: str
    token: str = field(repr=False)
    installation: str

    @property
    def credential(self) -> AppToken:
        return AppToken(self.id, self.token)


def log_in(settings: Settings, address: str, password: str, code: str = "") -> ReadyKs:
    """Return an administrator's KS for email address and password. Raises MissingCode or BadCredentials."""
    fields = {
        "loginId": address,
        "password": password,
        "partnerId": settings.partner_id,
        "expiry": str(_LOGIN_SECONDS),
        **({"otp": code} if code else {}),
    }
    ks = Kaltura(settings).call_without_ks("user", "loginByLoginId", fields)
    if not isinstance(ks, str) or not ks:
        raise BadCredentials("Kaltura accepted the login but sent no KS.")
    return ReadyKs(ks)


def find_role(kaltura: Kaltura) -> Role | None:
    """Return Debrief's role, if the account has it. Raises Forbidden if the credential is no administrator's."""
    fields = {"filter[objectType]": "KalturaUserRoleFilter", "filter[nameEqual]": ROLE_NAME}
    roles = one_page(kaltura, ApiCall("userRole", "list", fields))
    found = [role for role in roles if role.get("name") == ROLE_NAME]
    return _role(found[0]) if found else None


def create_role(kaltura: Kaltura) -> Role:
    """Create the role; without the permission for virtual events if the account has none."""
    try:
        return _create_role(kaltura, (*PERMISSIONS, EVENTS_PERMISSION))
    except UnknownPermission:
        return _create_role(kaltura, PERMISSIONS)
    except BadRequest:  # the request was repeated after a lost answer, and Kaltura has a role of that name now
        if role := find_role(kaltura):
            return role
        raise


def delete_role(kaltura: Kaltura, role: Role) -> None:
    kaltura.call("userRole", "delete", {"userRoleId": role.id})


def find_tokens(kaltura: Kaltura) -> list[OwnToken]:
    """Return all app tokens that setup created for this account, those of other installations too."""
    start = f"{_DESCRIPTION}: "
    return [
        OwnToken(str(value["id"]), str(value.get("token") or ""), str(value["description"]).removeprefix(start))
        for value in _all_tokens(kaltura)
        if str(value.get("description") or "").startswith(start) and value.get("status") != _DELETED
    ]


def create_token(kaltura: Kaltura, role: Role, installation: str) -> OwnToken:
    """Create an app token that is limited to the role, and delete all other tokens of this installation.

    If an answer was lost and the request was repeated, there are two tokens.
    """
    fields = {
        "appToken[objectType]": "KalturaAppToken",
        "appToken[hashType]": "SHA256",
        "appToken[sessionType]": "2",  # an admin session: a user session sees only its own data
        "appToken[sessionDuration]": str(_TOKEN_SESSION_SECONDS),
        "appToken[sessionPrivileges]": f"setrole:{role.id},disableentitlement",
        "appToken[description]": f"{_DESCRIPTION}: {installation}",
    }
    value = _object(kaltura.call("appToken", "add", fields), "appToken.add", "id", "token")
    made = OwnToken(str(value["id"]), str(value["token"]), installation)
    for token in find_tokens(kaltura):
        if token.installation == installation and token.id != made.id:
            delete_token(kaltura, token)
    return made


def delete_token(kaltura: Kaltura, token: OwnToken) -> None:
    """Delete an app token, which ends its sessions."""
    kaltura.call("appToken", "delete", {"id": token.id})


def _create_role(kaltura: Kaltura, permissions: tuple[str, ...]) -> Role:
    fields = {
        "userRole[objectType]": "KalturaUserRole",
        "userRole[name]": ROLE_NAME,
        "userRole[description]": f"{_DESCRIPTION}: reads reports, changes nothing",
        "userRole[permissionNames]": ",".join(permissions),
    }
    return _role(_object(kaltura.call("userRole", "add", fields), "userRole.add", "id"))


def _role(value: Mapping[str, Any]) -> Role:
    names = str(value.get("permissionNames") or "").split(",")
    return Role(str(value["id"]), frozenset(name.strip() for name in names if name.strip()))


def _all_tokens(kaltura: Kaltura) -> Iterator[dict[str, Any]]:
    for page in count(1):
        fields = {
            "filter[objectType]": "KalturaAppTokenFilter",
            "pager[pageSize]": str(PAGE),
            "pager[pageIndex]": str(page),
        }
        objects = one_page(kaltura, ApiCall("appToken", "list", fields))
        yield from objects
        if len(objects) < PAGE:
            return


def _object(value: Any, call: str, *names: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(value.get(name) for name in names):
        raise Unavailable(f"Kaltura's answer to {call} is not complete.")
    return value
