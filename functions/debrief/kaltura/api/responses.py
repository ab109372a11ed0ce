"""Decode HTTP answers from Kaltura: return the result or raise an error.

API errors have HTTP status 200 (Kaltura server, KalturaFrontController.php).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from debrief.errors import BadRequest, BadSettings, DebriefError, Forbidden, Throttled, Unavailable
from debrief.kaltura.api.errors import THROTTLE_SECONDS, ApiError, ExpiredKs, api_error, error_for

BOM = b"\xef\xbb\xbf"
MULTIREQUEST = "multirequest"
# Settings that error messages name.
SERVICE_URL, CHAT_URL, REGISTRATIONS_URL = "KALTURA_SERVICE_URL", "KALTURA_CHAT_URL", "KALTURA_REGISTRATIONS"


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """The relevant parts of an HTTP answer, independent of the HTTP library."""

    status: int
    content_type: str
    x_kaltura: str  # the X-Kaltura header
    body: bytes = field(repr=False)  # may contain a KS or personal data
    location: str = field(default="", repr=False)  # of a redirect; may contain a credential of the storage


@dataclass(frozen=True, slots=True)
class Reply:
    """A decoded answer and its bytes."""

    value: Any
    body: bytes


_NO_JSON = object()
_DECODER = json.JSONDecoder()
_BLANKS = " \t\n\r"


def result_of(answer: HttpResponse, call: str) -> Any:
    """Return the decoded JSON result of an action. `call` is the action's name in errors, e.g. `user.get`."""
    _check_transport(answer, call)
    value = _decode(answer.body)
    if error := _xml_error(answer.body) if value is _NO_JSON else _error_object(value):
        raise error_for(error, call)
    if answer.x_kaltura.lower().startswith("error"):
        raise error_for(ApiError(_header_code(answer.x_kaltura)), call)
    if value is _NO_JSON:
        raise Unavailable(f"Kaltura's answer to {call} is not complete JSON.")
    return value


def reply_of(answer: HttpResponse, call: str) -> Reply:
    return Reply(result_of(answer, call), answer.body)


def multi_reply_of(answer: HttpResponse, count: int) -> Reply:
    """Return the results of a multirequest; an item may be an error object. Raises ExpiredKs."""
    return Reply([value for value, _ in _items_of(answer, count)], answer.body)


def items_of(answer: HttpResponse, count: int) -> list[HttpResponse]:
    """Return the items of a multirequest's answer like answers to single calls, each with the bytes that Kaltura sent.

    Raises ExpiredKs if the KS of one item has expired, and Unavailable unless there are `count` items.
    """
    return [HttpResponse(200, answer.content_type, "", text.encode()) for _, text in _items_of(answer, count)]


def _items_of(answer: HttpResponse, count: int) -> list[tuple[Any, str]]:
    """Return each item's value and JSON text. A forbidden item also sets the X-Kaltura header, so it is ignored."""
    _check_transport(answer, MULTIREQUEST)
    try:
        items = list(_array_items(answer.body.decode()))
    except (ValueError, IndexError, RecursionError):
        result_of(answer, MULTIREQUEST)  # raises the error if the whole request failed
        items = []
    if len(items) != count:
        raise Unavailable("Kaltura's answer to a multirequest is not complete.")
    for value, _ in items:
        if (error := _error_object(value)) and error.ks_state == "EXPIRED":
            raise error_for(error, MULTIREQUEST)
    return items


def _array_items(text: str) -> Iterator[tuple[Any, str]]:
    """Yield value and text of each item in a JSON array with at least one item. Raises ValueError or IndexError."""
    place = _after_blanks(text, 0)
    if text[place] != "[":
        raise ValueError("not an array")
    while text[place] != "]":
        start = _after_blanks(text, place + 1)
        value, end = _DECODER.raw_decode(text, start)
        yield value, text[start:end]
        place = _after_blanks(text, end)
        if text[place] not in ",]":
            raise ValueError("no separator")
    if text[place + 1 :].strip(_BLANKS):
        raise ValueError("more than an array")


def _after_blanks(text: str, place: int) -> int:
    while text[place] in _BLANKS:
        place += 1
    return place


def is_throttled(item: HttpResponse) -> bool:
    """Return whether an item of a multirequest says that Kaltura limits the rate of its call."""
    error = _api_error(item.body)
    return error is not None and isinstance(error_for(error, MULTIREQUEST), Throttled)


def is_error(value: Any) -> bool:
    return isinstance(value, dict) and value.get("objectType") == "KalturaAPIException"


def item_error(value: Any, call: str) -> DebriefError | None:
    """Return the error in a result of a multirequest; None if the result is not an error."""
    error = _error_object(value)
    return error_for(error, call) if error else None


def chat_reply_of(answer: HttpResponse, call: str) -> Reply:
    """Return an answer from the chat service."""
    return _service_reply(answer, call, CHAT_URL)


