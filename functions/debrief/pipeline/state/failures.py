"""Record for the admin why an export failed, or why a report is incomplete."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import Note
from debrief.errors import Conflict, GiveUp, Unavailable
from debrief.pipeline.state import lifecycle
from debrief.pipeline.state.session_records import record_of

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import SessionRecord
    from debrief.orders import ExportOrder
    from debrief.pipeline.services import Services

log = logging.getLogger(__name__)


def save_failure(services: Services, order: ExportOrder, reason: str) -> None:
    """Record why an export failed and since when, so that the admin is informed, even about an old session.

    Raises Unavailable when the ledger cannot be written, so that the failure is not lost.
    """
    now = services.clock()
    try:
        record = record_of(services, order)
        if lifecycle.is_late_look(record):
            log.warning("The late look for captions of session %s failed: %s", record.cue_point_id, reason)
            services.ledger.save(lifecycle.record_failure(record, reason, now, now))
            return
        subject = f"{record.cue_point_id}/export"
        note = services.ledger.note("trouble", subject) if lifecycle.needs_operator(record) else None
        if note is None:
            services.ledger.put_note(Note("trouble", subject, now, reason))
        services.ledger.save(lifecycle.record_failure(record, reason, now, note.at if note else now))
    except Conflict:
        log.warning(
            "The failure of session %s was not saved, because another run changed its record: %s",
            order.cue_point_id,
            reason,
        )
    except GiveUp:
        raise Unavailable(reason) from None


def record_incomplete(services: Services, before: SessionRecord, after: SessionRecord) -> None:
    """Record, once, that a report is incomplete and will not be updated."""
    if lifecycle.needs_operator(after) and after.reason != before.reason:
        services.ledger.put_note(Note("trouble", f"{after.cue_point_id}/export", services.clock(), after.reason))
