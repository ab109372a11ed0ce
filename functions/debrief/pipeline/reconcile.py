"""Compare the sessions that Kaltura lists with the ledger, and order the exports that are missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.errors import DebriefError
from debrief.kaltura.sessions.discovery import discover
from debrief.kaltura.sessions.interruptions import group_by_gap
from debrief.model import Part, Session
from debrief.orders import ExportOrder
from debrief.pipeline.events.due import due_events, known_records
from debrief.pipeline.services import Services
from debrief.pipeline.state import lifecycle
from debrief.pipeline.state.reconciliations import record_reconciliation
from debrief.pipeline.state.session_records import cancel_orders, export_order_of, save
from debrief.settings import Settings


def reconcile(services: Services) -> list[ExportOrder]:
    """Reconcile the sessions of the look-back period. Returns the exports that are due now, each ordered once.

    Every run reads the whole period, so a missed or late run loses nothing. A repeated run orders nothing twice. Raises
    RetryLater or GiveUp when Kaltura or the ledger cannot be read.
    """
    now = services.clock()
    since = now - timedelta(hours=services.settings.look_back_hours)
    known = known_records(services, now)
    rooms = sorted({item.entry_id for item in known.values() if item.kind != "event" and item.parent_entry_id is None})
    sessions = discover(services.kaltura, since, now, also_rooms=rooms)
    possible_parts = _possible_parts(sessions, services.settings)
    starts = {session.cue_point_id: session.start for session in sessions}
    with services.ledger.batch():
        for session in sessions:
            old = known.get(session.cue_point_id) or services.ledger.session(session.cue_point_id)
            parts = possible_parts.get(session.cue_point_id, ())
            new = lifecycle.follow_listing(session, old, services.settings, parts)
            known[session.cue_point_id] = new if new == old else save(services, new)
        for record in known.values():
            if (new := lifecycle.fail_if_never_closed(record, now)) != record:
                known[record.cue_point_id] = save(services, new)
    orders: list[ExportOrder] = []
    try:
        with services.ledger.batch():
            for record in [item for item in known.values() if item.kind != "event" and lifecycle.is_due(item, now)]:
                if order := _order(services, record, starts.get(record.cue_point_id), now, since):
                    orders.append(order)  # noqa: PERF401 - after an error, the earlier orders must be cancelled
        orders += due_events(services, now, known.values())
        record_reconciliation(services, now)
    except DebriefError:
        cancel_orders(services, orders)  # they are not returned, so nobody runs them
        raise
    return orders


def overdue(services: Services) -> list[SessionRecord]:
    """Return the sessions that the alarm reports: their report is late, and they ended less than 8 days ago."""
    now = services.clock()
    return [record for record in services.ledger.unfinished() if lifecycle.is_overdue(record, now, services.settings)]


def _possible_parts(sessions: Iterable[Session], settings: Settings) -> dict[str, tuple[Part, ...]]:
    """Return, by session id, all possible parts of the interrupted session to which the session may belong.

    The length filter uses the total length of the parts. The export decides whether they are one session (merging.py).
    If they are separate sessions, the export skips each that is too short.
    """
    gap = timedelta(minutes=settings.interruption_minutes)
    groups = [group for group in group_by_gap(sessions, gap) if len(group) > 1] if gap else []
    candidates = [tuple(Part(each.cue_point_id, each.start, each.end) for each in group) for group in groups]
    return {part.cue_point_id: parts for parts in candidates for part in parts}


def _order(
    services: Services, record: SessionRecord, start: datetime | None, now: datetime, since: datetime
) -> ExportOrder | None:
    """Order an export, with the `start` that Kaltura lists now. Returns None if another run has ordered this export.

    If the process is killed before the order is queued, the export is ordered again after lifecycle.ORDER_AGAIN_AFTER.
    """
    saved = save(services, lifecycle.order_export(record, now))
    if saved.asked != now:
        return None
    order = export_order_of(saved, mail=not lifecycle.must_not_be_emailed(record, since))
    return replace(order, start=start) if start else order