def registrations_reply_of(answer: HttpResponse, call: str) -> Reply:
    """Return an answer from a registration service, which also answers with an error object at HTTP status 200."""
    reply = _service_reply(answer, call, REGISTRATIONS_URL)
    error = _error_object(reply.value)
    if error and error.code == "SESSION_START_FAILED":
        raise Unavailable(f"Kaltura failed at {call} ({error.code}).")
    if error:
        raise error_for(error, call)
    return reply


def events_reply_of(answer: HttpResponse, call: str) -> Reply:
    """Return an answer from the Events API, which says in a field whether a call has worked."""
    reply = registrations_reply_of(answer, call)
    status = reply.value.get("status") if isinstance(reply.value, dict) else None
    if status == "RateLimitReached":
        raise Throttled(f"Kaltura limits the rate of {call} now.", after=THROTTLE_SECONDS)
    if status != "ok":
        raise BadRequest(f"Kaltura did not answer {call} with the status ok.")
    return reply


def _service_reply(answer: HttpResponse, call: str, setting: str) -> Reply:
    """Return an answer from a service beside the API, which uses HTTP status codes; 401 means an expired KS."""
    if answer.status == 401:
        raise ExpiredKs(f"The KS was not accepted by {call}.")
    if answer.status == 403:
        raise Forbidden(f"The credential has no permission to read {call}.")
    _check_transport(answer, call, setting)
    try:
        return Reply(json.loads(answer.body), answer.body)
    except (ValueError, RecursionError):
        raise Unavailable(f"The answer of {call} is not complete JSON.") from None


def csv_of(answer: HttpResponse, call: str) -> bytes:
    """Return the bytes of a CSV report, or raise its error.

    If the action itself fails, the body is empty and the X-Kaltura header has the error. An error before the action is
    an object in JSON or XML. A truncated table lacks the last line feed (Kaltura server, ReportService.php).
    """
    _check_transport(answer, call)
    if answer.x_kaltura.lower().startswith("error"):
        raise error_for(_api_error(answer.body) or ApiError(_header_code(answer.x_kaltura)), call)
    if answer.body.startswith(BOM) and answer.content_type.startswith("text/csv"):
        if answer.body.endswith(b"\n"):
            return answer.body
        raise Unavailable(f"Kaltura's answer to {call} was truncated.")
    if error := _api_error(answer.body):
        raise error_for(error, call)
    raise Unavailable(f"Kaltura's answer to {call} is neither a table nor an error.")


def file_of(answer: HttpResponse, call: str) -> bytes:
    """Return a file, or raise its error, as of a report; an empty answer without a header is a file too."""
    _check_transport(answer, call)
    error = _api_error(answer.body)
    if answer.x_kaltura.lower().startswith("error"):
        error = error or ApiError(_header_code(answer.x_kaltura))
    if error:
        raise error_for(error, call)
    return answer.body


def limited_body(chunks: Iterable[bytes], most: int, call: str) -> bytes:
    """Return a body of at most `most` bytes. Raises BadRequest for a longer one, without reading all of it."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > most:
            raise BadRequest(f"The answer of {call} has more than {most // 1_000_000} MB.")
    return bytes(body)


def storage_url(location: str, root: str) -> str:
    """Return the address of a redirect. Raises BadRequest for one that is neither encrypted nor Kaltura's own."""
    url = urljoin(root, location)
    if url.startswith("https://") or urlsplit(url)[:2] == urlsplit(root)[:2]:
        return url
    raise BadRequest("Kaltura redirects to a file at an address without encryption; the file was not read.")


def _check_transport(answer: HttpResponse, call: str, setting: str = SERVICE_URL) -> None:
    """Raise an error for an HTTP status other than 200. `setting` names the setting with the URL."""
    if 300 <= answer.status < 400:
        raise BadSettings(f"Kaltura answered {call} with a redirect; correct {setting}.")
    if answer.status == 429 or answer.status >= 500:
        raise Unavailable(f"Kaltura answered {call} with HTTP status {answer.status}.")
    if answer.status != 200:
        raise BadRequest(f"{call} got HTTP status {answer.status}; is {setting} right?")


def _api_error(body: bytes) -> ApiError | None:
    value = _decode(body)
    return _xml_error(body) if value is _NO_JSON else _error_object(value)


def _decode(body: bytes) -> Any:
    """Return the value of a JSON body; _NO_JSON for anything else."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return _NO_JSON


def _error_object(value: Any) -> ApiError | None:
    if not is_error(value):
        return None
    args = value.get("args")
    ks_state = args.get("KSID", "") if isinstance(args, dict) else ""
    return api_error(str(value.get("code", "")), str(ks_state))


def _xml_error(body: bytes) -> ApiError | None:
    head = body[:4096].lstrip().removeprefix(BOM)
    code = re.search(rb"<error><code>([^<]*)</code>", head) if head.startswith(b"<") else None
    if code is None:
        return None
    ks_state = re.search(rb"<name>KSID</name><value>([^<]*)</value>", head)
    return api_error(code[1].decode(errors="replace"), ks_state[1].decode(errors="replace") if ks_state else "")


def _header_code(header: str) -> str:
    """Return the code in a header such as `error- REPORT_NOT_FOUND` or `error-SERVICE_FORBIDDEN`."""
    return api_error(header.partition("-")[2].strip(), "").code
