"""Messages of the delivery queue: each is one mail to send."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from debrief.delivery.ledger.ledger import ADMIN, DeliveryState
from debrief.errors import GiveUp, NoRecipient
from debrief.order_codec import decode_delivery
from debrief.orders import DeliveryOrder
from debrief.pipeline.mailing.deliver import deliver, wait_until_mended
from debrief.pipeline.services import Services
from handlers.batches import consume
from handlers.common import count, logger, metrics, services, without_secrets
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
    """Send the mails that the messages ask for; returns the messages that must come back."""
    return consume(event, _deliver, queue(DELIVERY_QUEUE_URL), given_up="MailGivenUp")


def _deliver(body: str) -> None:
    """Without the secrets emails wait, with the reason; the admin's go out, as far as they hold no link."""
    try:
        opened, send = services(asks_kaltura=False), deliver
    except GiveUp as error:
        is_admins = decode_delivery(body).cue_point_id == ADMIN
        opened = without_secrets(error)
        send = deliver if is_admins else partial(wait_until_mended, reason=str(error))
    deliver_one(opened, body, send=send)


def deliver_one(opened: Services, body: str, *, send: Deliver = deliver) -> None:
    """Send one mail. A mail of unknown fate is for the operator: its message is done with."""
    order = decode_delivery(body)
    try:
        state = send(opened, order)
    except NoRecipient:
        raise
    except GiveUp as error:  # what the mail needs is set wrongly or cannot be read: it waits until that is mended
        logger.error(str(error), error=type(error).__name__, session=order.cue_point_id)
        state = "pending"
    count(_METRICS[state])
    logger.info("Delivered", session=order.cue_point_id, recipient=order.recipient_id, state=state)
