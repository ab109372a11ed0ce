"""Compares the sessions that Kaltura lists with those that the ledger knows, and asks for what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from debrief.delivery.ledger.ledger import Mark, SessionRecord
from debrief.errors import DebriefError
from debrief.kaltura.sessions.discovery import discover
from debrief.kaltura.sessions.interruptions import chains
from debrief.model import Part, Session
from debrief.orders import ExportOrder
from debrief.pipeline.events.due import due_events, known_records
from debrief.pipeline.services import Services
from debrief.pipeline.state import lifecycle
from debrief.pipeline.state.reconciliations import COMPARED
from debrief.pipeline.state.release import release
from debrief.pipeline.state.session_records import order_for, save
from debrief.settings import Settings


def reconcile(services: Services) -> list[ExportOrder]:
    """One comparison over the look-back. Returns the exports that are due now; each is asked for once.

    It asks what ended since so many hours ago, never what hour it is, so a tick that was missed, late or doubled
    changes nothing. Raises RetryLater or GiveUp when Kaltura or the ledger cannot be read.
    """
    now = services.clock()
    since = now - timedelta(hours=services.settings.look_back_hours)
    known = known_records(services, now)
    rooms = sorted({one.entry_id for one in known.values() if one.kind != "event" and one.parent_entry_id is None})
    found = discover(services.kaltura, since, now, also_rooms=rooms)
    interrupted = _interrupted(found, services.settings)
    starts = {session.cue_point_id: session.start for session in found}
    with services.ledger.together():
        for session in found:
            before = known.get(session.cue_point_id) or services.ledger.session(session.cue_point_id)
            after = lifecycle.listed(session, before, services.settings, interrupted.get(session.cue_point_id, ()))
            known[session.cue_point_id] = after if after == before else save(services, after)
        for record in known.values():
            if (after := lifecycle.aged(record, now)) != record:
                known[record.cue_point_id] = save(services, after)
    orders: list[ExportOrder] = []
    try:
        with services.ledger.together():
            for record in [one for one in known.values() if one.kind != "event" and lifecycle.is_due(one, now)]:
                if order := _ask(services, record, starts.get(record.cue_point_id), now, since):
                    orders.append(order)  # noqa: PERF401 - after an error those asked for must be known
        orders += due_events(services, now, known.values())
        services.ledger.put_mark(Mark("compared", COMPARED, now))
    except DebriefError:
        release(services, orders)  # what never left must not wait as if it had
        raise
    return orders


def overdue(services: Services) -> list[SessionRecord]:
    """Sessions that should have a report by now and have none: what an alarm is for. A week later it is history."""
    now = services.clock()
    return [record for record in services.ledger.unfinished() if lifecycle.is_overdue(record, now, services.settings)]


def _interrupted(sessions: Iterable[Session], settings: Settings) -> dict[str, tuple[Part, ...]]:
    """The sessions that may be parts of one, by the id of each: the filters judge them by their time together.

    Whether they are is decided at their export, see meetings.py; what is too short alone is left out then.
    """
    gap = timedelta(minutes=settings.interruption_minutes)
    several = [chain for chain in chains(sessions, gap) if len(chain) > 1] if gap else []
    parts = [tuple(Part(one.cue_point_id, one.start, one.end) for one in chain) for chain in several]
    return {part.cue_point_id: together for together in parts for part in together}


def _ask(
    services: Services, record: SessionRecord, start: datetime | None, now: datetime, since: datetime
) -> ExportOrder | None:
    """Order the export of a record, with the start that Kaltura tells now, if it does.

    Mark the record as asked for, then ask. A kill in between is made good after lifecycle.ASK_AGAIN_AFTER.
    """
    asked = save(services, lifecycle.ask(record, now))
    if asked.asked != now:
        return None
    order = order_for(asked, mail=not lifecycle.is_unmailed(record, since))
    return replace(order, start=start) if start else order
