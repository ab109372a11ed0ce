"""Find the virtual events whose report is due: when their last session is final.

An event has its own record in the ledger from its first session on, so that scheduled runs find it after the look-back
period. Kaltura is asked only if the ledger has no reason to wait. A session without attendees is not part of an event,
because Kaltura names an event only in viewer data.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.errors import DebriefError
from debrief.orders import ExportOrder
from debrief.pipeline.events.plan import why_not_over
from debrief.pipeline.events.sessions import find_event_sessions, is_of_event, known_sessions, with_merged_sessions
from debrief.pipeline.services import Services
from debrief.pipeline.state import lifecycle
from debrief.pipeline.state.session_records import cancel_orders, export_order_of, save

log = logging.getLogger(__name__)

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,70}")  # as allowed in a queue message
_UNKNOWN = "Kaltura lists a session of the event that was not exported yet."


def due_events(services: Services, now: datetime, known: Iterable[SessionRecord] | None = None) -> list[ExportOrder]:
    """Return the exports of events that are due, each ordered once.

    `known` is the result of `known_records`, if the caller has it. If one event cannot be checked, the reason is
    written into its record, and the other events are still checked. If the ledger fails, all orders are cancelled and
    the error is raised.
    """
    seen = known_records(services, now) if known is None else {record.cue_point_id: record for record in known}
    records = {record.entry_id: record for record in seen.values() if record.kind == "event"}
    event_ids = {record.virtual_event_id for record in seen.values() if _ID.fullmatch(record.virtual_event_id)}
    orders = []
    try:
        for event_id in sorted(event_ids | records.keys()):
            sessions = [record for record in seen.values() if is_of_event(record, event_id)]
            record = _update(services, records.get(event_id), event_id, sessions)
            if record and lifecycle.is_due(record, now) and (order := _order(services, record, now)):
                orders.append(order)
    except DebriefError:
        cancel_orders(services, orders)
        raise
    return orders


def known_records(services: Services, now: datetime) -> dict[str, SessionRecord]:
    """Return the ledger's records of the look-back period, and all unfinished records; the keys are their ids."""
    since = now - timedelta(hours=services.settings.look_back_hours)
    found = {record.cue_point_id: record for record in services.ledger.sessions(since, now)}
    return found | {record.cue_point_id: record for record in services.ledger.unfinished()}


def _update(
    services: Services, record: SessionRecord | None, event_id: str, sessions: Sequence[SessionRecord]
) -> SessionRecord | None:
    """Update the event's record from its sessions, and save changes."""
    event_key = f"event-{event_id}"
    record = record or services.ledger.session(event_key)
    if not sessions:
        return record
    start, end = min(session.start for session in sessions), max(session.end for session in sessions)
    old = record or SessionRecord(event_key, event_id, start, end, kind="event")
    new = lifecycle.follow_event_sessions(old, sessions, services.settings)
    return record if new == record else save(services, new)


def _order(services: Services, record: SessionRecord, now: datetime) -> ExportOrder | None:
    """Order the export, or record why and until when the event must wait."""
    try:
        wait = _waits_for(services, record, now)
    except DebriefError as error:
        log.warning("Virtual event %s cannot be checked now: %s", record.entry_id, error)
        wait = str(error), lifecycle.next_event_check(record, now)
    if wait:
        reason, due = wait
        save(services, lifecycle.postpone_event(record, reason, due, now))
        return None
    saved = save(services, lifecycle.order_export(record, now))
    return replace(export_order_of(saved), parts=()) if saved.asked == now else None


def _waits_for(services: Services, record: SessionRecord, now: datetime) -> tuple[str, datetime] | None:
    """Return why the report must wait, and the time of the next check; None if the report is due."""
    known = known_sessions(services, record.entry_id, record.end)
    if left := [item for item in with_merged_sessions(services, known) if not lifecycle.is_settled(item)]:
        soonest = now + lifecycle.EVENT_CHECK_INTERVAL
        return lifecycle.SESSIONS_LEFT, max([soonest, *(item.due for item in left if item.due)])
    rooms = sorted({item.entry_id for item in known})
    if reason := why_not_over(services, record, rooms, now):
        is_unknown = reason == lifecycle.PLAN_UNKNOWN
        return reason, now + lifecycle.DECIDE_AGAIN_AFTER if is_unknown else lifecycle.next_event_check(record, now)
    sessions = find_event_sessions(services, record.entry_id, record.end)
    if any(not lifecycle.is_settled(item) for item in sessions.records):
        return lifecycle.SESSIONS_LEFT, now + lifecycle.EVENT_CHECK_INTERVAL
    since = now - timedelta(hours=services.settings.look_back_hours)
    # A session that ended before the look-back period will not be exported; the report lists it as missing.
    awaited = [session for session in sessions.unknown if not lifecycle.is_abandoned(session, now)]
    if any(session.is_open or session.end >= since for session in awaited):
        return _UNKNOWN, now + lifecycle.EVENT_CHECK_INTERVAL
    return None
