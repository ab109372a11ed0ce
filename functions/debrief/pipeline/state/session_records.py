"""Read and save session records, and derive orders from records."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import Delivery, SessionRecord
from debrief.errors import Conflict, DebriefError
from debrief.model import Session, Source
from debrief.orders import DeliveryOrder, ExportOrder

if TYPE_CHECKING:
    from debrief.delivery.archive.manifest import Manifest
    from debrief.pipeline.services import Services

log = logging.getLogger(__name__)


def save(services: Services, record: SessionRecord) -> SessionRecord:
    """Save a record. Returns the saved record, or the record that another run saved in the meantime."""
    try:
        return services.ledger.save(record)
    except Conflict:
        log.info("Session %s was changed by another run in the meantime.", record.cue_point_id)
        return services.ledger.session(record.cue_point_id) or record


def save_all(services: Services, records: Iterable[SessionRecord]) -> Iterator[tuple[SessionRecord, bool]]:
    """Save records of different sessions with few requests.

    Yields each record as it is in the ledger now, and whether this call saved it: False if another run was faster.
    """
    records = list(records)
    overtaken = []
    for record, saved in zip(records, services.ledger.save_all(records), strict=True):
        if saved:
            yield saved, True
        else:
            log.info("Session %s was changed by another run in the meantime.", record.cue_point_id)
            overtaken.append(record)
    found = services.ledger.sessions_of([record.cue_point_id for record in overtaken])
    yield from ((found.get(record.cue_point_id, record), False) for record in overtaken)


def record_of(services: Services, order: ExportOrder) -> SessionRecord:
    """Return the ledger's record of a session, or a new one that is not saved yet."""
    return services.ledger.session(order.cue_point_id) or _new_record(order)


def record_and_deliveries_of(services: Services, order: ExportOrder) -> tuple[SessionRecord, Sequence[Delivery]]:
    """Return the same record, and the session's deliveries."""
    record, deliveries = services.ledger.session_with_deliveries(order.cue_point_id)
    return record or _new_record(order), deliveries


def _new_record(order: ExportOrder) -> SessionRecord:
    return SessionRecord(order.cue_point_id, order.entry_id, order.start, order.end, kind=order.kind, parts=order.parts)


def begin_export(services: Services, record: SessionRecord, manifest: Manifest | None) -> tuple[SessionRecord, bool]:
    """Record that an export begins. Returns the record, and whether another installation wrote the documents.

    Another installation wrote them if the archive has documents, but this ledger has no export. The record then does
    not change.
    """
    if manifest is not None and not record.begun:
        return record, True
    return record if record.begun else services.ledger.save(replace(record, begun=True)), False


def export_order_of(session: Session | SessionRecord, *, mail: bool = True, source: Source = "kaltura") -> ExportOrder:
    """Return the order to export a session.

    For a merged session, the order has the start of its first part, even if the record still has another start.
    """
    kind = session.kind if isinstance(session, SessionRecord) else "session"
    is_merged = kind == "joint" and session.parts  # `joint` is the stored word for a merged session
    return ExportOrder(
        session.cue_point_id,
        session.entry_id,
        session.parts[0].start if is_merged else session.start,
        session.end,
        session.parent_entry_id,
        mail=mail,
        kind=kind,
        parts=session.parts,
        source=source,
    )


def cancel_orders(services: Services, orders: Iterable[ExportOrder]) -> None:
    """Record that these orders could not be queued, so that the next scheduled run repeats them.

    Stops when the ledger cannot be written.
    """
    with suppress(DebriefError):
        records = services.ledger.sessions_of([order.cue_point_id for order in orders])
        for _ in save_all(services, [replace(record, asked=None) for record in records.values() if record.asked]):
            pass


def delivery_order_of(delivery: Delivery) -> DeliveryOrder:
    return DeliveryOrder(delivery.cue_point_id, delivery.revision, delivery.recipient_id, delivery.occasion)


def session_of(record: SessionRecord) -> Session:
    """Return the session of a record, as far as the rules look at it."""
    return Session(
        record.cue_point_id,
        record.entry_id,
        record.start,
        record.end,
        record.entry_name,
        host_user_id=record.host_user_id,
    )
