"""Requests to the webhook's function URL."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest

from debrief.delivery.aws.queue import Queue
from debrief.delivery.ledger.sqlite import SqliteLedger
from handlers.receive import _ledger, handler
from support.events import event, received

NewQueue = Callable[[str], Queue]


@pytest.fixture
def hints(new_queue: NewQueue, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Queue:
    """What the webhook's function finds around it."""
    queue = new_queue("hints")
    monkeypatch.setenv("DEBRIEF_HINT_QUEUE_URL", queue.url)
    monkeypatch.setenv("DEBRIEF_LEDGER", str(tmp_path / "ledger.sqlite3"))
    monkeypatch.setenv("DEBRIEF_WEBHOOK_SECRET", "topsecret")
    _ledger.cache_clear()
    return queue


def metrics(text: str) -> set[str]:
    """The metrics in what the function printed."""
    blobs = [json.loads(line) for line in text.splitlines()]
    return {metric["Name"] for blob in blobs for metric in blob["_aws"]["CloudWatchMetrics"][0]["Metrics"]}


@pytest.mark.parametrize("name", ["webhook_form", "webhook_json"])
def test_a_signed_notification_brings_the_reconciliation_forward(
    hints: Queue, context: SimpleNamespace, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    answer = handler(event(name), context)
    assert (answer["statusCode"], answer["body"]) == (204, "")
    assert [json.loads(one["body"]) for one in received(hints)["Records"]] == [{"v": 2, "kind": "hint"}]
    assert metrics(capsys.readouterr().out) == {"WebhookReceived"}


def test_a_replay_is_answered_and_asks_for_nothing(
    hints: Queue, context: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [handler(event("webhook_form"), context)["statusCode"] for _ in range(3)] == [204, 204, 204]
    assert len(received(hints)["Records"]) == 1


def test_a_wrong_signature_is_refused_counted_and_opens_nothing(
    hints: Queue, context: SimpleNamespace, capsys: pytest.CaptureFixture[str], tmp_path: Path, log: StringIO
) -> None:
    wrong = event("webhook_json")
    wrong["headers"]["x-kaltura-signature"] = "0" * 64
    assert handler(wrong, context)["statusCode"] == 403
    assert metrics(capsys.readouterr().out) == {"WebhookRefused"}
    assert received(hints)["Records"] == []
    assert not (tmp_path / "ledger.sqlite3").exists()


def test_while_the_queue_is_down_kaltura_is_asked_to_send_it_again(
    hints: Queue, context: SimpleNamespace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    hints.client.delete_queue(QueueUrl=hints.url)
    assert handler(event("webhook_json"), context)["statusCode"] == 500
    assert metrics(capsys.readouterr().out) == {"WebhookFailed"}
    assert SqliteLedger(tmp_path / "ledger.sqlite3").note("hint", "last") is None
