"""Lambda function of the schedule: queue the exports that are due, and the emails that still wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, cast

from debrief.delivery.aws.queue import Queue
from debrief.errors import DebriefError, GiveUp, Unavailable, frames
from debrief.order_codec import encode
from debrief.pipeline.mailing.admin_schedule import due_notices
from debrief.pipeline.mailing.stale_claims import deliveries_to_queue, old_claims
from debrief.pipeline.reconcile import overdue, reconcile
from debrief.pipeline.state.reconciliations import last_reconciliation, record_failed_reconciliation
from debrief.pipeline.state.session_records import cancel_orders
from handlers.common import count, logger, metrics, open_services, open_services_without_secrets
from handlers.queues import DELIVERY_QUEUE_URL, EXPORT_QUEUE_URL, queue

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import Ledger
    from debrief.orders import DeliveryOrder, ExportOrder
    from debrief.pipeline.services import Services

# Notifications are ignored for this long after a reconciliation: Kaltura may send many about one session.
HINT_PAUSE = timedelta(minutes=1)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    """Reconcile on schedule, or sooner after a notification from Kaltura. The input does not decide what is due."""
    sessions: Callable[[Services], Iterable[ExportOrder]]
    try:
        services, sessions = open_services(), reconcile
    except DebriefError as error:  # scheduled_run raises it again, and records it if it is permanent
        services, sessions = open_services_without_secrets(error), partial(_fail, error)
    last = last_reconciliation(services)
    if "Records" in event and last is not None and services.clock() - last < HINT_PAUSE:
        logger.info("Reconciled a moment ago; the notification is ignored")
        return {"sessions": 0, "mails": 0}
    return scheduled_run(services, queue(EXPORT_QUEUE_URL), queue(DELIVERY_QUEUE_URL), sessions=sessions)


def scheduled_run(
    services: Services,
    exports: Queue,
    deliveries: Queue,
    *,
    mails: Callable[[Services], Iterable[DeliveryOrder]] = deliveries_to_queue,
    sessions: Callable[[Services], Iterable[ExportOrder]] = reconcile,
) -> dict[str, int]:
    """Queue all exports and emails that are due. Returns their numbers.

    Emails are queued first, because they do not need Kaltura. Raises only DebriefError: Lambda logs the message,
    and messages of other errors may contain personal data.
    """
    try:
        return _tick(services, exports, deliveries, mails, sessions)
    except DebriefError:
        raise
    except Exception as error:  # noqa: BLE001 - the error's message may contain personal data
        logger.error("Unexpected error", error=type(error).__name__, at=frames(error))
        count("UnexpectedErrors")
        raise Unavailable(f"The reconciliation failed with an internal error ({type(error).__name__}).") from None


def _tick(
    services: Services,
    exports: Queue,
    deliveries: Queue,
    mails: Callable[[Services], Iterable[DeliveryOrder]],
    sessions: Callable[[Services], Iterable[ExportOrder]],
) -> dict[str, int]:
    services = _reading_once(services, "open_deliveries")
    mail_count = deliveries.send(map(encode, mails(services)))
    try:
        session_count = _send_exports(services, exports, [*sessions(services)])
    except GiveUp as error:
        record_failed_reconciliation(services, str(error))
        deliveries.send(map(encode, due_notices(services)))
        raise
    services = _reading_once(services, "unfinished")  # from now on, because the reconciliation changed some
    mail_count += deliveries.send(map(encode, due_notices(services)))
    count("SessionsAsked", session_count)
    count("MailClaimsOld", len(old_claims(services)))
    count("SessionsOverdue", len(overdue(services)))
    services.ledger.extend_search(services.clock())
    count("ReconcileSucceeded")
    logger.info("Reconciled", sessions=session_count, mails=mail_count)
    return {"sessions": session_count, "mails": mail_count}


def _reading_once(services: Services, name: str) -> Services:
    """Return the services with a ledger that reads one of its lists only once, for all who need it in this run."""
    return replace(services, ledger=cast("Ledger", _ReadsOnce(services.ledger, name)))


class _ReadsOnce:
    def __init__(self, ledger: Ledger, name: str) -> None:
        self._ledger = ledger
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return (lambda: self._list) if name == self._name else getattr(self._ledger, name)

    @cached_property
    def _list(self) -> list[Any]:
        return list(getattr(self._ledger, self._name)())


def _fail(error: DebriefError, _services: Services) -> Iterable[ExportOrder]:
    raise error


def _send_exports(services: Services, exports: Queue, orders: list[ExportOrder]) -> int:
    """Queue the exports. If this fails, the orders are cancelled, so that the next scheduled run repeats them."""
    try:
        return exports.send(map(encode, orders))
    except BaseException:
        cancel_orders(services, orders)
        raise
