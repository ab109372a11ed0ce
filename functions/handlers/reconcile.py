"""Every tick of the schedule: what is missing goes to the export queue, mails left behind to the delivery queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from debrief.messages import encode
from debrief.model import DeliveryOrder, ExportOrder
from debrief.pipeline import Services, due_deliveries, reconcile
from handlers.common import count, logger, metrics, services
from handlers.queues import DELIVERY_QUEUE_URL, EXPORT_QUEUE_URL, Queue, queue


@logger.inject_lambda_context
@metrics.log_metrics
def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """One tick. The event is not looked at: what is due depends on Kaltura and the ledger alone."""
    return tick(services(), queue(EXPORT_QUEUE_URL), queue(DELIVERY_QUEUE_URL))


def tick(
    opened: Services,
    exports: Queue,
    deliveries: Queue,
    *,
    mails: Callable[[Services], Iterable[DeliveryOrder]] = due_deliveries,
    sessions: Callable[[Services], Iterable[ExportOrder]] = reconcile,
) -> dict[str, int]:
    """Ask for all that is due and say how much it was; mails first, because they do not need Kaltura."""
    asked_mails = deliveries.send(map(encode, mails(opened)))
    asked_sessions = exports.send(map(encode, sessions(opened)))
    count("SessionsAsked", asked_sessions)
    count("ReconcileSucceeded")
    logger.info("Reconciled", sessions=asked_sessions, mails=asked_mails)
    return {"sessions": asked_sessions, "mails": asked_mails}
