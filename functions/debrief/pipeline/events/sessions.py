"""The sessions of a virtual event that Kaltura and the ledger know."""

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
    """An event's sessions: the ledger's records, and those that Kaltura lists and the ledger does not know."""

    records: tuple[SessionRecord, ...]
    unknown: tuple[Session, ...] = ()


def known_sessions(services: Services, event_id: str, last: datetime) -> list[SessionRecord]:
    """The ledger's records of an event's sessions and joint sessions, none older than SPAN before the last."""
    until = services.clock() + timedelta(seconds=1)
    return [record for record in services.ledger.sessions(last - EVENT_SPAN, until) if belongs(record, event_id)]


def with_joints(services: Services, records: Iterable[SessionRecord]) -> list[SessionRecord]:
    """The records, and those of joint sessions whose parts they are: these know their event when they are exported."""
    by_id = {record.cue_point_id: record for record in records}
    for joint_id in {record.joint for record in by_id.values() if record.joint} - by_id.keys():
        if found := services.ledger.session(joint_id):
            by_id[joint_id] = found
    return list(by_id.values())


def belongs(record: SessionRecord, event_id: str) -> bool:
    """Whether a record is of a session of that event. A breakout is inside its main room's session."""
    return record.virtual_event_id == event_id and record.kind != "event" and record.parent_entry_id is None


def held(services: Services, event_id: str, last: datetime) -> EventSessions:
    """Everything that the ledger knows of and Kaltura lists. Raises RetryLater or GiveUp."""
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


def whole(services: Services, records: Iterable[SessionRecord]) -> list[SessionRecord]:
    """Those that are reported as one session each: an interrupted one once, instead of its parts."""
    by_id = {record.cue_point_id: record for record in with_joints(services, records)}
    return [record for record in by_id.values() if not ((joint := by_id.get(record.joint)) and joint.revision)]
