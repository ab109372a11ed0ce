"""SQS queues between the stages in Lambda."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from debrief.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

_BATCH = 10  # SQS's limit


@dataclass(frozen=True, slots=True)
class Queue:
    url: str
    client: SQSClient = field(repr=False)

    def send(self, bodies: Iterable[str]) -> int:
        """Send all messages. Returns their number.

        Raises Unavailable after the last message if SQS did not take some of them, and at once if SQS cannot be
        reached. Raises BadSettings if AWS refuses the request.
        """
        all_bodies = list(bodies)
        batches = (all_bodies[first : first + _BATCH] for first in range(0, len(all_bodies), _BATCH))
        refused = sum(map(self._send_batch, batches))
        if refused:
            raise Unavailable(f"SQS did not take {refused} of {len(all_bodies)} messages.")
        return len(all_bodies)

    def hide(self, receipt_handle: str, seconds: int) -> None:
        """Let the queue deliver a received message again after these seconds."""
        self.client.change_message_visibility(
            QueueUrl=self.url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
        )

    def _send_batch(self, bodies: list[str]) -> int:
        """Send at most ten messages. Returns the number that SQS rejected."""
        from debrief.delivery.aws.errors import aws_errors

        entries: list[SendMessageBatchRequestEntryTypeDef]
        entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
        with aws_errors("sqs:SendMessage", f"queue {self.url.rpartition('/')[2]}"):
            return len(self.client.send_message_batch(QueueUrl=self.url, Entries=entries).get("Failed", []))
