"""Process a batch of SQS messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from debrief.errors import BadMessage, GiveUp, RetryLater, frames
from handlers.common import count, logger

if TYPE_CHECKING:
    from debrief.delivery.aws.queue import Queue

LONGEST_PAUSE_SECONDS = 3600


def consume(event: dict[str, Any], work: Callable[[str], None], source: Queue, failure_metric: str) -> dict[str, Any]:
    """Call `work` with the body of every message. Returns the messages that SQS must deliver again.

    After RetryLater the message is hidden for a while. After GiveUp the message is done: the error is logged and
    counted as `failure_metric`, a BadMessage as MessageNotUnderstood. After any other error the message comes back when
    the queue's visibility timeout ends; after the last try it moves to the dead-letter queue.
    """
    failed = [record["messageId"] for record in event["Records"] if not _process(record, work, source, failure_metric)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _process(record: dict[str, Any], work: Callable[[str], None], source: Queue, failure_metric: str) -> bool:
    """Return whether a message is done. No traceback is logged, because a library's error may contain personal data."""
    message_id = record["messageId"]
    try:
        work(record["body"])
    except RetryLater as later:
        seconds = retry_delay(later.after, int(record["attributes"]["ApproximateReceiveCount"]))
        logger.warning(str(later), error=type(later).__name__, again_in_seconds=seconds, message_id=message_id)
        try:
            source.hide(record["receiptHandle"], seconds)
        except Exception as error:  # noqa: BLE001 - the message comes back after the queue's visibility timeout
            _log_unexpected(error, message_id)
        return False
    except GiveUp as reason:
        logger.error(str(reason), error=type(reason).__name__, message_id=message_id)
        count("MessageNotUnderstood" if isinstance(reason, BadMessage) else failure_metric)
    except Exception as error:  # noqa: BLE001 - one message's failure must not stop the others
        _log_unexpected(error, message_id)
        return False
    return True


def _log_unexpected(error: Exception, message_id: str) -> None:
    logger.error("Unexpected error", error=type(error).__name__, at=frames(error), message_id=message_id)
    count("UnexpectedErrors")


def retry_delay(after: float, receives: int) -> int:
    """Return the seconds until the next try: `after`, doubled for each earlier try, at most an hour."""
    doublings = min(receives - 1, 12)
    return int(min(max(after, 1.0) * 2**doublings, LONGEST_PAUSE_SECONDS))
