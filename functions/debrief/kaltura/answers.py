"""What an HTTP answer of Kaltura's means: a result, or one of our errors.

Every API error has HTTP status 200 (Kaltura server, KalturaFrontController.php). Messages and arguments of
Kaltura's are never repeated: INVALID_KS echoes the whole token, others echo user ids.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from debrief.errors import (
    BadCredentials,
    BadRequest,
    BadSettings,
    DebriefError,
    Forbidden,
    GiveUp,
    Throttled,
    Unavailable,
    UnknownSession,
)

BOM = b"\xef\xbb\xbf"
THROTTLE_SECONDS = 10.0  # Kaltura counts calls in windows of ten seconds (KalturaResponseCacher.php)


class ExpiredKs(BadCredentials):
    """The KS has expired: renew it and call again."""


class WrongTokenHash(BadCredentials):
    """The app token is wrong, or was hashed with another algorithm than it was made for."""


class ServerFailed(Unavailable):
    """INTERNAL_SERVERL_ERROR: may pass, but a bad parameter gets it too, so it is tried a few times only."""


class QueryTooWide(Unavailable):
    """Kaltura could not answer for so wide a question; a narrower one may do."""


class NoSuchUser(GiveUp):
    """Kaltura knows no user of that id, or will not show it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The parts of an HTTP answer that matter, so that nothing below knows the HTTP library."""

    status: int
    content_type: str
    x_kaltura: str  # the X-Kaltura header
    body: bytes = field(repr=False)  # may hold a KS, or people


@dataclass(frozen=True, slots=True)
class Reply:
    """A decoded answer and the bytes that it came in."""

    value: Any
    body: bytes


@dataclass(frozen=True, slots=True)
class ApiError:
    """An error as Kaltura sends it, reduced to what may be repeated."""

    code: str
    ks_state: str = ""  # INVALID_KS only: EXPIRED, LOGOUT, … ; blank when Kaltura echoed the token itself


_NO_JSON = object()
_KS_STATES = {
    "EXPIRED",
    "LOGOUT",
    "INVALID_PARTNER",
    "INVALID_USER",
    "EXCEEDED_ACTIONS_LIMIT",
    "EXCEEDED_RESTRICTED_IP",
    "EXCEEDED_RESTRICTED_URI",
}
_TOO_WIDE = {"DRUID_QUERY_TIMED_OUT", "SEARCH_TOO_GENERAL", "QUERY_EXCEEDED_MAX_MATCHES_ALLOWED"}
_SERVER_FAILED = {"INTERNAL_SERVERL_ERROR", "INTERNAL_SERVER_ERROR", "INTERNAL_DATABASE_ERROR"}
_CREDENTIALS = {
    "MISSING_KS": "the request carried no KS",
    "START_SESSION_ERROR": "the account number and the secret do not belong together",
    "APP_TOKEN_ID_NOT_FOUND": "no app token of that id exists on this account",
    "APP_TOKEN_NOT_ACTIVE": "the app token is disabled",
    "APP_TOKEN_EXPIRED": "the app token has expired",
    "INVALID_WIDGET_ID": "no account of that number exists; check KALTURA_PARTNER_ID",
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


def result_of(answer: Answer, call: str) -> Any:
    """The decoded JSON result of an ordinary action. `call` names it in errors, e.g. `user.get`."""
    _check_transport(answer, call)
    value = _decoded(answer.body)
    if error := _xml_error(answer.body) if value is _NO_JSON else _error_object(value):
        raise error_for(error, call)
    if answer.x_kaltura.lower().startswith("error"):
        raise error_for(ApiError(_header_code(answer.x_kaltura)), call)
    if value is _NO_JSON:
        raise Unavailable(f"Kaltura's answer to {call} is not whole JSON.")
    return value


def reply_of(answer: Answer, call: str) -> Reply:
    """The same with its bytes."""
    return Reply(result_of(answer, call), answer.body)


def multi_reply_of(answer: Answer, count: int) -> Reply:
    """The results of a multirequest. An item may be an error of its own; an expired KS is an error of the whole."""
    value = result_of(answer, "multirequest")
    if not isinstance(value, list) or len(value) != count:
        raise Unavailable("Kaltura's answer to a multirequest is not complete.")
    for item in value:
        if (error := _error_object(item)) and error.ks_state == "EXPIRED":
            raise error_for(error, "multirequest")
    return Reply(value, answer.body)


def is_error(value: Any) -> bool:
    """Whether a result inside a multirequest is an error object."""
    return isinstance(value, dict) and value.get("objectType") == "KalturaAPIException"


def item_error(value: Any, call: str) -> DebriefError | None:
    """Our error for a result inside a multirequest; None when it is none."""
    error = _error_object(value)
    return error_for(error, call) if error else None


def chat_reply_of(answer: Answer, call: str) -> Reply:
    """An answer of the chat service, which uses HTTP's own status; 401 is all it says of an expired KS."""
    if answer.status == 401:
        raise ExpiredKs(f"The KS was not accepted by {call}.")
    if answer.status == 403:
        raise Forbidden(f"The credential may not read {call}.")
    _check_transport(answer, call)
    try:
        return Reply(json.loads(answer.body), answer.body)
    except ValueError:
        raise Unavailable(f"The answer of {call} is not whole JSON.") from None


