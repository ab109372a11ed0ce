"""Session records of the ledger, as the stages write them."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import Delivery, SessionRecord
from debrief.errors import Conflict
from debrief.model import Session, Source
from debrief.orders import DeliveryOrder, ExportOrder

if TYPE_CHECKING:
    from debrief.delivery.archive.manifest import Manifest
    from debrief.pipeline.services import Services

log = logging.getLogger(__name__)


def save(services: Services, record: SessionRecord) -> SessionRecord:
    """The record as saved, or as somebody else saved it meanwhile."""
    try:
        return services.ledger.save(record)
    except Conflict:
        log.info("Session %s was changed by another run meanwhile.", record.cue_point_id)
        return services.ledger.session(record.cue_point_id) or record


def record_of(services: Services, order: ExportOrder) -> SessionRecord:
    """What the ledger knows of a session, or a record that is not saved yet."""
    found = services.ledger.session(order.cue_point_id)
    return found or SessionRecord(
        order.cue_point_id, order.entry_id, order.start, order.end, kind=order.kind, parts=order.parts
    )


def begin(services: Services, record: SessionRecord, manifest: Manifest | None) -> tuple[SessionRecord, bool]:
    """The record of a session whose export begins, and whether its archive was written under another ledger."""
    if manifest is not None and not record.begun:
        return record, True
    return record if record.begun else services.ledger.save(replace(record, begun=True)), False


def order_for(session: Session | SessionRecord, *, mail: bool = True, source: Source = "kaltura") -> ExportOrder:
    """The order to export a session. A joint session starts with its first part, wherever it is archived."""
    kind = session.kind if isinstance(session, SessionRecord) else "session"
    is_joint = kind == "joint" and session.parts
    return ExportOrder(
        session.cue_point_id,
        session.entry_id,
        session.parts[0].start if is_joint else session.start,
        session.end,
        session.parent_entry_id,
        mail=mail,
        kind=kind,
        parts=session.parts,
        source=source,
    )


def order_of(delivery: Delivery) -> DeliveryOrder:
    """The order to send a mail."""
    return DeliveryOrder(delivery.cue_point_id, delivery.revision, delivery.recipient_id, delivery.occasion)
