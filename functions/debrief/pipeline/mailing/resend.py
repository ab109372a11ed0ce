"""Send refused emails once more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from debrief.delivery.ledger.suppressions import find_suppression, find_unsubscription
from debrief.pipeline.state.session_records import delivery_order_of

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import Delivery
    from debrief.orders import DeliveryOrder
    from debrief.pipeline.services import Services


def refused_reports(services: Services, cue_point_id: str) -> list[Delivery]:
    """Return each recipient's last report of a session if it was refused and the address may get emails."""
    last = {one.recipient_id: one for one in services.ledger.deliveries(cue_point_id) if not one.occasion}
    record = services.ledger.session(cue_point_id)
    entry_id = record.entry_id if record else ""
    return [
        one
        for one in last.values()
        if one.state == "refused"
        and one.address
        and not find_suppression(services.ledger, one.recipient_id)
        and not find_unsubscription(services.ledger, one.recipient_id, entry_id)
    ]


def make_pending(services: Services, deliveries: Iterable[Delivery]) -> list[DeliveryOrder]:
    """Make deliveries pending, so that they are claimed and sent as usual. Returns the orders to send them.

    Skips deliveries whose state has changed.
    """
    moved = (services.ledger.move(one, "pending", at=services.clock()) for one in deliveries)
    return [delivery_order_of(one) for one in moved if one]
