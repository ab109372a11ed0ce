"""Decide which recipients get an email now: their first about a session, or another because figures changed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import CLAIMED_STATES, OPEN, Delivery, SessionRecord
from debrief.delivery.mail.addresses import recipient_id
from debrief.documents.view.headline import changed_clearly
from debrief.errors import NotReady
from debrief.orders import DeliveryOrder
from debrief.pipeline.mailing.add_to_digests import add_to_digests, is_in_digest, revision_in_sent_digest
from debrief.pipeline.mailing.recipients import deliverable
from debrief.pipeline.mailing.stale_claims import CLAIM_LASTS
from debrief.pipeline.state.session_records import delivery_order_of

if TYPE_CHECKING:
    from debrief.delivery.rules.rules import Recipient
    from debrief.pipeline.services import Services

log = logging.getLogger(__name__)

_OTHER_LEDGER = "The archive was written with another ledger, so it is not known whether this email was sent."


def add_mails(
    services: Services,
    record: SessionRecord,
    recipients: Sequence[Recipient],
    *,
    is_from_other_installation: bool = False,
) -> list[DeliveryOrder]:
    """Add the emails about the record's revision to the ledger, before the record says that the session is exported.

    Returns the session's emails that have no final state yet. If the run is killed between the two, the next run finds
    the emails. If another installation wrote the documents, the first email may have been sent, so it is not sent
    again. Raises NotReady while an email with older figures is being sent.
    """
    if not recipients:
        log.warning(
            "Session %s has no recipients: no organizer email, no matching rule, no DEBRIEF_MAIL_TO.",
            record.cue_point_id,
        )
    deliveries = list(services.ledger.deliveries(record.cue_point_id))
    events = _events(services, record, [each for each in recipients if each.takes_events], deliveries)
    recipients = [each for each in recipients if not each.takes_events]
    latest = {delivery.recipient_id: delivery for delivery in deliveries if not delivery.occasion}
    due = [
        recipient
        for recipient in recipients
        if (last := latest.get(recipient_id(recipient.address))) is None
        or is_in_digest(last)
        or _is_news(services, record, last)
    ]
    kept, left_out = deliverable(services, due, record.entry_id)
    for each in left_out:
        log.info(
            "The report on session %s is not emailed to %s: %s", record.cue_point_id, each.recipient_id, each.reason
        )
    if not is_from_other_installation:
        add_to_digests(services, record, kept, latest)
    pairs = [
        (each, last)
        for each in kept
        if not ((last := latest.get(recipient_id(each.address))) and is_in_digest(last))
        and (not each.digest or is_from_other_installation)
    ]
    pairs += _after_digests(services, record, kept, latest)
    busy = [each for each, last in pairs if last and last.state in CLAIMED_STATES]
    new = [
        _delivery(services, record, each, before=mailed_revision(last))
        if last
        else _delivery(services, record, each, is_from_other_installation=is_from_other_installation)
        for each, last in pairs
        if each not in busy
    ]
    new += events
    services.ledger.add_deliveries(new)
    if busy:
        raise _being_sent()
    return mails_to_send([*deliveries, *new])


def add_another(services: Services, record: SessionRecord, recipient: Recipient, last: Delivery) -> None:
    """Add an email to a recipient whose last email showed an earlier revision. Raises NotReady; see add_mails."""
    if last.state in CLAIMED_STATES:
        raise _being_sent()
    services.ledger.add_delivery(_delivery(services, record, recipient, before=mailed_revision(last)))


def _events(
    services: Services, record: SessionRecord, recipients: Sequence[Recipient], deliveries: Sequence[Delivery]
) -> list[Delivery]:
    if not recipients:
        return []
    from debrief.pipeline.mailing.report_events import event_deliveries

    return event_deliveries(services, record, recipients, deliveries)


def _being_sent() -> NotReady:
    return NotReady("An earlier email about this session is being sent.", after=CLAIM_LASTS.total_seconds())


def may_get_another(record: SessionRecord, last: Delivery) -> bool:
    """Return whether a recipient's last email was sent, or is being sent, with an earlier revision than the record's.

    Return False if it is unknown whether the email was sent: in this case an operator must decide.
    """
    return last.state in {"sent", *CLAIMED_STATES} and mailed_revision(last) < record.revision


def mails_to_send(deliveries: Iterable[Delivery]) -> list[DeliveryOrder]:
    """Return the emails that have no final state yet."""
    return [delivery_order_of(delivery) for delivery in deliveries if delivery.state in OPEN]


def mailed_revision(delivery: Delivery) -> int:
    """Return the revision whose figures an email showed."""
    return delivery.mailed or delivery.revision


def _after_digests(
    services: Services, record: SessionRecord, recipients: Iterable[Recipient], latest: Mapping[str, Delivery]
) -> list[tuple[Recipient, Delivery | None]]:
    """Return recipients who had the session in a digest, have chosen emails since, and miss a clear change."""
    found: list[tuple[Recipient, Delivery | None]] = []
    for each in recipients:
        last = latest.get(recipient_id(each.address))
        if last is None or each.digest or not is_in_digest(last) or last.revision == record.revision:
            continue
        shown = replace(last, state="sent", mailed=revision_in_sent_digest(services, last))
        if shown.mailed and _is_news(services, record, shown):
            found.append((each, shown))
    return found


def _is_news(services: Services, record: SessionRecord, last: Delivery) -> bool:
    """Return whether a headline figure changed enough for another email."""
    then, now = record.history.get(mailed_revision(last)), record.history.get(record.revision)
    if not may_get_another(record, last) or then is None or now is None:
        return False
    return changed_clearly(then, now, services.settings.change_threshold)


def _delivery(
    services: Services,
    record: SessionRecord,
    recipient: Recipient,
    *,
    before: int = 0,
    is_from_other_installation: bool = False,
) -> Delivery:
    return Delivery(
        record.cue_point_id,
        record.revision,
        recipient_id(recipient.address),
        recipient.address,
        recipient.why,
        state="unknown" if is_from_other_installation else "pending",
        reason=_OTHER_LEDGER if is_from_other_installation else "",
        at=services.clock(),
        tier=recipient.tier,
        timezone=recipient.timezone,
        language=recipient.language,
        before=before,
        rules=services.rules.current().digest,
    )
