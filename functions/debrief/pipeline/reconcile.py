"""Compares the sessions that Kaltura lists with those that the ledger knows, and asks for what is missing."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from debrief.delivery.ledger import SessionRecord
from debrief.errors import Conflict
from debrief.kaltura.sessions import discover
from debrief.model import ExportOrder, Session
from debrief.pipeline.services import Services
from debrief.pipeline.settling import first_export
from debrief.settings import Settings

log = logging.getLogger(__name__)

# How long an export that was asked for is not asked for again. A second message would do no harm, only work.
ASK_AGAIN_AFTER = timedelta(hours=2)
_OPEN = "The session is still open."
_FRESH = "Kaltura's figures settle first."
_NO_FIGURES = "Kaltura has no figures yet; perhaps nobody came."


def reconcile(services: Services) -> list[ExportOrder]:
    """One comparison over the look-back. Returns the exports that are due now; each is asked for once.

    It asks what ended since so many hours ago, never what hour it is, so a tick that was missed, late or doubled
    changes nothing. Raises RetryLater or GiveUp when Kaltura or the ledger cannot be read.
    """
    now = services.clock()
    since = now - timedelta(hours=services.settings.look_back_hours)
    sessions = discover(services.kaltura, since, now)
    known = {record.cue_point_id: record for record in services.ledger.sessions(since, now)}
    known |= {record.cue_point_id: record for record in services.ledger.unfinished()}
    for session in sessions:
        before = known.get(session.cue_point_id) or services.ledger.session(session.cue_point_id)
        after = _seen(session, before, services.settings)
        known[session.cue_point_id] = after if after == before else _save(services, after)
    return [order for record in known.values() if _is_due(record, now) and (order := _ask(services, record, now))]


def _seen(session: Session, record: SessionRecord | None, settings: Settings) -> SessionRecord:
    """The record as it should be, now that Kaltura lists the session so."""
    if record is None:
        record = SessionRecord(session.cue_point_id, session.entry_id, session.start, session.end)
    went_on = record.end != session.end
    record = replace(
        record,
        start=session.start,
        end=session.end,
        entry_name=record.entry_name or session.entry_name,
        parent_entry_id=session.parent_entry_id,
    )
    if session.is_open:
        return replace(record, state="waiting", reason=_OPEN, due=None)
    if went_on or (record.state == "waiting" and record.asked is None):
        reason = _FRESH if session.has_figures else _NO_FIGURES
        return replace(record, state="waiting", reason=reason, due=first_export(session, settings), asked=None)
    return record


def _is_due(record: SessionRecord, now: datetime) -> bool:
    if record.due is None or record.due > now:
        return False
    return record.asked is None or record.asked <= now - ASK_AGAIN_AFTER


def _ask(services: Services, record: SessionRecord, now: datetime) -> ExportOrder | None:
    """Mark the record as asked for, then ask. A kill in between is made good after ASK_AGAIN_AFTER."""
    asked = _save(services, replace(record, asked=now))
    return order_for(asked) if asked.asked == now else None


def order_for(session: Session | SessionRecord, *, mail: bool = True) -> ExportOrder:
    """The order to export a session."""
    return ExportOrder(
        session.cue_point_id, session.entry_id, session.start, session.end, session.parent_entry_id, mail=mail
    )


def _save(services: Services, record: SessionRecord) -> SessionRecord:
    """The record as saved, or as somebody else saved it meanwhile."""
    try:
        return services.ledger.save(record)
    except Conflict:
        log.info("Session %s was changed by another run meanwhile.", record.cue_point_id)
        return services.ledger.session(record.cue_point_id) or record
