"""The one way in which a batch of SQS's messages is worked off."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from debrief.errors import BadMessage, GiveUp, RetryLater, frames
from handlers.common import count, logger

if TYPE_CHECKING:
    from debrief.delivery.aws.queue import Queue

LONGEST_PAUSE_SECONDS = 3600


def consume(event: dict[str, Any], work: Callable[[str], None], source: Queue, given_up: str) -> dict[str, Any]:
    """Do `work` on the body of every message and report those that must come back.

    RetryLater hides its message for a while; GiveUp is logged, counted as the metric `given_up` and done with; so is
    what is no order of this version, which counts apart. Anything else comes back after the queue's visibility timeout,
    until the queue puts it with the dead letters.
    """
    failed = [record["messageId"] for record in event["Records"] if not _is_done(record, work, source, given_up)]
    return {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}


def _is_done(record: dict[str, Any], work: Callable[[str], None], source: Queue, given_up: str) -> bool:
    """No traceback is logged: it would quote the error's message, which in a foreign error may quote an attendee."""
    name = record["messageId"]
    try:
        work(record["body"])
    except RetryLater as later:
        seconds = pause(later.after, int(record["attributes"]["ApproximateReceiveCount"]))
        logger.warning(str(later), error=type(later).__name__, again_in_seconds=seconds, message_id=name)
        _hide(source, record, seconds)
        return False
    except GiveUp as reason:
        logger.error(str(reason), error=type(reason).__name__, message_id=name)
        count("MessageNotUnderstood" if isinstance(reason, BadMessage) else given_up)
    except Exception as error:  # noqa: BLE001 - one message's trouble must not hold up the others
        _unexpected(error, name)
        return False
    return True


def _hide(source: Queue, record: dict[str, Any], seconds: int) -> None:
    """When it cannot be hidden it comes back by itself, at the queue's own time."""
    try:
        source.hide(record["receiptHandle"], seconds)
    except Exception as error:  # noqa: BLE001
        _unexpected(error, record["messageId"])


def _unexpected(error: Exception, name: str) -> None:
    logger.error("Unexpected error", error=type(error).__name__, at=frames(error), message_id=name)
    count("UnexpectedErrors")


def pause(after: float, receives: int) -> int:
    """Seconds until the next try: as asked at the first, doubled at each further one, an hour at most."""
    doublings = min(receives - 1, 12)
    return int(min(max(after, 1.0) * 2**doublings, LONGEST_PAUSE_SECONDS))
