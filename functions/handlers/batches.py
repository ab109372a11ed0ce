"""The one way in which a batch of SQS's messages is worked off."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from debrief.errors import GiveUp, RetryLater, frames
from handlers.common import count, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

    from handlers.queues import Queue

LONGEST_PAUSE_SECONDS = 3600


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
