"""Requests to the portal's function URL."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debrief.delivery.archive.layout import report_key
from debrief.delivery.archive.manifest import Manifest, manifest_document
from debrief.delivery.aws.queue import Queue
from debrief.delivery.ledger.ledger import Delivery, Link, SessionRecord
from debrief.delivery.ledger.sqlite import SqliteLedger
from debrief.delivery.links.tokens import token_hash
from debrief.delivery.mail.addresses import recipient_id
from debrief.order_codec import decode_delivery
from handlers.portal import handler
from support.events import event, received

pytestmark = pytest.mark.slow

NewQueue = Callable[[str], Queue]
TOKEN = "abcdefghijklmnopqrstuvwxyz234567"
START = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def deliveries(new_queue: NewQueue, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Queue:
    """What the portal's function finds around it."""
    queue = new_queue("deliveries")
    values = {
        "DEBRIEF_DELIVERY_QUEUE_URL": queue.url,
        "DEBRIEF_ARCHIVE": str(tmp_path / "archive"),
        "DEBRIEF_OUTBOX": str(tmp_path / "outbox"),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return queue


@pytest.fixture
def ledger(deliveries: Queue, tmp_path: Path) -> SqliteLedger:
    """A session that was mailed with the token of the events; its link has expired."""
    ledger = SqliteLedger(tmp_path / "archive" / ".debrief" / "ledger.sqlite3")
    ledger.save(SessionRecord("1_cue00001", "1_room0001", START, START + timedelta(hours=1), "Sales", state="final"))
    ledger.add_delivery(Delivery("1_cue00001", 1, "b4c9a289323b21a0", "ann@example.com", state="sent", at=START))
    link = Link(token_hash(TOKEN), "1_cue00001", "b4c9a289323b21a0", "full", 1, START, START + timedelta(days=1))
    ledger.add_link(link)
    manifest = Manifest("1_cue00001", "1_room0001", "final", 1, "0" * 64, ())
    document = manifest_document(manifest, report_key(START, "1_cue00001", "manifest.json"))
    path = tmp_path / "archive" / document.key
    path.parent.mkdir(parents=True)
    path.write_bytes(document.body)
    return ledger


def test_an_expired_link_is_answered_with_its_page(ledger: SqliteLedger, context: SimpleNamespace) -> None:
    answer = handler(event("portal_page"), context)
    assert answer["statusCode"] == 410
    assert f'action="{TOKEN}/renew"' in answer["body"]
    assert answer["isBase64Encoded"] is False
    assert answer["headers"]["strict-transport-security"]


def test_a_fresh_link_is_in_the_delivery_queue_before_the_answer(
    ledger: SqliteLedger, deliveries: Queue, context: SimpleNamespace
) -> None:
    assert handler(event("portal_renew"), context)["statusCode"] == 200
    (message,) = received(deliveries)["Records"]
    order = decode_delivery(message["body"])
    mail = ledger.delivery(order.cue_point_id, order.revision, order.recipient_id, order.occasion)
    assert mail is not None
    assert mail.address == "ann@example.com"
    assert "ann@" not in message["body"]


def test_a_mail_program_unsubscribes_with_one_click(ledger: SqliteLedger, context: SimpleNamespace) -> None:
    assert handler(event("portal_unsubscribe"), context)["statusCode"] == 200
    assert ledger.note("unsubscribed", "b4c9a289323b21a0")


def test_the_index_is_searched_by_the_query_of_the_event(
    ledger: SqliteLedger, context: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBRIEF_ADMIN_TO", "ann@example.com")
    now = datetime.now(UTC)
    token = "7" * 32
    who = recipient_id("ann@example.com")
    ledger.add_link(Link(token_hash(token), "admin", who, "full", 1, now, now + timedelta(days=1)))
    asked = event("portal_page") | {"rawPath": f"/i/{token}"}
    for query, is_found in (("from=2026-11-02&to=2026-11-02&room=sales", True), ("room=ventas", False)):
        answer = handler(asked | {"rawQueryString": query}, context)
        assert answer["statusCode"] == 200
        assert ("1_cue00001" in answer["body"]) is is_found
    assert handler(asked | {"rawQueryString": "from=%FF"}, context)["statusCode"] == 400
    del asked["rawQueryString"]
    assert handler(asked, context)["statusCode"] == 200


def test_a_wrong_environment_is_a_plain_500_and_the_log_says_why(
    aws: None,
    context: SimpleNamespace,
    log: StringIO,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("DEBRIEF_TIMEZONE", "Middle/Earth")
    answer = handler(event("portal_page"), context)
    assert answer["statusCode"] == 500
    assert "Middle" not in answer["body"]
    assert "Middle/Earth" in caplog.text


def test_no_token_is_logged(
    deliveries: Queue,
    context: SimpleNamespace,
    log: StringIO,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOGGER_LOG_EVENT", "true")
    (tmp_path / "archive" / ".debrief").mkdir(parents=True)
    (tmp_path / "archive" / ".debrief" / "ledger.sqlite3").write_bytes(b"no database at all" * 100)
    assert handler(event("portal_page"), context)["statusCode"] == 500
    assert caplog.text
    assert TOKEN not in caplog.text + log.getvalue()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.sampled_from(["rawPath", "rawQueryString", "headers", "body", "isBase64Encoded", "requestContext"]), JSON)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_no_event_is_answered_with_an_exception(
    ledger: SqliteLedger, context: SimpleNamespace, part: str, value: Any
) -> None:
    answer = handler(event("portal_unsubscribe") | {part: value}, context)
    assert json.loads(json.dumps(answer))["statusCode"] in {200, 400, 404, 405, 413, 500}
