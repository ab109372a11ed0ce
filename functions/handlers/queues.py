"""SQS: sending orders, and the one way in which a batch of messages is worked off."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from debrief.errors import GiveUp, RetryLater, Unavailable, frames
from handlers.common import count, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

EXPORT_QUEUE_URL = "DEBRIEF_EXPORT_QUEUE_URL"
DELIVERY_QUEUE_URL = "DEBRIEF_DELIVERY_QUEUE_URL"
LONGEST_PAUSE_SECONDS = 3600
_BATCH = 10  # SQS's own limit


@dataclass(frozen=True, slots=True)
class Queue:
    """One SQS queue."""

    url: str
    client: SQSClient = field(repr=False)

    def send(self, bodies: Iterable[str]) -> int:
        """Send all messages and say how many. Raises Unavailable, after the last, when SQS did not take one."""
        all_bodies = list(bodies)
        batches = (all_bodies[first : first + _BATCH] for first in range(0, len(all_bodies), _BATCH))
        refused = sum(map(self._send_batch, batches))
        if refused:
            raise Unavailable(f"SQS did not take {refused} of {len(all_bodies)} messages.")
        return len(all_bodies)

    def hide(self, record: SQSRecord, seconds: int) -> None:
        """Let a message come back after so many seconds."""
        self.client.change_message_visibility(
            QueueUrl=self.url, ReceiptHandle=record.receipt_handle, VisibilityTimeout=seconds
        )

    def _send_batch(self, bodies: list[str]) -> int:
        """How many of at most ten messages SQS did not take."""
        entries: list[SendMessageBatchRequestEntryTypeDef]
        entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
        return len(self.client.send_message_batch(QueueUrl=self.url, Entries=entries).get("Failed", []))


def queue(variable: str) -> Queue:
    """The queue whose address an environment variable holds."""
    return Queue(os.environ[variable], _client())


@cache
def _client() -> SQSClient:
    import boto3

    return boto3.client("sqs")


def consume(event: dict[str, Any], work: Callable[[str], None], source: Queue, given_up: str) -> dict[str, Any]:
    """Do `work` on the body of every message and report those that must come back.

    RetryLater hides its message for a while; GiveUp is logged, counted as the metric `given_up` and done with;
    anything else comes back after the queue's visibility timeout, until the queue puts it with the dead letters.
    """
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    handle = partial(_consume_one, work=work, source=source, given_up=given_up)
    return dict(process_partial_response(event, handle, processor))


def _consume_one(record: SQSRecord, *, work: Callable[[str], None], source: Queue, given_up: str) -> None:
    """No traceback is logged: it would quote the error's message, which in a foreign error may quote an attendee."""
    try:
        work(record.body)
    except RetryLater as later:
        seconds = pause(later.after, int(record.attributes.approximate_receive_count))
        logger.warning(str(later), error=type(later).__name__, again_in_seconds=seconds, message_id=record.message_id)
        source.hide(record, seconds)
        raise
    except GiveUp as reason:
        logger.error(str(reason), error=type(reason).__name__, message_id=record.message_id)
        count(given_up)
    except Exception as error:
        logger.error("Unexpected error", error=type(error).__name__, at=frames(error), message_id=record.message_id)
        count("UnexpectedErrors")
        raise


def pause(after: float, receives: int) -> int:
    """Seconds until the next try: as asked at the first, doubled at each further one, an hour at most."""
    doublings = min(receives - 1, 12)
    return int(min(max(after, 1.0) * 2**doublings, LONGEST_PAUSE_SECONDS))
