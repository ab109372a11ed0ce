"""Every tick of the schedule: what is missing goes to the export queue, mails left behind to the delivery queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from debrief.delivery.aws.queue import Queue
from debrief.errors import DebriefError, GiveUp, Unavailable, frames
from debrief.order_codec import encode
from debrief.pipeline.mailing.admin_schedule import due_notices
from debrief.pipeline.mailing.stale_claims import deliveries_to_ask, old_claims
from debrief.pipeline.reconcile import overdue, reconcile
from debrief.pipeline.state.reconciliations import comparison_failed, last_comparison
from debrief.pipeline.state.release import release
from handlers.common import count, logger, metrics, services, without_secrets
from handlers.queues import DELIVERY_QUEUE_URL, EXPORT_QUEUE_URL, queue

if TYPE_CHECKING:
    from debrief.orders import DeliveryOrder, ExportOrder
    from debrief.pipeline.services import Services

HINT_PAUSE = timedelta(minutes=1)  # Kaltura may send many notifications for one session


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    """One tick, or a comparison that a webhook brings forward. What is due depends on Kaltura and the ledger alone."""
    sessions: Callable[[Services], Iterable[ExportOrder]]
    try:
        opened, sessions = services(), reconcile
    except DebriefError as error:  # what is wrong with a secret is told to the admin as a failed comparison
        opened, sessions = without_secrets(error), partial(_fail, error)
    if "Records" in event and _was_just_compared(opened):
        logger.info("Compared a moment ago; the webhook asks for nothing new")
        return {"sessions": 0, "mails": 0}
    return tick(opened, queue(EXPORT_QUEUE_URL), queue(DELIVERY_QUEUE_URL), sessions=sessions)


def tick(
    opened: Services,
    exports: Queue,
    deliveries: Queue,
    *,
    mails: Callable[[Services], Iterable[DeliveryOrder]] = deliveries_to_ask,
    sessions: Callable[[Services], Iterable[ExportOrder]] = reconcile,
) -> dict[str, int]:
    """Ask for all that is due and say how much it was; mails first, because they do not need Kaltura.

    Raises DebriefError alone: Lambda logs what a function raises.
    """
    try:
        return _tick(opened, exports, deliveries, mails, sessions)
    except DebriefError:
        raise
    except Exception as error:  # noqa: BLE001 - its words may quote a person
        logger.error("Unexpected error", error=type(error).__name__, at=frames(error))
        count("UnexpectedErrors")
        raise Unavailable(f"The comparison failed inside ({type(error).__name__}).") from None


def _tick(
    opened: Services,
    exports: Queue,
    deliveries: Queue,
    mails: Callable[[Services], Iterable[DeliveryOrder]],
    sessions: Callable[[Services], Iterable[ExportOrder]],
) -> dict[str, int]:
    asked_mails = deliveries.send(map(encode, mails(opened)))
    try:
        asked_sessions = _sent(opened, exports, [*sessions(opened)])
    except GiveUp as error:
        comparison_failed(opened, str(error))
        deliveries.send(map(encode, due_notices(opened)))
        raise
    asked_mails += deliveries.send(map(encode, due_notices(opened)))
    count("SessionsAsked", asked_sessions)
    count("MailClaimsOld", len(old_claims(opened)))
    count("SessionsOverdue", len(overdue(opened)))
    count("ReconcileSucceeded")
    logger.info("Reconciled", sessions=asked_sessions, mails=asked_mails)
    return {"sessions": asked_sessions, "mails": asked_mails}


def _fail(error: DebriefError, _opened: Services) -> Iterable[ExportOrder]:
    raise error


def _sent(opened: Services, exports: Queue, orders: list[ExportOrder]) -> int:
    """Ask for the exports; what cannot be sent now is asked for by the next tick."""
    try:
        return exports.send(map(encode, orders))
    except BaseException:
        release(opened, orders)
        raise


def _was_just_compared(opened: Services) -> bool:
    last = last_comparison(opened)
    return last is not None and opened.clock() - last < HINT_PAUSE
