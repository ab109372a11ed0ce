"""Lambda function for the delivery queue: each message is an email, or a message to a channel, to send."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from debrief.delivery.ledger.ledger import ADMIN, DeliveryState, is_event
from debrief.errors import GiveUp, NoRecipient
from debrief.order_codec import decode_delivery
from debrief.orders import DeliveryOrder
from debrief.pipeline.mailing.deliver import deliver, record_why_unwritten
from debrief.pipeline.services import Services
from handlers.batches import consume
from handlers.common import count, logger, metrics, open_services, open_services_without_secrets
from handlers.queues import DELIVERY_QUEUE_URL, queue

Deliver = Callable[[Services, DeliveryOrder], DeliveryState]
_METRICS: dict[DeliveryState, str] = {
    "sent": "MailSent",
    "stopped": "MailStopped",
    "refused": "MailGivenUp",
    "unknown": "MailUnknown",
    "pending": "MailBlocked",
}


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Send the email of each message. Returns the messages that SQS must deliver again."""
    return consume(event, _deliver, queue(DELIVERY_QUEUE_URL), failure_metric="MailGivenUp")


def _deliver(body: str) -> None:
    """Send one email. If the secrets cannot be read, send only admin emails, and record why others are not sent."""
    try:
        services, send = open_services(asks_kaltura=False), deliver
    except GiveUp as error:
        is_admin_email = decode_delivery(body).cue_point_id == ADMIN
        services = open_services_without_secrets(error)
        send = deliver if is_admin_email else partial(record_why_unwritten, reason=str(error))
    deliver_one(services, body, send=send)


def deliver_one(services: Services, body: str, *, send: Deliver = deliver) -> None:
    """Send one email. The message is done even if it is unknown whether the email was sent: an operator decides."""
    order = decode_delivery(body)
    try:
        state = send(services, order)
    except NoRecipient:
        raise
    except GiveUp as error:  # a setting is wrong or unreadable: the email waits until the setting is corrected
        logger.error(str(error), error=type(error).__name__, session=order.cue_point_id)
        state = "pending"
    if state == "pending" and is_event(order.occasion):  # it is tried again, or the admin gets an email
        count("EventWaits")
    else:
        count(_METRICS[state])
    logger.info("Delivered", session=order.cue_point_id, recipient=order.recipient_id, state=state)
