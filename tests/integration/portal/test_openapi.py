"""The portal and the webhook do what docs/openapi.yaml says, whatever they are sent."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from debrief.cli.http_server import Listener
from debrief.delivery.ledger.ledger import Note
from kaltura_standin.webhooks import Algorithm, signature
from support.mailed import Mailed
from support.served import SECRET, served

DOCUMENT = Path(__file__).parents[3] / "docs" / "openapi.yaml"
READING = ("get", "head")
FEW = settings(
    max_examples=20,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


def described() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text())
    return found


SEEN = {
    ("/r/{token}", "get"): {200, 404, 410},
    ("/r/{token}/renew", "post"): {200, 303, 404},
    ("/r/{token}/index", "post"): {200, 404},
    ("/i/{token}", "get"): {200, 400, 404},
    ("/i/{token}/renew", "post"): {303, 404},
    ("/u/{token}", "post"): {200, 400, 404},
    ("/webhook", "post"): {403},
}
OPERATIONS = [
    (path, method) for path, item in described()["paths"].items() for method in item if method in {*READING, "post"}
]


@pytest.fixture
def server(mailed: Mailed) -> Iterator[Listener]:
    """Ann's link works, Bea's is revoked, Cy's has expired; Dan is an admin, and so is Ann."""
    mailed.mail_the_admins("dan@example.com")
    mailed.admins += ("ann@example.com",)
    with mailed.services() as services:
        bea = services.ledger.link(mailed.hash_of("bea@example.com"))
        assert bea is not None
        services.ledger.put_note(Note("revoked", f"person/{bea.recipient_id}", mailed.place.clock.now))
    with served(mailed) as listener:
        yield listener


@pytest.fixture
def clock_of_cy(mailed: Mailed) -> None:
    """A ledger in which only Cy's link has expired."""
    path = mailed.place.root / "archive" / ".debrief" / "ledger.sqlite3"
    with sqlite3.connect(path) as database:
        past = (mailed.place.clock.now - timedelta(days=1)).isoformat(timespec="microseconds").replace("+00:00", "Z")
        database.execute("UPDATE links SET expires = ? WHERE token_hash = ?", (past, mailed.hash_of("cy@example.com")))
    database.close()


def operation(server: Listener, path: str, method: str, tokens: Iterable[str] = ()) -> APIOperation:
    """One operation, called with these tokens alone, or with any."""
    document = described()
    if tokens:
        document["components"]["parameters"]["Token"]["schema"] = {"enum": sorted(tokens)}
        document["components"]["parameters"]["Session"]["schema"] = {"enum": ["1_cue00001", "1_nocue"]}
    document["servers"] = [{"url": server.url}]
    found: APIOperation = schemathesis.openapi.from_dict(document)[path][method.upper()]
    return found


def asked(server: Listener, called: APIOperation, mode: GenerationMode) -> set[int]:
    """Ask again and again; the statuses of the answers, each of which was as described."""
    statuses = set()

    @given(case=called.as_strategy(generation_mode=mode))
    @FEW
    def ask(case: Case) -> None:
        response = case.call(base_url=server.url, timeout=30)
        case.validate_response(response, excluded_checks=[positive_data_acceptance])  # a good token may have expired
        statuses.add(response.status_code)

    ask()
    return statuses


def answers(server: Listener, path: str, method: str, tokens: Iterable[str]) -> Iterator[int]:
    """The statuses of what people do with each of these tokens, well and by mistake: examples may miss one."""
    for token in tokens:
        url = server.url + path.format(token=token, session="1_cue00001", file="attendees")
        for said in ({}, {"from": "never", "choice": "never"}):
            more = {"params": said} if method in READING else {"data": said}
            yield requests.request(method, url, allow_redirects=False, timeout=30, **more).status_code


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_request_is_answered_otherwise_than_described(
    mailed: Mailed, clock_of_cy: None, server: Listener, path: str, method: str
) -> None:
    before, mails = mailed.dump(), mailed.place.mails()
    called = operation(server, path, method)
    statuses = asked(server, called, GenerationMode.POSITIVE)
    if "{" in path or path == "/webhook":
        statuses |= asked(server, called, GenerationMode.NEGATIVE)
    if "{" in path:
        statuses |= asked(server, operation(server, path, method, mailed.tokens.values()), GenerationMode.POSITIVE)
        statuses |= set(answers(server, path, method, mailed.tokens.values()))
    assert statuses >= SEEN.get((path, method), {200, 404} if "{" in path else set())
    if method in READING:
        assert mailed.dump() == before
        assert mailed.place.mails() == mails


@pytest.mark.parametrize("mode", MODES)
def test_no_signed_notification_is_answered_otherwise_than_described(server: Listener, mode: GenerationMode) -> None:
    called = operation(server, "/webhook", "post")
    statuses = set()

    @given(case=called.as_strategy(generation_mode=mode), algorithm=st.sampled_from(["sha1", "sha256", "sha512"]))
    @FEW
    def ask(case: Case, algorithm: Algorithm) -> None:
        request = requests.Request(**case.as_transport_kwargs(base_url=server.url)).prepare()
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        request.headers["X-KALTURA-HASH-ALGO"] = algorithm
        request.headers["X-KALTURA-SIGNATURE"] = signature(body, SECRET, algorithm)
        with requests.Session() as session:
            session.trust_env = False
            response = session.send(request, timeout=30)
        case.validate_response(response, excluded_checks=[negative_data_rejection])
        statuses.add(response.status_code)

    ask()
    assert statuses <= {200, 204, 400, 405}
    assert statuses & {200, 204}


def test_the_description_knows_every_path_that_the_portal_knows() -> None:
    assert {re.sub(r"\{\w+\}", "x", path) for path in described()["paths"]} == {
        "/r/x",
        "/r/x/x",
        "/r/x/renew",
        "/r/x/index",
        "/i/x",
        "/i/x/x/x",
        "/i/x/renew",
        "/u/x",
        "/",
        "/robots.txt",
        "/favicon.ico",
        "/webhook",
    }
