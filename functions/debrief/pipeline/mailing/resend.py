"""Send refused emails once more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from debrief.delivery.ledger.suppressions import find_suppression, find_unsubscription
from debrief.pipeline.mailing.channel_attempts import forget_attempts
from debrief.pipeline.state.session_records import delivery_order_of

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import Delivery
    from debrief.orders import DeliveryOrder
    from debrief.pipeline.services import Services


def refused_reports(services: Services, cue_point_id: str) -> list[Delivery]:
    """Return each recipient's last report about a session if it was refused and the recipient may get it.

    Of a channel for programs, return every refused event.
    """
    mails = [mail for mail in services.ledger.deliveries(cue_point_id) if mail.is_report]
    last = {(mail.recipient_id, mail.revision if mail.occasion else 0, mail.occasion): mail for mail in mails}
    record = services.ledger.session(cue_point_id)
    entry_id = record.entry_id if record else ""
    return [
        mail
        for mail in last.values()
        if mail.state == "refused"
        and mail.address
        and not find_suppression(services.ledger, mail.recipient_id)
        and (mail.channel or not find_unsubscription(services.ledger, mail.recipient_id, entry_id))
    ]


def make_pending(services: Services, deliveries: Iterable[Delivery]) -> list[DeliveryOrder]:
    """Make emails pending, so that they are claimed and sent as usual. Returns the orders to send them.

    Emails whose state has changed in the meantime are skipped.
    """
    found = list(deliveries)
    for mail in found:
        if mail.channel:
            forget_attempts(services.ledger, mail, services.clock())
    moved = (services.ledger.move(mail, "pending", at=services.clock()) for mail in found)
    return [delivery_order_of(mail) for mail in moved if mail]