def csv_of(answer: Answer, call: str) -> bytes:
    """The bytes of a CSV action, which fails in three shapes of its own.

    An error inside the action is an empty body with a header; one raised before it is a serialised object in
    JSON or XML; and a table that was cut off lacks its last line feed (Kaltura server, ReportService.php).
    """
    _check_transport(answer, call)
    if answer.x_kaltura.lower().startswith("error"):
        raise error_for(_api_error(answer.body) or ApiError(_header_code(answer.x_kaltura)), call)
    if answer.body.startswith(BOM) and answer.content_type.startswith("text/csv"):
        if answer.body.endswith(b"\n"):
            return answer.body
        raise Unavailable(f"Kaltura's answer to {call} was cut off.")
    if error := _api_error(answer.body):
        raise error_for(error, call)
    raise Unavailable(f"Kaltura's answer to {call} is neither a table nor an error.")


def error_for(error: ApiError, call: str) -> DebriefError:  # noqa: C901, PLR0911 - one line a family of codes
    """Our error for one of Kaltura's, with one sentence that says what to do."""
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
    if code.startswith("SERVICE_FORBIDDEN") or code == "USER_BLOCKED":
        return Forbidden(f"The credential's role may not call {call} ({code}); give it the permission it needs.")
    if code in {"INVALID_USER_ID", "CANNOT_RETRIEVE_ANOTHER_USER_USING_NON_ADMIN_SESSION"}:
        return NoSuchUser(f"Kaltura does not show that user ({code}).")
    if code == "ENTRY_ID_NOT_FOUND":
        return UnknownSession("Kaltura knows no room of that id on this account.")
    return BadRequest(f"Kaltura refused {call} ({code}).")


def _check_transport(answer: Answer, call: str) -> None:
    if 300 <= answer.status < 400:
        raise BadSettings(f"Kaltura answered {call} with a redirect; correct KALTURA_SERVICE_URL.")
    if answer.status == 429 or answer.status >= 500:
        raise Unavailable(f"Kaltura answered {call} with HTTP status {answer.status}.")
    if answer.status != 200:
        raise BadRequest(f"{call} got HTTP status {answer.status}; is KALTURA_SERVICE_URL right?")


def _api_error(body: bytes) -> ApiError | None:
    value = _decoded(body)
    return _xml_error(body) if value is _NO_JSON else _error_object(value)


def _decoded(body: bytes) -> Any:
    """The value of a JSON body; _NO_JSON when it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return _NO_JSON


def _error_object(value: Any) -> ApiError | None:
    if not is_error(value):
        return None
    args = value.get("args")
    ks_id = args.get("KSID", "") if isinstance(args, dict) else ""
    return _error(str(value.get("code", "")), str(ks_id))


def _xml_error(body: bytes) -> ApiError | None:
    head = body[:4096].lstrip().removeprefix(BOM)
    code = re.search(rb"<error><code>([^<]*)</code>", head) if head.startswith(b"<") else None
    if code is None:
        return None
    ks_id = re.search(rb"<name>KSID</name><value>([^<]*)</value>", head)
    return _error(code[1].decode(errors="replace"), ks_id[1].decode(errors="replace") if ks_id else "")


def _error(code: str, ks_id: str) -> ApiError:
    safe = code if re.fullmatch(r"[A-Z][A-Z0-9_]{1,80}", code) else "UNREADABLE_CODE"
    return ApiError(safe, ks_id if ks_id in _KS_STATES else "")


def _header_code(header: str) -> str:
    """`error- REPORT_NOT_FOUND` and `error-SERVICE_FORBIDDEN` both occur."""
    return _error(header.partition("-")[2].strip(), "").code
