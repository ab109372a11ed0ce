"""Open the SQS queues whose URLs are in environment variables."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from debrief.delivery.aws.clients import client
from debrief.delivery.aws.queue import Queue
from debrief.util.lazy import lazy

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

EXPORT_QUEUE_URL = "DEBRIEF_EXPORT_QUEUE_URL"
DELIVERY_QUEUE_URL = "DEBRIEF_DELIVERY_QUEUE_URL"


def queue(variable: str) -> Queue:
    """Return the queue whose URL is in an environment variable. Its client is made at its first use."""
    return Queue(os.environ[variable], lazy(_client))


@cache
def _client() -> SQSClient:
    sqs: SQSClient = client("sqs")
    return sqs
