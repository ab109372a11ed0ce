"""Compares the sessions that Kaltura lists with those that the ledger knows, and asks for what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from debrief.delivery.ledger import Mark, SessionRecord
from debrief.kaltura.chains import chains
from debrief.kaltura.sessions import discover
from debrief.model import Part, Session
from debrief.orders import ExportOrder
from debrief.pipeline.events.due import due_events, known_records
from debrief.pipeline.filters import why_skipped
from debrief.pipeline.mailing.notices import COMPARED
from debrief.pipeline.meetings import EVENT_UNKNOWN, UNDECIDED
from debrief.pipeline.records import order_for, save
from debrief.pipeline.services import Services
from debrief.pipeline.settling import first_export
from debrief.settings import Settings

# How long an export that was asked for is not asked for again. A second message would do no harm, only work.
ASK_AGAIN_AFTER = timedelta(hours=2)
OVERDUE_AFTER = timedelta(hours=3)  # after the first check, by which every session should have its report
HISTORY_AFTER = timedelta(days=8)
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
    known = known_records(services, now)
    rooms = sorted({one.entry_id for one in known.values() if one.kind != "event" and one.parent_entry_id is None})
    found = discover(services.kaltura, since, now, also_rooms=rooms)
    interrupted = _interrupted(found, services.settings)
    starts = {session.cue_point_id: session.start for session in found}
    with services.ledger.together():
        for session in found:
            before = known.get(session.cue_point_id) or services.ledger.session(session.cue_point_id)
            after = _seen(session, before, services.settings, interrupted.get(session.cue_point_id, ()))
            known[session.cue_point_id] = after if after == before else save(services, after)
    with services.ledger.together():
        due = [record for record in known.values() if _is_due(record, now)]
        asked = [_ask(services, record, starts.get(record.cue_point_id), now, since) for record in due]
    orders = [order for order in asked if order] + due_events(services, now, known.values())
    services.ledger.put_mark(Mark("compared", COMPARED, now))
    return orders


def overdue(services: Services) -> list[SessionRecord]:
    """Sessions that should have a report by now and have none: what an alarm is for. A week later it is history."""
    now = services.clock()
    settings = services.settings
    deadline = max(timedelta(minutes=settings.settle_minutes), timedelta(hours=min(settings.check_hours)))
    return [
        record
        for record in services.ledger.unfinished()
        if record.revision == 0
        and record.kind != "event"
        and record.end > record.start
        and record.reason != UNDECIDED
        and record.end + deadline + OVERDUE_AFTER < now < record.end + HISTORY_AFTER
    ]


def _interrupted(sessions: Iterable[Session], settings: Settings) -> dict[str, tuple[Part, ...]]:
    """The sessions that may be parts of one, by the id of each: the filters judge them by their time together.

    Whether they are is decided at their export, see meetings.py; what is too short alone is left out then.
    """
    gap = timedelta(minutes=settings.interruption_minutes)
    several = [chain for chain in chains(sessions, gap) if len(chain) > 1] if gap else []
    parts = [tuple(Part(one.cue_point_id, one.start, one.end) for one in chain) for chain in several]
    return {part.cue_point_id: together for together in parts for part in together}


def _seen(session: Session, record: SessionRecord | None, settings: Settings, parts: tuple[Part, ...]) -> SessionRecord:
    """The record as it should be, now that Kaltura lists the session so, perhaps as one of several parts.

    Once an export was begun its start stays, because the files are under it; the export of the new start moves both.
    """
    if record is None:
        record = SessionRecord(session.cue_point_id, session.entry_id, session.start, session.end)
    is_moved = record.begun and record.start != session.start and not (record.asked or record.reason)
    went_on = record.end != session.end or is_moved
    record = replace(
        record,
        start=record.start if record.begun else session.start,
        end=session.end,
        entry_name=record.entry_name or session.entry_name,
        parent_entry_id=session.parent_entry_id,
    )
    if session.is_open:
        return replace(record, state="waiting", reason=_OPEN, due=None)
    skipped = why_skipped(replace(session, entry_name=record.entry_name, parts=parts), settings)
    if skipped and record.revision == 0 and not record.joint:
        return replace(record, state="skipped", reason=skipped, due=None, asked=None)
    if went_on or _waits_unasked(record) or _was_filtered(record):
        reason = _FRESH if session.has_figures else _NO_FIGURES
        return replace(record, state="waiting", reason=reason, due=first_export(session, settings), asked=None)
    return record


def _waits_unasked(record: SessionRecord) -> bool:
    """Whether no export of it was asked for yet; one that was and could not decide has said when to look again."""
    return record.state == "waiting" and record.asked is None and record.reason not in {UNDECIDED, EVENT_UNKNOWN}


def _was_filtered(record: SessionRecord) -> bool:
    """Whether a comparison left it out; what an export decided stands until the next check."""
    return record.state == "skipped" and not record.begun


def _is_due(record: SessionRecord, now: datetime) -> bool:
    if record.kind == "event" or record.due is None or record.due > now:
        return False
    return record.asked is None or record.asked <= now - ASK_AGAIN_AFTER


def _ask(
    services: Services, record: SessionRecord, start: datetime | None, now: datetime, since: datetime
) -> ExportOrder | None:
    """Order the export of a record, with the start that Kaltura tells now, if it does.

    Mark the record as asked for, then ask. A kill in between is made good after ASK_AGAIN_AFTER.

    What is asked for late is due now: its hour to wait for missing sections begins here, and only once.
    A joint session found by a back-fill that was stopped before its end is archived, but mails nobody.
    """
    asked = save(services, replace(record, asked=now, due=record.due if record.asked else now))
    is_old_joint = record.kind == "joint" and not record.begun and record.end < since
    if asked.asked != now:
        return None
    order = order_for(asked, mail=not is_old_joint)
    return replace(order, start=start) if start else order
