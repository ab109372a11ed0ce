"""Compose the parts that all emails share, a Letter: sender, recipient, reason, date, and the link to unsubscribe."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from debrief.delivery.mail.mailer import WITHOUT_FILES
from debrief.documents.mail.message import Letter

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import Delivery
    from debrief.pipeline.mailing.issue_links import Links
    from debrief.pipeline.services import Services
    from debrief.settings import Settings

_DATE_LASTS = timedelta(days=1)


def sender_of(settings: Settings) -> str:
    """Return the sender of every email; the outbox needs no configured sender."""
    return settings.mail_from or "debrief@localhost.localdomain"


def letter_for(services: Services, delivery: Delivery, links: Links | None = None) -> Letter:
    """Return the parts of an email that all emails share.

    The date is the date of the first attempt. After one day of failed attempts the email gets a new date, because spam
    filters distrust emails with an old date.
    """
    now = services.clock()
    return Letter(
        sender=sender_of(services.settings),
        to=delivery.address,
        why=delivery.why,
        contact=services.settings.contact,
        sender_name=services.settings.sender_name,
        has_figure_in_subject=services.settings.subject_figure != "no",
        has_rate_in_subject=services.settings.subject_figure == "rate",
        unsubscribe=links.unsubscribe if links else "",
        tier=delivery.tier,
        date=delivery.dated if delivery.dated and now - delivery.dated < _DATE_LASTS else now,
        form=WITHOUT_FILES if delivery.without_files else "",
    )
