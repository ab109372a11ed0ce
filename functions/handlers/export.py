"""Lambda function for the export queue: each message orders an export or a replay of a session or virtual event."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from debrief.delivery.aws.queue import Queue
from debrief.errors import BadSettings, GiveUp, Unavailable
from debrief.order_codec import decode_export, encode
from debrief.orders import DeliveryOrder, ExportOrder
from debrief.pipeline.services import Services
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.failures import save_failure
from handlers.batches import consume
from handlers.common import count, logger, metrics, open_services, open_services_without_secrets
from handlers.queues import DELIVERY_QUEUE_URL, EXPORT_QUEUE_URL, queue

Export = Callable[[Services, ExportOrder], Iterable[DeliveryOrder]]


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Execute the order of each message. Returns the messages that SQS must deliver again."""
    work = partial(_export, queue(DELIVERY_QUEUE_URL))
    return consume(event, work, queue(EXPORT_QUEUE_URL), failure_metric="ExportGivenUp")


def _export(deliveries: Queue, body: str) -> None:
    """Export one session. If a secret or setting is wrong, this is recorded as the reason of the session's failure."""
    try:
        services = open_services()
    except GiveUp as error:
        save_failure(open_services_without_secrets(error), decode_export(body), str(error))
        raise
    export_one(services, deliveries, body)


def export_one(services: Services, deliveries: Queue, body: str, *, export: Export = run_export) -> None:
    """Export one session and queue its emails.

    Raises Unavailable if the delivery queue refuses the emails, so that the message comes back.
    """
    order = decode_export(body)
    messages = [encode(mail) for mail in export(services, order)]
    try:
        mails = deliveries.send(messages)
    except BadSettings as error:
        raise Unavailable(str(error)) from None
    count("SessionsExported")
    logger.info("Exported", session=order.cue_point_id, mails=mails)
