"""Find the sessions of a virtual event in the ledger and in Kaltura."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.kaltura.sessions.virtual_events import sessions_of_event
from debrief.model import Session
from debrief.pipeline.services import Services
from debrief.pipeline.state.lifecycle import EVENT_SPAN


@dataclass(frozen=True)
class EventSessions:
    """An event's sessions: the ledger's records, and the sessions that only Kaltura lists."""

    records: tuple[SessionRecord, ...]
    unknown: tuple[Session, ...] = ()


def known_sessions(services: Services, event_id: str, last: datetime) -> list[SessionRecord]:
    """Return the ledger's records of an event's sessions and merged sessions, from EVENT_SPAN before `last` on."""
    until = services.clock() + timedelta(seconds=1)
    return [record for record in services.ledger.sessions(last - EVENT_SPAN, until) if is_of_event(record, event_id)]


def with_merged_sessions(services: Services, records: Iterable[SessionRecord]) -> list[SessionRecord]:
    """Return the records, and the records of their merged sessions, which name no event before their export."""
    by_id = {record.cue_point_id: record for record in records}
    for merged_id in {record.merged_id for record in by_id.values() if record.merged_id} - by_id.keys():
        if merged := services.ledger.session(merged_id):
            by_id[merged_id] = merged
    return list(by_id.values())


def is_of_event(record: SessionRecord, event_id: str) -> bool:
    """Return whether a record is a session of that event. A breakout is part of its main room's session."""
    return record.virtual_event_id == event_id and record.kind != "event" and record.parent_entry_id is None


def find_event_sessions(services: Services, event_id: str, last: datetime) -> EventSessions:
    """Return the event's sessions in the ledger and in Kaltura. Raises RetryLater or GiveUp from Kaltura's client."""
    records = {record.cue_point_id: record for record in known_sessions(services, event_id, last)}
    unknown = []
    for session in sessions_of_event(services.kaltura, event_id, last - EVENT_SPAN, services.clock()):
        if session.cue_point_id in records or session.parent_entry_id is not None:
            continue
        if record := services.ledger.session(session.cue_point_id):
            records[record.cue_point_id] = record
        else:
            unknown.append(session)
    return EventSessions(tuple(records.values()), tuple(unknown))


def without_parts(services: Services, records: Iterable[SessionRecord]) -> list[SessionRecord]:
    """Return the records; reported merged sessions replace their parts."""
    by_id = {record.cue_point_id: record for record in with_merged_sessions(services, records)}
    return [record for record in by_id.values() if not ((merged := by_id.get(record.merged_id)) and merged.revision)]
