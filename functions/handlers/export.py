"""Messages of the export queue: each is one session to export."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from debrief.delivery.aws.queue import Queue
from debrief.errors import BadSettings, GiveUp, Unavailable
from debrief.order_codec import decode_export, encode
from debrief.orders import DeliveryOrder, ExportOrder
from debrief.pipeline.services import Services
from debrief.pipeline.stages import export_order
from debrief.pipeline.state.failures import record_failure
from handlers.batches import consume
from handlers.common import count, logger, metrics, services, without_secrets
from handlers.queues import DELIVERY_QUEUE_URL, EXPORT_QUEUE_URL, queue

Export = Callable[[Services, ExportOrder], Iterable[DeliveryOrder]]


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Export what the messages ask for; returns those that must come back."""
    work = partial(_export, queue(DELIVERY_QUEUE_URL))
    return consume(event, work, queue(EXPORT_QUEUE_URL), given_up="ExportGivenUp")


def _export(deliveries: Queue, body: str) -> None:
    """A secret or a setting that is wrong is a session's failure, with its reason, and not the function's."""
    try:
        opened = services()
    except GiveUp as error:
        record_failure(without_secrets(error), decode_export(body), str(error))
        raise
    export_one(opened, deliveries, body)


def export_one(opened: Services, deliveries: Queue, body: str, *, export: Export = export_order) -> None:
    """Export one session and ask for its mails, before the message counts as done.

    A delivery queue that refuses us is no reason to give up the session: its message comes back. Raises Unavailable.
    """
    order = decode_export(body)
    asked = [encode(mail) for mail in export(opened, order)]
    try:
        mails = deliveries.send(asked)
    except BadSettings as refused:
        raise Unavailable(str(refused)) from None
    count("SessionsExported")
    logger.info("Exported", session=order.cue_point_id, mails=mails)
