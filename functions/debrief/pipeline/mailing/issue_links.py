"""Create the links of an email: they are written to the ledger before the email is composed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import Delivery, Link
from debrief.delivery.ledger.suppressions import is_link_revoked, record_link_key
from debrief.delivery.links.tokens import key_id, token_hash, token_of
from debrief.pipeline.mailing.current_tier import current_tier
from debrief.pipeline.mailing.plan import mailed_revision
from debrief.pipeline.state.retention import deletion_date

if TYPE_CHECKING:
    from debrief.pipeline.services import Services
    from debrief.settings import Settings

MOST_INDEX_DAYS = 7.0


@dataclass(frozen=True, slots=True)
class Links:
    """Absolute URLs with a token; blank if the settings switch the file off, or the recipient may not see it."""

    page: str = field(repr=False)
    report: str = field(repr=False)
    pdf: str = field(repr=False)
    full: str = field(repr=False)
    attendees: str = field(repr=False)
    unsubscribe: str = field(repr=False)


def links_for(services: Services, delivery: Delivery, revision: int, end: datetime) -> Links | None:
    """Return the links of a delivery's email about `revision`; None without a portal.

    A token that is already in the ledger keeps its expiry. `expires` of a new token is counted from the first
    composition of the email, so that no email arrives with an expired link. `issued` is the time when the email was
    ordered, so that a revocation also covers a waiting email. No link outlives the files of the session, which ended at
    `end`. Raises BadSettings if no link signing key is set.
    """
    settings = services.settings
    if not settings.portal_url:
        return None
    token = issue_token(services, delivery, revision, link_expiry(settings, end, services.clock()))
    page = f"{settings.portal_url}/r/{token}"
    return Links(
        page=page,
        report=f"{page}/report" if settings.html else "",
        pdf=f"{page}/pdf" if settings.pdf else "",
        full=f"{page}/full" if settings.pdf else "",
        attendees=f"{page}/attendees" if delivery.tier != "totals" else "",
        unsubscribe=f"{settings.portal_url}/u/{token}",
    )


def session_links(services: Services, recipient_id: str, cue_point_ids: Iterable[str]) -> dict[str, str]:
    """Return a recipient's own links to sessions, by session.

    These links are in the recipient's emails about the sessions. A link is left out if it has expired or was revoked,
    or if the rules no longer allow its tier. No new link is issued.
    """
    if not services.settings.portal_url:
        return {}
    found = ((each, _mailed_link(services, each, recipient_id)) for each in cue_point_ids)
    return {each: link for each, link in found if link}


def _mailed_link(services: Services, cue_point_id: str, recipient_id: str) -> str:
    mails = [
        mail
        for mail in services.ledger.deliveries(cue_point_id)
        if mail.recipient_id == recipient_id and mail.state == "sent" and not mail.occasion
    ]
    record = services.ledger.session(cue_point_id)
    if not mails or record is None:
        return ""
    mail = mails[-1]
    token = token_of(services.settings.link_key, cue_point_id, mailed_revision(mail), recipient_id, "", mail.tier)
    link = services.ledger.link(token_hash(token))
    is_open = link and link.expires > services.clock() and not is_link_revoked(services.ledger, link)
    if not is_open or current_tier(services, record, mail.address, mail.tier) != mail.tier:
        return ""
    return f"{services.settings.portal_url}/r/{token}"


def link_expiry(settings: Settings, end: datetime, created: datetime) -> datetime:
    """Return when a new link expires: never later than the deletion of its files."""
    expiry = created + timedelta(days=settings.link_days)
    deletion = deletion_date(settings, end, created)
    return min(expiry, deletion) if deletion else expiry


def index_days(settings: Settings) -> float:
    """Return for how many days an admin's link works: at most seven, because it opens every session."""
    return min(settings.link_days, MOST_INDEX_DAYS)


def index_link(services: Services, delivery: Delivery) -> str:
    """Return the link of an admin's email to the portal's list of all sessions; blank without a portal.

    Raises BadSettings if no link signing key is set.
    """
    settings = services.settings
    if not settings.portal_url:
        return ""
    ends = services.clock() + timedelta(days=index_days(settings))
    return f"{settings.portal_url}/i/{issue_token(services, delivery, delivery.revision, ends)}"


def issue_token(services: Services, delivery: Delivery, revision: int, expires: datetime) -> str:
    """Write the link of a delivery's email to the ledger and return its token."""
    token = token_of(
        services.settings.link_key,
        delivery.cue_point_id,
        revision,
        delivery.recipient_id,
        delivery.occasion,
        delivery.tier,
    )
    id_of_key = key_id(services.settings.link_key)
    record_link_key(services.ledger, id_of_key, services.clock())
    link = Link(
        token_hash=token_hash(token),
        cue_point_id=delivery.cue_point_id,
        recipient_id=delivery.recipient_id,
        tier=delivery.tier,
        revision=revision,
        issued=delivery.at or services.clock(),
        expires=expires,
        key=id_of_key,
    )
    services.ledger.add_link(link)
    return token
