"""What Lambda does between a queue and a function: it takes batches, calls, and deletes what was worked off.

SQS itself hides what was received, counts receipts and moves what came too often to the dead letters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from support.deployed import Deployed, Function, Source
from support.sqs_event import event_of

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

Invoke = Callable[[Function, dict[str, Any]], Any]
_AT_ONCE = 10  # what SQS gives in one answer


@dataclass
class Poller:
    """The event source mappings of a stack. `invoke` is the caller's; what it raises is what a function raises."""

    deployed: Deployed
    invoke: Invoke
    sqs: SQSClient
    errors: list[Exception] = field(default_factory=list)  # what functions raised
    _hidden: dict[str, tuple[str, str]] = field(default_factory=dict)  # queue and receipt of what failed, by message

    def poll(self, source: Source) -> int:
        """Give a function one batch; how many messages it was."""
        taken = self._receive(source)
        if taken:
            failed = self._call(source, taken)
            for message in taken:
                self._settle(source, message, failed=message["MessageId"] in failed)
        return len(taken)

    def drain(self) -> int:
        """Poll all queues until none has a message that can be received; how many messages it were."""
        total = 0
        while found := sum(self.poll(source) for source in self.deployed.sources if source.enabled):
            total += found
        return total

    def has_failed(self) -> bool:
        """Whether a message failed that has not been worked off since."""
        return bool(self._hidden)

    def wait(self) -> None:
        """As if time had passed: what failed can be received again. Nothing else was hidden by a poll."""
        for queue, receipt in self._hidden.values():
            self.sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=receipt, VisibilityTimeout=0)
        self._hidden.clear()

    def _receive(self, source: Source) -> list[MessageTypeDef]:
        """A batch; it is hidden for as long as the queue says."""
        taken: list[MessageTypeDef] = []
        while len(taken) < source.batch_size:
            answer = self.sqs.receive_message(
                QueueUrl=source.queue_url,
                MaxNumberOfMessages=min(_AT_ONCE, source.batch_size - len(taken)),
                MessageSystemAttributeNames=["All"],
            )
            if not (more := answer.get("Messages", [])):
                break
            taken += more
        return taken

    def _call(self, source: Source, taken: list[MessageTypeDef]) -> set[str]:
        """The ids of the messages that failed: all of them when the function raises."""
        everything = {message["MessageId"] for message in taken}
        try:
            answer = self.invoke(self.deployed.functions[source.function], event_of(taken, source.queue_arn))
        except Exception as error:  # noqa: BLE001 - a function may raise anything
            self.errors.append(error)
            return everything
        return failed_of(answer, everything) if source.reports_failures else set()

    def _settle(self, source: Source, message: MessageTypeDef, *, failed: bool) -> None:
        receipt = message["ReceiptHandle"]
        if failed:
            self._hidden[message["MessageId"]] = source.queue_url, receipt
        else:
            self._hidden.pop(message["MessageId"], None)
            self.sqs.delete_message(QueueUrl=source.queue_url, ReceiptHandle=receipt)


def failed_of(answer: Any, everything: set[str]) -> set[str]:
    """The ids that an answer reports as failed; an answer that Lambda does not understand fails the whole batch.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    match answer:
        case None | {"batchItemFailures": None | []}:
            return set()
        case {"batchItemFailures": [*items]}:
            ids = {item.get("itemIdentifier") if isinstance(item, dict) else None for item in items}
            return ids & everything if ids <= everything else everything
    return set() if answer == {} else everything
