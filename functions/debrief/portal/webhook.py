"""Kaltura's HTTP notifications: proof that the account sent one, and the hint that it is to compare sooner.

What a notification says is not believed: the comparison asks Kaltura. So a replay, a duplicate or a body that somebody
lengthened (the signature is a plain hash, not an HMAC) can do no more than bring the next comparison forward.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import unquote_plus

from debrief.delivery.ledger.ledger import Ledger, Mark
from debrief.errors import Forbidden
from debrief.portal.failures import guarded
from debrief.portal.http import Request, Response, dressed, text_response

SIZE_LIMIT = 65_536  # bytes
HINT = '{"v":2,"kind":"hint"}'  # the message that brings a comparison forward
PAUSE = timedelta(seconds=60)  # one session ends in several notifications; one comparison does for all
LAST = "last"
_ALGORITHMS = frozenset({"sha1", "sha256", "sha512"})
_UNKNOWN = "something"
_OBJECT_TYPE = re.compile(r"[A-Za-z]{1,60}")


@dataclass(frozen=True, slots=True)
class Hint:
    """A notification about something. Of what it says only the kind of object is kept, for a person to read."""

    about: str = _UNKNOWN


@dataclass(frozen=True, slots=True)
class Hook:
    """What a notification meets: only a signed one opens the ledger, and asks for a comparison, once a minute."""

    secret: str = field(repr=False)
    ledger: Callable[[], Ledger]
    clock: Callable[[], datetime]
    hand_on: Callable[[], object]


def check(headers: Mapping[str, str], body: bytes, secret: str) -> Hint | None:
    """What a signed notification hints at; None when it is of a form that is not read, such as XML.

    Names of headers are in lower case. The signature is the lower-case hex of hash(secret + body), over the bytes as
    they came, in sha1, sha256 or sha512 (Kaltura server, plugins/event_notification/providers/http). Raises Forbidden
    without a secret, without a signature, or with a wrong one.
    """
    algorithm = headers.get("x-kaltura-hash-algo", "")
    if not secret or algorithm not in _ALGORITHMS:
        raise Forbidden("The notification is not signed, or no secret is set to check it by.")
    signature = hashlib.new(algorithm, secret.encode() + body).hexdigest()
    given = headers.get("x-kaltura-signature", "").encode(errors="surrogatepass")
    if not hmac.compare_digest(signature.encode(), given):
        raise Forbidden("The notification's signature is not right.")
    return _hint(body)


def receive(hook: Hook, request: Request) -> Response:
    """Answer one notification: 204 when it is a hint, 200 when it tells us nothing, 403 when it is not signed.

    Never raises.
    """
    return dressed(guarded(partial(_receive, hook, request)), request)


def _receive(hook: Hook, request: Request) -> Response:
    if request.method != "POST":
        return text_response(405, "Notifications are posted.", allow="POST")
    if len(request.body) > SIZE_LIMIT:
        return text_response(413, f"A notification has at most {SIZE_LIMIT} bytes.")
    try:
        hint = check(request.headers, request.body, hook.secret)
    except Forbidden as error:
        return text_response(403, str(error))
    if hint is None:
        return text_response(200, "Nothing in it is for us.")
    _bring_forward(hook, hint)
    return Response(204)


def _bring_forward(hook: Hook, hint: Hint) -> None:
    """Handed on first, noted after: killed in between, the next notification is handed on once more."""
    ledger, now = hook.ledger(), hook.clock()
    last = ledger.mark("hint", LAST)
    if last is None or not timedelta() <= now - last.at < PAUSE:
        hook.hand_on()
        ledger.put_mark(Mark("hint", LAST, now, f"A notification about {hint.about}."))


def _hint(body: bytes) -> Hint | None:
    """JSON as it is, or as the form field `data`, whatever the Content-Type says."""
    try:
        text = body.decode()
        told = json.loads(unquote_plus(text.removeprefix("data=")) if text.startswith("data=") else text)
    except (ValueError, RecursionError):
        return None
    return Hint(_object_type(told)) if isinstance(told, dict) else None


def _object_type(told: Mapping[str, Any]) -> str:
    found = told.get("object")
    name = found.get("objectType") if isinstance(found, dict) else None
    return name if isinstance(name, str) and _OBJECT_TYPE.fullmatch(name) else _UNKNOWN
