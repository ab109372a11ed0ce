"""Notifications as Kaltura sends them."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest

from debrief.model import Session
from kaltura_standin.webhooks import Algorithm, notification, send, signature

SESSION = Session(
    "1_cue00001",
    "1_abcd1234",
    datetime(2026, 11, 2, 9, 0, tzinfo=UTC),
    datetime(2026, 11, 2, 10, 1, tzinfo=UTC),
    host_user_id="ann/lee@example.com",
)


class Receiver(HTTPServer):
    """Answers with the next status of a list, and keeps what came."""

    def __init__(self, statuses: list[int]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses = statuses
        self.received: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/webhook"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((dict(self.headers), body))
        self.send_response(self.server.statuses.pop(0))
        self.send_header("Location", "/webhook")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def receiver(*statuses: int) -> Iterator[Receiver]:
    with Receiver(list(statuses)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.005,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("sha1", "a8a10e4121d4e9cabb74e9af42d44c623556c2f5"),
        ("sha256", "786ba579df3eb00a2594d02a52b476271c9a81f474a9e0f028a6998216facc7d"),
    ],
)
def test_a_signature_is_the_plain_hash_of_the_secret_and_then_the_body(algorithm: Algorithm, expected: str) -> None:
    assert signature(b'{"object":{"id":"1_abc"}}', "topsecret", algorithm) == expected


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize("form", [True, False])
def test_both_body_forms_describe_the_cue_point_and_are_signed_as_they_are_sent(
    algorithm: Algorithm, form: bool
) -> None:
    headers, body = notification(SESSION, secret="topsecret", algorithm=algorithm, form=form)
    assert headers["X-KALTURA-SIGNATURE"] == hashlib.new(algorithm, b"topsecret" + body).hexdigest()
    assert headers["X-KALTURA-HASH-ALGO"] == algorithm
    assert body.startswith(b"data=%7B") == form
    sent = json.loads(parse_qs(body.decode())["data"][0] if form else body)
    assert (sent["object"]["id"], sent["object"]["entryId"]) == ("1_cue00001", "1_abcd1234")
    assert sent["object"]["endTime"] - sent["object"]["startTime"] == sent["object"]["duration"] == 3660
    assert sent["object"]["sessionOwner"] == "ann/lee@example.com"
    assert (sent["objectType"], sent["eventType"]) == ("KalturaHttpNotification", 3)


def test_two_jobs_about_one_change_differ_in_their_number_only() -> None:
    one, other = (json.loads(notification(SESSION, secret="s", form=False, job=job)[1]) for job in (1, 2))
    assert one.pop("eventNotificationJobId") != other.pop("eventNotificationJobId")
    assert one == other


@pytest.mark.parametrize("status", [200, 204])
def test_a_notification_that_is_taken_is_sent_once(status: int) -> None:
    headers, body = notification(SESSION, secret="s")
    with receiver(status) as server:
        assert send(server.url, headers, body) == [status]
    ((got, sent),) = server.received
    assert sent == body
    assert {name: got[name] for name in headers} == headers


@pytest.mark.parametrize("status", [201, 202, 302, 403, 500])
def test_any_other_answer_is_tried_again_a_minute_later_until_it_is_taken(status: int) -> None:
    waits: list[float] = []
    with receiver(status, 200) as server:
        assert send(server.url, *notification(SESSION, secret="s"), sleep=waits.append) == [status, 200]
    assert waits == [60.0]
    assert server.received[0] == server.received[1]


def test_after_three_tries_a_notification_is_lost() -> None:
    waits: list[float] = []
    with receiver(500, 202, 503) as server:
        assert send(server.url, *notification(SESSION, secret="s"), sleep=waits.append) == [500, 202, 503]
    assert send(server.url, *notification(SESSION, secret="s"), sleep=waits.append) == [0, 0, 0]
