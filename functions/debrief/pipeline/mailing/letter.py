"""What every email has: sender, recipient, why they get it, where the files are, and its date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from debrief.delivery.mail.mailer import WITHOUT_FILES
from debrief.documents.mail.report import Letter

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import Delivery
    from debrief.pipeline.mailing.links import Links
    from debrief.pipeline.services import Services
    from debrief.settings import Settings

_DATE_LASTS = timedelta(days=1)


def sender_of(settings: Settings) -> str:
    """Whose name mails carry; the outbox works without one being set."""
    return settings.mail_from or "debrief@localhost.localdomain"


def letter_for(
    services: Services,
    delivery: Delivery,
    places: list[tuple[str, str]],
    links: Links | None,
    before: Mapping[str, float] | None = None,
    kept: str = "",
) -> Letter:
    """Who gets the mail and why, and where its files are."""
    return Letter(
        sender=sender_of(services.settings),
        to=delivery.address,
        why=delivery.why,
        contact=services.settings.contact,
        places=places,
        unsubscribe=links.unsubscribe if links else "",
        before=before,
        tier=delivery.tier,
        kept=kept,
        date=date_of(services, delivery),
        form=WITHOUT_FILES if delivery.without_files else "",
    )


def date_of(services: Services, delivery: Delivery) -> datetime:
    """When the mail is first sent. One that could not be sent for days is dated anew, lest filters take it for old."""
    now = services.clock()
    return delivery.dated if delivery.dated and now - delivery.dated < _DATE_LASTS else now
