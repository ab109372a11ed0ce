"""Virtual events: one report across the sessions of an event, once the last of them is final.

An event has a record of its own in the ledger. It waits there from its first session on, so that no tick has to look
further back than its look-back to find it, and Kaltura is asked about it only when the ledger has nothing to wait for.
Sessions that nobody attended are not part of it: Kaltura tells the event of a session by who watched it.
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
from debrief.pipeline.events.sessions import belongs, held, known_sessions, with_joints
from debrief.pipeline.services import Services
from debrief.pipeline.state import lifecycle
from debrief.pipeline.state.release import release
from debrief.pipeline.state.session_records import order_for, save

log = logging.getLogger(__name__)

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,70}")  # that a message can carry
_UNKNOWN = "Kaltura lists a session of the event that was not exported yet."


def due_events(services: Services, now: datetime, known: Iterable[SessionRecord] | None = None) -> list[ExportOrder]:
    """The events whose report is due, each asked for once. `known` are the records of the look-back, if read already.

    A trouble with one event is written into its record and hides no other one.
    """
    seen = known_records(services, now) if known is None else {record.cue_point_id: record for record in known}
    records = {record.entry_id: record for record in seen.values() if record.kind == "event"}
    event_ids = {record.virtual_event_id for record in seen.values() if _ID.fullmatch(record.virtual_event_id)}
    orders = []
    try:
        for event_id in sorted(event_ids | records.keys()):
            found = [record for record in seen.values() if belongs(record, event_id)]
            record = _followed(services, records.get(event_id), event_id, found)
            if record and lifecycle.is_due(record, now) and (order := _ask(services, record, now)):
                orders.append(order)
    except DebriefError:
        release(services, orders)
        raise
    return orders


def known_records(services: Services, now: datetime) -> dict[str, SessionRecord]:
    """What the ledger knows of the look-back, and what it has still to do, by id."""
    since = now - timedelta(hours=services.settings.look_back_hours)
    found = {record.cue_point_id: record for record in services.ledger.sessions(since, now)}
    return found | {record.cue_point_id: record for record in services.ledger.unfinished()}


def _followed(
    services: Services, record: SessionRecord | None, event_id: str, found: Sequence[SessionRecord]
) -> SessionRecord | None:
    """The event's record as it should be, now that these sessions of it are known; saved if it is not so yet."""
    event_key = f"event-{event_id}"
    record = record or services.ledger.session(event_key)
    if not found:
        return record
    last = max(one.end for one in found)
    before = record or SessionRecord(event_key, event_id, min(one.start for one in found), last, kind="event")
    after = lifecycle.follow_event_sessions(before, found, services.settings)
    return record if after == record else save(services, after)


def _ask(services: Services, record: SessionRecord, now: datetime) -> ExportOrder | None:
    """The order, unless there is something to wait for; that and until when stand in the record then."""
    try:
        wait = _waits_for(services, record, now)
    except DebriefError as error:
        log.warning("Virtual event %s cannot be looked at now: %s", record.entry_id, error)
        wait = str(error), lifecycle.next_event_check(record, now)
    if wait:
        reason, due = wait
        save(services, lifecycle.postpone_event(record, reason, due, now))
        return None
    asked = save(services, lifecycle.request_export(record, now))
    return replace(order_for(asked), parts=()) if asked.asked == now else None


def _waits_for(services: Services, record: SessionRecord, now: datetime) -> tuple[str, datetime] | None:
    """What stands against the report, and when to look again; None when nothing does. The ledger is asked first."""
    known = known_sessions(services, record.entry_id, record.end)
    if left := [one for one in with_joints(services, known) if not lifecycle.is_settled(one)]:
        return lifecycle.SESSIONS_LEFT, max(
            [now + lifecycle.EVENT_CHECK_INTERVAL, *(one.due for one in left if one.due)]
        )
    rooms = sorted({one.entry_id for one in known})
    if reason := why_not_over(services, record, rooms, now):
        is_unknown = reason == lifecycle.PLAN_UNKNOWN
        return reason, now + lifecycle.DECIDE_AGAIN_AFTER if is_unknown else lifecycle.next_event_check(record, now)
    there = held(services, record.entry_id, record.end)
    if any(not lifecycle.is_settled(one) for one in there.records):
        return lifecycle.SESSIONS_LEFT, now + lifecycle.EVENT_CHECK_INTERVAL
    since = now - timedelta(hours=services.settings.look_back_hours)
    # One that ended before the look-back does not come by itself any more; the report says that it is missing.
    live = [one for one in there.unknown if not lifecycle.is_abandoned(one, now)]
    if any(one.is_open or one.end >= since for one in live):
        return _UNKNOWN, now + lifecycle.EVENT_CHECK_INTERVAL
    return None
