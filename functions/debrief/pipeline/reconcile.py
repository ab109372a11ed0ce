"""Compare the sessions that Kaltura lists with the ledger, and order the exports that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from debrief.pipeline.state.session_records import cancel_orders, export_order_of, save_all
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
    known |= services.ledger.sessions_of([item.cue_point_id for item in sessions if item.cue_point_id not in known])
    changed = [
        record for record in _next_records(services, sessions, known, now) if record != known.get(record.cue_point_id)
    ]
    starts = {session.cue_point_id: session.start for session in sessions}
    orders: list[ExportOrder] = []
    try:
        with services.ledger.batch():
            for record, is_ours in _save_and_order(services, changed, now):
                known[record.cue_point_id] = record
                if is_ours and record.asked == now:
                    orders.append(_order_of(record, starts.get(record.cue_point_id), since))
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


def _next_records(
    services: Services, sessions: Sequence[Session], known: Mapping[str, SessionRecord], now: datetime
) -> Iterator[SessionRecord]:
    """Yield the next record of each known and each listed session; if its export is due, the record orders it."""
    possible_parts = _possible_parts(sessions, services.settings)
    listed = {session.cue_point_id: session for session in sessions}
    for cue_point_id in dict.fromkeys([*known, *listed]):
        record, session = known.get(cue_point_id), listed.get(cue_point_id)
        if session:
            parts = possible_parts.get(cue_point_id, ())
            record = lifecycle.follow_listing(session, record, services.settings, parts)
        if record:
            yield _order_if_due(lifecycle.fail_if_never_closed(record, now), now)


def _order_if_due(record: SessionRecord, now: datetime) -> SessionRecord:
    """Order the export if it is due; exports of events are ordered elsewhere (due_events).

    If the process is killed before the order is queued, the export is ordered again after lifecycle.ORDER_AGAIN_AFTER.
    """
    is_due = record.kind != "event" and lifecycle.is_due(record, now)
    return lifecycle.order_export(record, now) if is_due else record


def _save_and_order(
    services: Services, records: Iterable[SessionRecord], now: datetime
) -> Iterator[tuple[SessionRecord, bool]]:
    """Save the records, and yield what `save_all` yields.

    A record that another run saved in the meantime may be due: then it is ordered too.
    """
    overtaken = []
    for record, is_ours in save_all(services, records):
        if (ordered := _order_if_due(record, now)) == record:
            yield record, is_ours
        else:
            overtaken.append(ordered)
    yield from save_all(services, overtaken)


def _order_of(record: SessionRecord, start: datetime | None, since: datetime) -> ExportOrder:
    """Return the order of a session's export, with the `start` that Kaltura lists now."""
    mail = not (lifecycle.must_not_be_emailed(record, since) or lifecycle.is_late_look(record))
    order = export_order_of(record, mail=mail)
    return replace(order, start=start) if start else order
