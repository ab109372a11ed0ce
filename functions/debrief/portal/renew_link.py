"""`/r/<token>/renew`: email a new link, only to the address that got the expired link."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import Delivery, Link, SessionRecord
from debrief.delivery.ledger.suppressions import find_suppression, find_unsubscription
from debrief.model import Tier
from debrief.pipeline.mailing.current_tier import current_tier
from debrief.pipeline.state.revisions import manifest_of
from debrief.pipeline.state.session_records import delivery_order_of
from debrief.portal.http import Request, Response
from debrief.portal.link_access import check_report_link, mail_of
from debrief.portal.pages import expired, gone, nothing_here, page

if TYPE_CHECKING:
    from debrief.pipeline.services import Services


def renew(services: Services, _: Request, token: str) -> Response:
    """Order the email with a new link, at most one a day; repeated requests get the same page."""
    checked = check_report_link(services, token)
    if checked is None or checked.is_revoked:
        return nothing_here()
    if not checked.is_expired:
        return Response(303, {"location": f"../{token}"})
    contact = services.settings.contact
    record, mail = services.ledger.session(checked.link.cue_point_id), mail_of(services.ledger, checked.link)
    if suppressed := _suppression_page(services, checked.link, record, mail, token):
        return suppressed
    manifest = manifest_of(services, record.start, record.cue_point_id) if record else None
    if record is None or mail is None or manifest is None:
        return gone(contact)
    tier = current_tier(services, record, mail.address, checked.link.tier)
    if tier is None:
        return nothing_here()
    new_mail = _new_link_delivery(services, mail, manifest.revision, tier)
    is_new = not _ordered_today(services, new_mail) and services.ledger.add_delivery(new_mail)
    answer = page(200, "renewed", contact=contact)
    return Response(answer.status, answer.headers, answer.body, (delivery_order_of(new_mail),) if is_new else ())


def _suppression_page(
    services: Services, link: Link, record: SessionRecord | None, mail: Delivery | None, token: str
) -> Response | None:
    """Return the page that explains why the recipient gets no email; None if nothing prevents it."""
    contact = services.settings.contact
    if mail and mail.channel:
        return expired("", contact)
    if find_suppression(services.ledger, link.recipient_id):
        return page(200, "unreachable", contact=contact)
    if find_unsubscription(services.ledger, link.recipient_id, record.entry_id if record else ""):
        return page(200, "unsubscribed", contact=contact, unsubscribe=f"../../u/{token}")
    return None


def _new_link_delivery(services: Services, mail: Delivery, revision: int, tier: Tier) -> Delivery:
    """Return the email with the new link."""
    now = services.clock()
    return Delivery(
        mail.cue_point_id,
        revision,
        mail.recipient_id,
        mail.address,
        mail.why,
        at=now,
        occasion=f"link-{now.astimezone(UTC):%Y-%m-%d}",
        tier=tier,
        timezone=mail.timezone,
        language=mail.language,
        rules=services.rules.current().digest,
    )


def _ordered_today(services: Services, new_mail: Delivery) -> bool:
    """Return whether a new link was ordered today, perhaps for an earlier revision."""
    mails = services.ledger.deliveries(new_mail.cue_point_id)
    wanted = new_mail.recipient_id, new_mail.occasion
    return any((mail.recipient_id, mail.occasion) == wanted for mail in mails)
