"""Determine the virtual event of a session: known, no event, or unknown with the reason.

An unknown event must not count as no event: rules that limit recipients by event would not apply.
"""

from __future__ import annotations

from dataclasses import replace

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.kaltura.api.errors import ServerFailed
from debrief.kaltura.sessions.virtual_events import event_of
from debrief.model import NotKnown, Session, SessionData, VirtualEvent
from debrief.pipeline.services import Services
from debrief.pipeline.session.merging import Undecided
from debrief.pipeline.state.lifecycle import EVENT_UNKNOWN, GIVE_UP_AFTER

_NO_FIGURES = NotKnown("Kaltura names an event only in viewer data, and it has no viewer data of this session.")


def session_event(services: Services, session: Session, record: SessionRecord) -> VirtualEvent | NotKnown | None:
    """Return the session's event; if Kaltura cannot answer now, the event in the record.

    If a first report depends on the event, raises Undecided while Kaltura fails, for up to a week. Raises RetryLater or
    GiveUp from the Kaltura client.
    """
    if session.parent_entry_id is not None:
        return None
    try:
        found = event_of(services.kaltura, session)
    except ServerFailed as error:
        is_first = record.revision == 0 and not record.virtual_event_id
        matters = bool(services.settings.only_events) or services.rules.current().needs_event
        if is_first and matters and services.clock() < record.end + GIVE_UP_AFTER:
            raise Undecided(EVENT_UNKNOWN) from None
        found = NotKnown(str(error))
    if isinstance(found, NotKnown) and record.virtual_event_id:
        return VirtualEvent(record.virtual_event_id)
    return found


def with_event(data: SessionData, event: VirtualEvent | NotKnown | None) -> SessionData:
    """Add the event to the data. If Kaltura has no figures of the session, "no event" becomes "unknown"."""
    is_main, own = data.session.parent_entry_id is None, data.session.cue_point_ids
    has_figures = any(row.cue_point_id in own for row in data.rooms)
    return replace(data, virtual_event=_NO_FIGURES if event is None and is_main and not has_figures else event)
