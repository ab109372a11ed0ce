"""Check the signature of Kaltura's HTTP notifications, and start the next reconciliation sooner.

The content of a notification is not trusted: the reconciliation asks Kaltura. A replay, a duplicate or a body with
added bytes (the signature is a plain hash, not an HMAC) can only start a reconciliation early.
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
from urllib.parse import unquote_plus

from debrief.delivery.ledger.ledger import Ledger, Note
from debrief.errors import Forbidden
from debrief.portal.failures import with_error_pages
from debrief.portal.http import Request, Response, text_response, with_common_headers

SIZE_LIMIT = 65_536  # bytes
HINT = '{"v":2,"kind":"hint"}'  # the message that starts a reconciliation early
PAUSE = timedelta(seconds=60)  # the end of a session sends several notifications; one reconciliation is enough
LAST = "last"
_ALGORITHMS = frozenset({"sha1", "sha256", "sha512"})
_UNKNOWN = "something"
_OBJECT_TYPE = re.compile(r"[A-Za-z]{1,60}")


@dataclass(frozen=True, slots=True)
class Hint:
    """A signed notification. Only the kind of the changed object is kept, for the operator to read."""

    about: str = _UNKNOWN


@dataclass(frozen=True, slots=True)
class Hook:
    """The services that the webhook needs. The ledger is opened only after the signature check."""

    secret: str = field(repr=False)
    ledger: Callable[[], Ledger]
    clock: Callable[[], datetime]
    send_hint: Callable[[], object]


def check(headers: Mapping[str, str], body: bytes, secret: str) -> Hint | None:
    """Check the signature and return the hint; None for an unsupported format, such as XML.

    Header names are in lower case. The signature is the lower-case hex of hash(secret + body), over the received
    bytes, in sha1, sha256 or sha512 (Kaltura server, plugins/event_notification/providers/http). Raises Forbidden
    without a secret, without a signature, or with a wrong signature.
    """
    algorithm = headers.get("x-kaltura-hash-algo", "")
    if not secret or algorithm not in _ALGORITHMS:
        raise Forbidden("The notification is not signed, or no webhook secret is set.")
    signature = hashlib.new(algorithm, secret.encode() + body).hexdigest()
    received = headers.get("x-kaltura-signature", "").encode(errors="surrogatepass")
    if not hmac.compare_digest(signature.encode(), received):
        raise Forbidden("The notification's signature is wrong.")
    return _hint(body)


def receive(hook: Hook, request: Request) -> Response:
    """Answer one notification and raise nothing: 204 for a hint, 200 for another format, 403 for a wrong signature."""
    return with_common_headers(with_error_pages(partial(_receive, hook, request)), request)


def _receive(hook: Hook, request: Request) -> Response:
    if request.method != "POST":
        return text_response(405, "Send notifications with POST.", allow="POST")
    if len(request.body) > SIZE_LIMIT:
        return text_response(413, f"The notification is too large: at most {SIZE_LIMIT} bytes are accepted.")
    try:
        hint = check(request.headers, request.body, hook.secret)
    except Forbidden as error:
        return text_response(403, str(error))
    if hint is None:
        return text_response(200, "The notification was ignored: its format is not supported.")
    ledger, now = hook.ledger(), hook.clock()
    last = ledger.note("hint", LAST)
    if last is None or not timedelta() <= now - last.at < PAUSE:
        hook.send_hint()  # before the note: if this run is killed in between, the next notification sends a hint again
        ledger.put_note(Note("hint", LAST, now, f"A notification about {hint.about}."))
    return Response(204)


def _hint(body: bytes) -> Hint | None:
    """Parse JSON, or JSON in the form field `data`, whatever the Content-Type is."""
    try:
        text = body.decode()
        notification = json.loads(unquote_plus(text.removeprefix("data=")) if text.startswith("data=") else text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(notification, dict):
        return None
    changed = notification.get("object")
    name = changed.get("objectType") if isinstance(changed, dict) else None
    return Hint(name if isinstance(name, str) and _OBJECT_TYPE.fullmatch(name) else _UNKNOWN)
