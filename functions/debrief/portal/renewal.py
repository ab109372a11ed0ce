"""`/r/<token>/renew`: a fresh link for an expired one, mailed to where the first one went and nowhere else."""

from __future__ import annotations

from datetime import UTC

from debrief.delivery.ledger import Delivery, Link
from debrief.delivery.marks import is_suppressed
from debrief.pipeline.mails import order_of
from debrief.pipeline.revisions import manifest_of
from debrief.pipeline.services import Services
from debrief.portal.access import access, mail_of
from debrief.portal.exchange import Request, Response
from debrief.portal.pages import gone, nothing_here, page


def renew(services: Services, _: Request, token: str) -> Response:
    """Ask for the mail; at most one a day, and the answer is the same however often it is asked for."""
    found = access(services, token)
    if found is None or found.is_revoked:
        return nothing_here()
    if not found.is_expired:
        return Response(303, {"location": f"../{token}"})
    contact = services.settings.contact
    if is_suppressed(services.ledger, found.link.recipient_id):
        return page(200, "unreachable", contact=contact)
    fresh = _fresh(services, found.link)
    if fresh is None:
        return gone(contact)
    is_new = not _asked_today(services, fresh) and services.ledger.add_delivery(fresh)
    answer = page(200, "renewed", contact=contact)
    return Response(answer.status, answer.headers, answer.body, (order_of(fresh),) if is_new else ())


def _fresh(services: Services, link: Link) -> Delivery | None:
    """The mail with the fresh link; None when the ledger or the archive no longer has what it takes."""
    record, mail = services.ledger.session(link.cue_point_id), mail_of(services.ledger, link)
    manifest = manifest_of(services, record.start, record.cue_point_id) if record else None
    if mail is None or manifest is None:
        return None
    now = services.clock()
    return Delivery(
        link.cue_point_id,
        manifest.revision,
        link.recipient_id,
        mail.address,
        mail.why,
        at=now,
        occasion=f"link-{now.astimezone(UTC):%Y-%m-%d}",
        tier=link.tier,
        timezone=mail.timezone,
        language=mail.language,
    )


def _asked_today(services: Services, fresh: Delivery) -> bool:
    """Whether there is one already, perhaps of the revision that was the newest this morning."""
    mails = services.ledger.deliveries(fresh.cue_point_id)
    wanted = fresh.recipient_id, fresh.occasion
    return any((mail.recipient_id, mail.occasion) == wanted for mail in mails)
