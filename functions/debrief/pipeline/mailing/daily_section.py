"""Make the admin's daily summary a section of a digest that is due at the same time, instead of an email of its own.

Either the digest or the scheduled run adds the summary's delivery to the ledger, which accepts only one of them. So the
summary is sent exactly once: in the digest if its delivery is stopped with the reason TAKEN, else as an email.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import ADMIN, Delivery
from debrief.delivery.mail.addresses import is_one_of
from debrief.pipeline.mailing.add_to_digests import due_of, may_have_daily
from debrief.pipeline.mailing.admin_schedule import TAKEN, daily_delivery, daily_due

if TYPE_CHECKING:
    from debrief.documents.mail.notice import Notice
    from debrief.pipeline.services import Services

_MOST_ROWS = 20  # of the table; an email of its own has more


def daily_section(services: Services, digest: Delivery) -> Notice | None:
    """Return the daily summary for a digest's recipient; None if there is none, or if it is an email of its own."""
    day = due_of(services.settings, digest).astimezone(services.settings.zone).date()
    is_admin = is_one_of(digest.recipient_id, services.settings.admin_to)
    is_due = daily_due(services.settings, day) <= services.clock()
    if not (is_admin and is_due and may_have_daily(services.ledger, digest)):
        return None
    services.ledger.add_delivery(daily_delivery(services, digest.address, day, is_taken=True))
    taken = _taken(services, digest)
    if taken is None:
        return None
    from debrief.pipeline.mailing.notice_mail import admin_notice

    return admin_notice(services, taken, _MOST_ROWS)


def release_daily(services: Services, digest: Delivery) -> None:
    """Let the daily summary be an email again, because the digest is not sent."""
    if taken := _taken(services, digest):
        services.ledger.move(taken, "pending", at=services.clock())


def _taken(services: Services, digest: Delivery) -> Delivery | None:
    if not may_have_daily(services.ledger, digest):
        return None
    day = due_of(services.settings, digest).astimezone(services.settings.zone).date()
    found = services.ledger.delivery(ADMIN, 1, digest.recipient_id, f"daily-{day}")
    return found if found and (found.state, found.reason) == ("stopped", TAKEN) else None
