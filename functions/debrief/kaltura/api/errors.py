"""Convert Kaltura's error codes to Debrief's errors, with a sentence that says what to do.

Kaltura's messages and arguments are never quoted: INVALID_KS echoes the whole token, others echo user ids.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from debrief.errors import (
    BadCredentials,
    BadRequest,
    DebriefError,
    Forbidden,
    GiveUp,
    Throttled,
    Unavailable,
    UnknownSession,
)

THROTTLE_SECONDS = 10.0  # Kaltura counts calls in windows of ten seconds (KalturaResponseCacher.php)
_TOO_WIDE = {"DRUID_QUERY_TIMED_OUT", "SEARCH_TOO_GENERAL", "QUERY_EXCEEDED_MAX_MATCHES_ALLOWED"}
_SERVER_FAILED = {"INTERNAL_SERVERL_ERROR", "INTERNAL_SERVER_ERROR", "INTERNAL_DATABASE_ERROR"}
_CREDENTIALS = {
    "MISSING_KS": "the request carried no KS",
    "START_SESSION_ERROR": "the account number and the secret do not belong together",
    "APP_TOKEN_ID_NOT_FOUND": "no app token of that id exists on this account",
    "APP_TOKEN_NOT_ACTIVE": "the app token is disabled",
    "APP_TOKEN_EXPIRED": "the app token has expired",
    "USER_NOT_FOUND": "the email address or the password is wrong",
    "USER_WRONG_PASSWORD": "the email address or the password is wrong",
    "LOGIN_RETRIES_EXCEEDED": "the login is blocked after too many wrong passwords; wait, or use the admin secret",
    "LOGIN_BLOCKED": "the login is blocked after too many wrong passwords; wait, or use the admin secret",
    "PASSWORD_EXPIRED": "the password has expired; set a new one in Kaltura's Management Console",
    "USER_IS_BLOCKED": "this user is blocked",
    "DIRECT_LOGIN_BLOCKED": "this user may log in only through single sign-on; use the admin secret",
    "INVALID_OTP": "the one-time code is wrong",
    "UNKNOWN_ROLE_ID": "the role of the credential does not exist",
    "UNKNOWN_ROLE_SYSTEM_NAME": "the role of the credential does not exist",
}
_KS_REASONS = {
    "LOGOUT": "it was ended, or its app token was deleted",
    "INVALID_PARTNER": "it belongs to another account",
    "INVALID_USER": "its user does not exist",
    "EXCEEDED_ACTIONS_LIMIT": "its number of calls is used up",
    "EXCEEDED_RESTRICTED_IP": "it may not be used from this address",
    "EXCEEDED_RESTRICTED_URI": "it may not be used for this call",
    "": "it is malformed or was signed with another secret",
}


class ExpiredKs(BadCredentials):
    """The KS has expired; renew it and call again."""


class WrongTokenHash(BadCredentials):
    """The app token is wrong, or it has another hash algorithm."""


class UnknownAccount(BadCredentials):
    """Kaltura has no account of that number."""


class MissingCode(BadCredentials):
    """The login needs a one-time code in addition to the password."""


class UnknownPermission(BadRequest):
    """The account does not have a permission that a role should get."""


class ServerFailed(Unavailable):
    """Kaltura failed (INTERNAL_SERVERL_ERROR, in Kaltura's spelling, and similar codes).

    The call is retried fewer times, because a bad parameter may be the cause.
    """


class QueryTooWide(Unavailable):
    """Kaltura could not finish a large query; a smaller query may succeed."""


class NoSuchUser(GiveUp):
    """Kaltura has no user with that id."""


class NotShown(Forbidden):
    """This credential may not read users, so it is unknown whether the user exists."""


@dataclass(frozen=True, slots=True)
class ApiError:
    """An error from Kaltura, reduced to what is safe to log."""

    code: str
    ks_state: str = ""  # why a KS is invalid: EXPIRED, LOGOUT, …; blank if Kaltura echoed the token instead


def api_error(code: str, ks_state: str) -> ApiError:
    """Return an error by its code and KS state, without values that Kaltura may have echoed."""
    safe = code if re.fullmatch(r"[A-Z][A-Z0-9_]{1,80}", code) else "UNREADABLE_CODE"
    return ApiError(safe, ks_state if ks_state == "EXPIRED" or ks_state in _KS_REASONS else "")


def error_for(error: ApiError, call: str) -> DebriefError:  # noqa: C901, PLR0911, PLR0912 - one line per group of codes
    code = error.code
    if code == "INVALID_KS":
        if error.ks_state == "EXPIRED":
            return ExpiredKs("Kaltura says that the KS has expired.")
        return BadCredentials(f"Kaltura does not accept the KS: {_KS_REASONS[error.ks_state]}.")
    if code == "INVALID_APP_TOKEN_HASH":
        return WrongTokenHash("Kaltura does not accept the credential: the app token is wrong.")
    if code == "ACTION_BLOCKED":
        return Throttled(f"Kaltura limits the rate of {call} now.", after=THROTTLE_SECONDS)
    if code in _SERVER_FAILED:
        return ServerFailed(f"Kaltura failed at {call} ({code}).")
    if code in _TOO_WIDE:
        return QueryTooWide(f"Kaltura could not finish {call} ({code}).")
    if code in _CREDENTIALS:
        return BadCredentials(f"Kaltura does not accept the credential: {_CREDENTIALS[code]}.")
    if code == "INVALID_WIDGET_ID":
        return UnknownAccount(
            "Kaltura does not accept the credential: no account of that number exists; check KALTURA_PARTNER_ID."
        )
    if code == "MISSING_OTP":
        return MissingCode("Kaltura does not accept the credential: the login needs a one-time code.")
    if code == "PERMISSION_NOT_FOUND":
        return UnknownPermission(f"Kaltura refused {call} ({code}).")
    if code.startswith("SERVICE_FORBIDDEN") or code == "USER_BLOCKED":
        return Forbidden(f"The credential's role has no permission to call {call} ({code}); add the permission.")
    if code == "INVALID_USER_ID":
        return NoSuchUser(f"Kaltura has no user with that id ({code}).")
    if code == "CANNOT_RETRIEVE_ANOTHER_USER_USING_NON_ADMIN_SESSION":
        return NotShown(f"Kaltura does not show that user ({code}).")
    if code == "ENTRY_ID_NOT_FOUND":
        return UnknownSession("Kaltura has no room with that id on this account.")
    if code == "VIRTUAL_EVENT_NOT_FOUND":
        return UnknownSession("Kaltura has no virtual event with that id on this account.")
    return BadRequest(f"Kaltura refused {call} ({code}).")
