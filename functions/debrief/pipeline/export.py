"""Makes one session's documents, writes them with the manifest last, and says which mails are still to be sent."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from debrief.collector import collector_paused
from debrief.delivery.ledger import SessionRecord
from debrief.delivery.manifest import Manifest
from debrief.documents.keys import folder
from debrief.documents.told import told
from debrief.errors import Conflict, GiveUp
from debrief.kaltura.collect import collect
from debrief.kaltura.page_data import PageWish
from debrief.kaltura.window import floor_hour
from debrief.model import Session, SessionData, VirtualEvent
from debrief.orders import DeliveryOrder, ExportOrder
from debrief.pipeline.archived.replay import replay
from debrief.pipeline.documents import Figures, documents, figures, table_names, wanted_names
from debrief.pipeline.earlier import with_earlier
from debrief.pipeline.events.export import export_event
from debrief.pipeline.filters import OTHER_EVENT, check_name, is_of_wanted_event, too_few, why_skipped
from debrief.pipeline.forgetting.beside import again_if_erased
from debrief.pipeline.forgetting.tombstones import scope_of, without_erased
from debrief.pipeline.joints import joint_for
from debrief.pipeline.mailing.mails import add_mails, mails_to_send
from debrief.pipeline.mailing.recipients import recipients_of, tiers_for
from debrief.pipeline.meetings import Undecided
from debrief.pipeline.missing import GIVE_UP_AFTER, STAYS, has_gaps, is_better_than_gaps, may_be_filled
from debrief.pipeline.records import begin, record_of
from debrief.pipeline.revisions import Revision, clear, manifest_of, next_revision, stands, write_revision
from debrief.pipeline.room_polls import ArchivedPolls
from debrief.pipeline.services import Services
from debrief.pipeline.session_event import session_event, with_event
from debrief.pipeline.settling import check_minutes, next_check, state_at

log = logging.getLogger(__name__)

RETRY_FAILED_AFTER = timedelta(hours=1)
DECIDE_AGAIN_AFTER = timedelta(minutes=15)  # whether the session is part of another one's meeting
_HISTORY = 10  # revisions whose figures are remembered


class Skipped(Exception):
    """The filters leave the session out; its message is the reason."""


def export_order(services: Services, order: ExportOrder) -> list[DeliveryOrder]:
    """The whole export of one session, joint session or virtual event. Returns the mails still to be sent for it.

    On GiveUp the reason stands in the ledger before it is raised. RetryLater leaves the ledger as it was. An order to
    take the archive's answers makes the same documents with today's code, mails nobody and notes no failure.
    """
    if order.source == "archive":
        replay(services, record_of(services, order))
        return []
    export = export_event if order.kind == "event" else _export_session
    try:
        return again_if_erased(services, order.cue_point_id, lambda: export(services, order))
    except GiveUp as error:
        _remember_failure(services, order, str(error))
        raise


def _export_session(services: Services, order: ExportOrder) -> list[DeliveryOrder]:
    record = record_of(services, order)
    here = manifest_of(services, order.start, order.cue_point_id)
    other_date = _other_date(record, order)
    manifest = here or (manifest_of(services, record.start, order.cue_point_id) if other_date else None)
    record, of_another_ledger = begin(services, record, manifest)
    try:
        made, record = _figures(services, order, record, manifest)
    except Skipped as reason:
        _skip(services, record, str(reason))
        return []
    except Undecided as reason:
        due = services.clock() + DECIDE_AGAIN_AFTER
        services.ledger.save(replace(record, state="waiting", reason=str(reason), due=due, asked=None))
        return []
    session = made.data.session
    if has_gaps(made.data) and is_better_than_gaps(services, record, manifest):
        again = _next_due(services, record, made.data)
        services.ledger.save(replace(record, reason=record.reason if again else STAYS, due=again, asked=None))
        return mails_to_send(services, order.cue_point_id) if order.mail else []
    # A breakout whose main room had no session is archived by itself, but it is nobody's report; a part of an
    # interrupted session is mailed with the others.
    is_mailed = order.mail and session.parent_entry_id is None and not record.joint
    recipients = recipients_of(services, made.data) if is_mailed else ()
    tiers = tiers_for(services, order.cue_point_id, recipients)
    state = state_at(order.end, services.clock(), services.settings)
    revision = next_revision(record, manifest, state, made.content_hash)
    wanted = wanted_names(services.settings, tiers) | table_names(made)
    if not stands(services, here, revision, wanted):
        check = check_minutes(order.end, services.clock(), services.settings)
        write_revision(services, session, revision, documents(made, services.settings, revision, tiers, check))
    if other_date:
        clear(services, other_date)  # before the ledger forgets that date; a run that is killed here finds it again
        record = services.ledger.save(replace(record, start=session.start))  # by which mails find the documents
    done = _done(services, record, made, revision)
    if is_mailed:
        add_mails(services, done, recipients, of_another_ledger=of_another_ledger)
    if done != record:
        services.ledger.save(done)
    return mails_to_send(services, order.cue_point_id) if is_mailed else []


def _other_date(record: SessionRecord, order: ExportOrder) -> str:
    """The folder in which the session's files are, when Kaltura has moved its start to another day; else blank."""
    before, now = (folder(start, order.cue_point_id) for start in (record.start, order.start))
    return before if before != now else ""


