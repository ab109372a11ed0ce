"""The links of one mail: written into the ledger before the mail can hold them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from debrief.delivery.ledger import Delivery, Link
from debrief.delivery.tokens import token_hash, token_of

if TYPE_CHECKING:
    from debrief.pipeline.services import Services


@dataclass(frozen=True, slots=True)
class Links:
    """Absolute addresses that end in a token, or hold one; blank where the recipient may see no such file."""

    page: str = field(repr=False)
    report: str = field(repr=False)
    pdf: str = field(repr=False)
    attendees: str = field(repr=False)
    unsubscribe: str = field(repr=False)


def links_for(services: Services, delivery: Delivery, revision: int) -> Links | None:
    """The links of a delivery's mail, which holds the figures of `revision`; None without a portal.

    A mail that is made again gets the same ones, and they end when they were to end at first. They count as issued
    when the mail was asked for, so that a revocation meets a mail that still waits, and their days begin when the mail
    is written, so that none arrives with a link that has ended. Raises BadSettings without a key.
    """
    settings = services.settings
    if not settings.portal_url:
        return None
    token = token_of(
        settings.link_key, delivery.cue_point_id, revision, delivery.recipient_id, delivery.occasion, delivery.tier
    )
    now = services.clock()
    link = Link(
        token_hash=token_hash(token),
        cue_point_id=delivery.cue_point_id,
        recipient_id=delivery.recipient_id,
        tier=delivery.tier,
        revision=revision,
        issued=delivery.at or now,
        expires=now + timedelta(days=settings.link_days),
    )
    services.ledger.add_link(link)
    page = f"{settings.portal_url}/r/{token}"
    return Links(
        page=page,
        report=f"{page}/report" if settings.html else "",
        pdf=f"{page}/pdf" if settings.pdf else "",
        attendees=f"{page}/attendees" if delivery.tier != "totals" else "",
        unsubscribe=f"{settings.portal_url}/u/{token}",
    )
