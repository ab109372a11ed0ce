"""Events as Lambda gives them to the handlers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from debrief.delivery.aws import clients
from debrief.delivery.aws.queue import Queue
from handlers import common, queues, receive
from support.sqs_event import event_of

EVENTS = Path(__file__).parents[1] / "events"


def forget() -> None:
    """Let the handlers start anew, as in a new process: no service, client or secret is remembered."""
    common._secret_text.cache_clear()
    common._secrets_client.cache_clear()
    queues._client.cache_clear()
    clients.session.cache_clear()
    common._connected.cache_clear()
    receive._ledger.cache_clear()


def event(name: str) -> dict[str, Any]:
    """An event of tests/events."""
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return found


def received(queue: Queue, *, wait_seconds: int = 0) -> dict[str, Any]:
    """The event that Lambda makes of the messages that can be received now, at most ten."""
    answer = queue.client.receive_message(
        QueueUrl=queue.url,
        MaxNumberOfMessages=10,
        MessageSystemAttributeNames=["All"],
        WaitTimeSeconds=wait_seconds,
    )
    return event_of(answer.get("Messages", []), "arn:aws:sqs:eu-west-1:123456789012:queue")


def settle(queue: Queue, taken: dict[str, Any], answer: dict[str, Any]) -> None:
    """Delete what the handler did not report as failed, as Lambda does."""
    failed = {item["itemIdentifier"] for item in answer["batchItemFailures"]}
    for record in taken["Records"]:
        if record["messageId"] not in failed:
            queue.client.delete_message(QueueUrl=queue.url, ReceiptHandle=record["receiptHandle"])