@collector_paused()
def _figures(
    services: Services, order: ExportOrder, record: SessionRecord, manifest: Manifest | None
) -> tuple[Figures, SessionRecord]:
    """The figures, and the record with what is now known of the session's event and of its interruption.

    Raises Skipped when the filters leave it out, Undecided when it may be part of another one's meeting; neither for
    one that was exported before.
    """
    session = Session(
        order.cue_point_id,
        order.entry_id,
        order.start,
        order.end,
        record.entry_name,
        order.parent_entry_id,
        parts=order.parts,
    )
    joint = joint_for(services, session) if order.kind == "session" else None
    event = session_event(services, session, record)
    record = replace(
        record,
        joint=joint.cue_point_id if joint else "",
        virtual_event_id=event.event_id if isinstance(event, VirtualEvent) else "",
    )
    is_free = record.revision == 0 and not record.joint
    if is_free and not is_of_wanted_event(event, services.settings):
        raise Skipped(OTHER_EVENT)
    wish = _wish(services, order, record.virtual_event_id, ArchivedPolls(services, session, manifest))
    collected = with_event(collect(services.kaltura, session, wish), event)
    data, people = without_erased(services, collected, scope_of(record))
    made = replace(figures(with_earlier(services, data, joint), services.settings), people=people)
    reason = why_skipped(made.data.session, services.settings) or too_few(_attendees(made), services.settings)
    if is_free:
        check_name(made.data.session, services.settings)
    if is_free and reason:
        raise Skipped(reason)
    return made, record


def _attendees(made: Figures) -> float | None:
    return told(made.summary).get("unique_attendees")


def _wish(services: Services, order: ExportOrder, event_id: str, polls: ArchivedPolls) -> PageWish | None:
    """Recording viewers are counted until now, but not beyond the last check: from then on figures are final."""
    if not services.settings.page:
        return None
    last = order.end + timedelta(hours=max(services.settings.check_hours))
    return PageWish(floor_hour(min(services.clock(), last)), services.settings.heatmap_attendees, event_id, polls)


def _skip(services: Services, record: SessionRecord, reason: str) -> None:
    """Looked at again at each check: figures that come late may change the decision."""
    due = next_check(record.end, services.clock(), services.settings)
    services.ledger.save(replace(record, state="skipped", reason=reason, due=due, asked=None))


def _done(services: Services, record: SessionRecord, made: Figures, revision: Revision) -> SessionRecord:
    history = {**record.history, revision.number: record.history.get(revision.number) or told(made.summary)}
    return replace(
        record,
        start=made.data.session.start,
        entry_name=made.data.session.entry_name,
        state="final" if revision.state == "final" else "exported",
        reason="",
        revision=revision.number,
        content_hash=revision.content_hash,
        due=_next_due(services, record, made.data),
        asked=None,
        begun=True,
        host_user_id=made.data.session.host_user_id,
        host_name=made.data.host.name if made.data.host else "",
        history=dict(sorted(history.items())[-_HISTORY:]),
    )


def _next_due(services: Services, record: SessionRecord, data: SessionData) -> datetime | None:
    """The next check; soon, and for a week, when sections are missing because Kaltura stopped answering."""
    now = services.clock()
    check = next_check(record.end, now, services.settings)
    if not (has_gaps(data) and may_be_filled(services, record)):
        return check
    return min(check, now + RETRY_FAILED_AFTER) if check else now + RETRY_FAILED_AFTER


def _remember_failure(services: Services, order: ExportOrder, reason: str) -> None:
    """A session that has documents keeps its state; its reason says what failed at the last check."""
    now = services.clock()
    record = record_of(services, order)
    due = now + RETRY_FAILED_AFTER if now < record.end + GIVE_UP_AFTER else None
    state = record.state if record.revision else "failed"
    try:
        services.ledger.save(replace(record, state=state, reason=reason, due=due, asked=None))
    except Conflict:
        log.warning("Session %s failed, and its record was changed meanwhile: %s", record.cue_point_id, reason)
