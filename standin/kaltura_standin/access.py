"""Access control: session types, application tokens, roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

USER, ADMIN = 0, 2  # session types as Kaltura numbers them


@dataclass(frozen=True, slots=True)
class AppToken:
    """An application token. Its session type, user and privileges override those that a request names."""

    id: str = "1_token000"
    token: str = field(default="app-token-secret-0001", repr=False)
    hash_type: str = "SHA1"  # MD5, SHA1, SHA256 or SHA512
    session_type: int = ADMIN
    user_id: str = ""
    privileges: str = ""
    session_duration: int = 86_400  # seconds
    expiry: int = 0  # unix seconds; 0: never
    active: bool = True
    description: str = ""


@dataclass(frozen=True, slots=True)
class UserRole:
    """A role that somebody added to the account. A KS names the role by its id."""

    id: str
    name: str
    permissions: tuple[str, ...]
    description: str = ""


_REPORTS_ONLY = frozenset({"ANALYTICS_BASE", "SESSION_READ_PERMISSION"})
# Permissions of the sample account's roles, by id or system name.
ROLES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ANALYTICS_RO": _REPORTS_ONLY | {"SCHEDULE_EVENT_BASE", "VIRTUAL_EVENT_BASE", "BASE_USER_SESSION_PERMISSION"},
        "REPORTS_ONLY": _REPORTS_ONLY,
        "CONTENT_ONLY": frozenset({"SESSION_READ_PERMISSION"}),
    },
)
