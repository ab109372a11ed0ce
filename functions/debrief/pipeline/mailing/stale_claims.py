"""Find emails that an earlier run ordered or claimed, but did not send."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import CLAIMED_STATES, DIGEST
from debrief.delivery.ledger.suppressions import may_retry_delivery, next_attempt
from debrief.pipeline.mailing.add_to_digests import due_of
from debrief.pipeline.state.session_records import delivery_order_of

if TYPE_CHECKING:
    from datetime import datetime

    from debrief.delivery.ledger.ledger import Delivery, Ledger
    from debrief.orders import DeliveryOrder
    from debrief.pipeline.services import Services

CLAIM_LASTS = timedelta(minutes=15)  # the longest that a Lambda function can run


def due_deliveries(services: Services) -> list[DeliveryOrder]:
    """Return the unsent emails whose state has not changed for longer than a run can take: the run failed.

    While a fault of the installation blocks all emails, return one email at growing intervals, to test the mailer.
    """
    return [delivery_order_of(delivery) for delivery in _due(services, next_attempt(services.ledger))]


def deliveries_to_queue(services: Services) -> list[DeliveryOrder]:
    """Return the due emails to queue again.

    An email is queued again at growing intervals, because its old message may still be queued.
    """
    attempt = next_attempt(services.ledger)
    now = services.clock()
    found = _due(services, attempt)
    return [
        delivery_order_of(mail)
        for mail in found
        if (attempt and not mail.channel) or may_retry_delivery(services.ledger, mail, now)
    ]


def must_wait(ledger: Ledger, delivery: Delivery, now: datetime) -> bool:
    """Return whether a pending email or message must not be tried yet."""
    if not delivery.channel:
        attempt = next_attempt(ledger)
        return attempt is not None and now < attempt
    from debrief.pipeline.mailing.channel_attempts import next_attempt_at

    attempt = next_attempt_at(ledger, delivery)
    return attempt is not None and now < attempt


def _due(services: Services, attempt: datetime | None) -> list[Delivery]:
    """Return all stale emails, and all stale messages to channels whose next attempt is due.

    While all emails are blocked, return one email. Choose it by a hash of the time, because some emails may never
    succeed; a count of the intervals would choose the same email each time if the schedule keeps step with it.
    """
    found, now = _stale_emails(services), services.clock()
    messages = [each for each in found if each.channel and not must_wait(services.ledger, each, now)]
    found = [each for each in found if not each.channel]
    if attempt is None or not found:
        return found + messages
    choice = hashlib.sha256(now.isoformat().encode()).digest()
    return [*([found[int.from_bytes(choice) % len(found)]] if now >= attempt else []), *messages]


def old_claims(services: Services) -> list[Delivery]:
    """Return the claimed emails whose run cannot be running any more."""
    return [delivery for delivery in _stale_emails(services) if delivery.state in CLAIMED_STATES]


def _stale_emails(services: Services) -> list[Delivery]:
    long_ago = services.clock() - CLAIM_LASTS
    stale = (mail for mail in services.ledger.open_deliveries() if mail.at is None or mail.at < long_ago)
    return [mail for mail in stale if mail.cue_point_id != DIGEST or due_of(services.settings, mail) < long_ago]
