"""Decide which events the channels for programs get: one for each revision of a report, and one for each failure."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import FAILED, Delivery, SessionRecord
from debrief.delivery.mail.addresses import recipient_id
from debrief.errors import DebriefError
from debrief.model import VirtualEvent
from debrief.pipeline.state.lifecycle import REPORT_FAILURES_FOR, needs_operator
from debrief.pipeline.state.session_records import delivery_order_of, session_of

if TYPE_CHECKING:
    from debrief.delivery.rules.rules import Recipient
    from debrief.orders import DeliveryOrder
    from debrief.pipeline.services import Services

log = logging.getLogger(__name__)

_SESSION_FAILED = "session.failed"


def event_type(delivery: Delivery) -> str:
    """Return the event of a delivery to a channel for programs, such as `report.final`; blank for a message."""
    what = delivery.occasion.partition("-")[0]
    return "" if not what else _SESSION_FAILED if what == FAILED else f"report.{what}"


def event_deliveries(
    services: Services, record: SessionRecord, recipients: Sequence[Recipient], deliveries: Sequence[Delivery]
) -> list[Delivery]:
    """Return the events about the record's revision that are due. `deliveries` are all of the session."""
    from debrief.pipeline.mailing.recipients import deliverable  # here, because scheduled runs load no rules

    due = {
        recipient: occasion
        for recipient in recipients
        if (occasion := _due_event(record, recipient_id(recipient.address), deliveries))
    }
    kept, _ = deliverable(services, list(due), record.entry_id)
    return [_delivery(services, record, each, due[each]) for each in kept]


def _due_event(record: SessionRecord, recipient: str, deliveries: Iterable[Delivery]) -> str:
    """Return the event about the record's revision that the recipient has not got yet; blank if there is none.

    The first final revision is `final`, an earlier first one `ready`, and any other one `updated`.
    """
    own = [each for each in deliveries if each.recipient_id == recipient and each.is_report and each.occasion]
    if record.state == "final" and not any(each.occasion == "final" for each in own):
        return "final"
    last = max((each.revision for each in own), default=0)
    return "" if record.revision <= last else "updated" if own else "ready"


def due_failures(services: Services) -> list[DeliveryOrder]:
    """Add an event about each failed session to the ledger, once for each failure. Returns the orders to send them."""
    if not services.settings.rules:
        return []
    since = services.clock() - REPORT_FAILURES_FOR
    failed = [
        each
        for each in services.ledger.unfinished()
        if needs_operator(each) and each.end >= since and each.parent_entry_id is None and not each.merged_id
    ]
    try:
        return [delivery_order_of(new) for record in failed for new in _add_failure(services, record)]
    except DebriefError as error:  # the rules cannot be read, which exports report
        log.warning("No event about a failed session can be ordered: %s", error)
        return []


def why_stopped(services: Services, delivery: Delivery, record: SessionRecord | None) -> str:
    """Return why a message to a channel is not sent any more; blank if it is sent."""
    if delivery.channel not in services.rules.current().channels:
        return "The rules file has no channel of this name any more."
    if delivery.occasion.startswith(f"{FAILED}-") and not (record and needs_operator(record)):
        return "The session has not failed any more."
    return ""


def _add_failure(services: Services, record: SessionRecord) -> Iterator[Delivery]:
    rules = services.rules.current()
    event = VirtualEvent(record.virtual_event_id) if record.virtual_event_id else None
    if record.kind == "event":
        plan = rules.event_plan(VirtualEvent(record.entry_id), ())
    else:
        plan = rules.plan(session_of(record), (), event, (), is_host_known=False)
    note = services.ledger.note("trouble", f"{record.cue_point_id}/export")
    day = (note.at if note else record.end).astimezone(UTC)
    for recipient in plan.recipients:
        if recipient.takes_events:
            new = _delivery(services, record, recipient, f"{FAILED}-{day:%Y-%m-%d}")
            if services.ledger.add_delivery(new):
                yield new


def _delivery(services: Services, record: SessionRecord, recipient: Recipient, occasion: str) -> Delivery:
    return Delivery(
        record.cue_point_id,
        max(record.revision, 1),  # a failed session may have no revision
        recipient_id(recipient.address),
        recipient.address,
        recipient.why,
        at=services.clock(),
        occasion=occasion,
        tier=recipient.tier,
        timezone=recipient.timezone,
        language=recipient.language,
        rules=services.rules.current().digest,
    )
