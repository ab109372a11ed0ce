"""Send Kaltura's HTTP notifications, as a webhook receives them when a session's cue point changes.

The signature is the plain hash of the account's secret followed by the body, not an HMAC. By default the body is a form
with one field `data`. Only 200 and 204 count as delivered; after any other status the notification is tried three
times, a minute apart (Kaltura server, plugins/event_notification/providers/http).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal, Protocol
from urllib.parse import quote_plus

import requests

Algorithm = Literal["sha1", "sha256", "sha512"]
ATTEMPTS = 3
APART_SECONDS = 60.0
_DELIVERED = {200, 204}
_TIMEOUT = 10.0  # seconds
_NO_ANSWER = 0
_CHANGED = 3  # event type


class _Notified(Protocol):
    """The properties of a session in its notification."""

    @property
    def cue_point_id(self) -> str: ...
    @property
    def entry_id(self) -> str: ...
    @property
    def host_user_id(self) -> str: ...
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...


def notification(
    session: _Notified, *, secret: str, algorithm: Algorithm = "sha256", form: bool = True, job: int = 987_654
) -> tuple[dict[str, str], bytes]:
    """Return headers and body of the notification that a cue point has changed; `job` makes each one different."""
    text = json.dumps(_content(session, job), separators=(",", ":")).replace("/", "\\/")  # as PHP writes it
    body = f"data={quote_plus(text)}".encode() if form else text.encode()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded" if form else "application/json",
        "X-KALTURA-SIGNATURE": signature(body, secret, algorithm),
        "X-KALTURA-HASH-ALGO": algorithm,
    }
    return headers, body


def signature(body: bytes, secret: str, algorithm: Algorithm = "sha256") -> str:
    """Return the signature of a body, in lower-case hex."""
    return hashlib.new(algorithm, secret.encode() + body).hexdigest()


def send(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    attempts: int = ATTEMPTS,
    sleep: Callable[[float], None] = time.sleep,
) -> list[int]:
    """Deliver a notification as Kaltura does. Returns the status of each try; 0 if no answer came in time."""
    statuses: list[int] = []
    with requests.Session() as http:
        http.trust_env = False
        while len(statuses) < attempts and not _DELIVERED & set(statuses):
            if statuses:
                sleep(APART_SECONDS)
            statuses.append(_status(http, url, headers, body))
    return statuses


def _status(http: requests.Session, url: str, headers: Mapping[str, str], body: bytes) -> int:
    try:
        answer = http.post(url, data=body, headers=dict(headers), timeout=_TIMEOUT, allow_redirects=False)
    except (requests.ConnectionError, requests.Timeout):
        return _NO_ANSWER
    return answer.status_code


def _content(session: _Notified, job: int) -> dict[str, object]:
    start, end = (int(moment.timestamp()) for moment in (session.start, session.end))
    cue_point = {
        "id": session.cue_point_id,
        "cuePointType": "sessionCuePoint.Session",
        "status": 1,
        "entryId": session.entry_id,
        "createdAt": start + 1,
        "updatedAt": end + 1,
        "startTime": start,
        "endTime": end,
        "duration": end - start,
        "sessionOwner": session.host_user_id,
        "objectType": "KalturaSessionCuePoint",
    }
    return {
        "object": cue_point,
        "eventObjectType": "cuePointEventNotifications.CuePoint",
        "eventNotificationJobId": job,
        "templateId": 321,
        "templateName": "Session changed",
        "templateSystemName": "HTTP_SESSION_CHANGED",
        "eventType": _CHANGED,
        "objectType": "KalturaHttpNotification",
    }
