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

from debrief.delivery.ledger import SessionRecord
from debrief.errors import DebriefError
from debrief.kaltura.events import is_over
from debrief.orders import ExportOrder
from debrief.pipeline.events.sessions import SPAN, belongs, held, known_sessions, with_joints
from debrief.pipeline.records import order_for, save
from debrief.pipeline.services import Services

log = logging.getLogger(__name__)

ASK_AGAIN_AFTER = timedelta(hours=2)  # an export that was asked for and not done
LOOK_AGAIN_AFTER = timedelta(hours=1)  # at an event that is not over; rarer the longer nothing happens
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,70}")  # that a message can carry
_SESSIONS_LEFT = "A session of the event is not final yet."
_UNKNOWN = "Kaltura lists a session of the event that was not exported yet."
_PLANNED = "Kaltura has more of this event planned."
_NEVER_OVER = "Nothing happened in this event for 60 days, and Kaltura never said that it is over."


def due_events(services: Services, now: datetime, known: Iterable[SessionRecord] | None = None) -> list[ExportOrder]:
    """The events whose report is due, each asked for once. `known` are the records of the look-back, if read already.

    A trouble with one event is written into its record and hides no other one.
    """
    seen = known_records(services, now) if known is None else {record.cue_point_id: record for record in known}
    records = {record.entry_id: record for record in seen.values() if record.kind == "event"}
    event_ids = {record.virtual_event_id for record in seen.values() if _ID.fullmatch(record.virtual_event_id)}
    orders = []
    for event_id in sorted(event_ids | records.keys()):
        found = [record for record in seen.values() if belongs(record, event_id)]
        record = _followed(services, records.get(event_id), event_id, found)
        if record and _is_due(record, now) and (order := _ask(services, record, now)):
            orders.append(order)
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
    after = replace(before, end=max(before.end, last))
    covered = {part.cue_point_id for part in before.parts}
    is_new = any(one.revision and not {one.cue_point_id, one.joint} & covered for one in found)
    times = {part.cue_point_id: (part.start, part.end) for part in before.parts}
    is_moved = any(times.get(one.cue_point_id, (one.start, one.end)) != (one.start, one.end) for one in found)
    if record is None or after.end != before.end or (before.state == "final" and (is_new or is_moved)):
        due = _final_at(services, after.end)
        after = replace(after, state="waiting", reason=_SESSIONS_LEFT, due=due, asked=None)
    return record if after == record else save(services, after)


def _final_at(services: Services, end: datetime) -> datetime:
    return end + timedelta(hours=max(services.settings.check_hours))


def _is_due(record: SessionRecord, now: datetime) -> bool:
    if record.due is None or record.due > now:
        return False
    return record.asked is None or record.asked <= now - ASK_AGAIN_AFTER


def _ask(services: Services, record: SessionRecord, now: datetime) -> ExportOrder | None:
    """The order, unless there is something to wait for; that and until when stand in the record then."""
    try:
        wait = _waits_for(services, record, now)
    except DebriefError as error:
        log.warning("Virtual event %s cannot be looked at now: %s", record.entry_id, error)
        wait = str(error), _look_again(record, now)
    if wait:
        reason, due = wait
        is_lost = now - record.end > SPAN
        changed = replace(record, reason=_NEVER_OVER, due=None, state="skipped")
        save(services, changed if is_lost else replace(record, reason=reason, due=due, asked=None))
        return None
    asked = save(services, replace(record, asked=now))
    return replace(order_for(asked), parts=()) if asked.asked == now else None


def _waits_for(services: Services, record: SessionRecord, now: datetime) -> tuple[str, datetime] | None:
    """What stands against the report, and when to look again; None when nothing does. The ledger is asked first."""
    known = known_sessions(services, record.entry_id, record.end)
    if left := [one for one in with_joints(services, known) if not _is_settled(one)]:
        return _SESSIONS_LEFT, max([now + LOOK_AGAIN_AFTER, *(one.due for one in left if one.due)])
    rooms = sorted({one.entry_id for one in known})
    if not is_over(services.kaltura, record.entry_id, rooms, now):
        return _PLANNED, _look_again(record, now)
    there = held(services, record.entry_id, record.end)
    if any(not _is_settled(one) for one in there.records):
        return _SESSIONS_LEFT, now + LOOK_AGAIN_AFTER
    since = now - timedelta(hours=services.settings.look_back_hours)
    # One that ended before the look-back does not come by itself any more; the report says that it is missing.
    if any(one.is_open or one.end >= since for one in there.unknown):
        return _UNKNOWN, now + LOOK_AGAIN_AFTER
    return None


def _look_again(record: SessionRecord, now: datetime) -> datetime:
    """In an hour, and after days of silence in as many hours."""
    return now + max(LOOK_AGAIN_AFTER, (now - record.end) / 24)


def _is_settled(record: SessionRecord) -> bool:
    """Whether nothing more will come of a session: final, skipped or failed for good."""
    return record.state == "final" or (record.due is None and record.state in {"exported", "skipped", "failed"})
