"""Makes one session's documents, writes them with the manifest last, and says which mails are still to be sent."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from debrief.delivery.archive.layout import folder
from debrief.delivery.archive.manifest import Manifest
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.documents.view.headline import headline_figures
from debrief.errors import Unavailable
from debrief.kaltura.reports.window import floor_hour
from debrief.kaltura.session_data.collect import collect
from debrief.kaltura.session_data.summary_page import PageOptions
from debrief.kaltura.sessions.organizers import FAILED
from debrief.model import Session, SessionData, VirtualEvent
from debrief.orders import DeliveryOrder, ExportOrder
from debrief.pipeline.mailing.plan import add_mails, mails_to_send
from debrief.pipeline.mailing.recipients import recipients_of, tiers_for
from debrief.pipeline.privacy.tombstones import scope_of, without_erased
from debrief.pipeline.services import Services
from debrief.pipeline.session.documents import Figures, documents, figures, table_names, wanted_names
from debrief.pipeline.session.earlier_sessions import with_earlier
from debrief.pipeline.session.interrupted import joint_for
from debrief.pipeline.session.meetings import Undecided
from debrief.pipeline.session.missing_sections import has_gaps, is_better_than_gaps
from debrief.pipeline.session.room_polls import ArchivedPolls
from debrief.pipeline.session.virtual_event import session_event, with_event
from debrief.pipeline.state import lifecycle
from debrief.pipeline.state.check_schedule import check_minutes, state_at
from debrief.pipeline.state.failures import record_incomplete
from debrief.pipeline.state.filters import OTHER_EVENT, check_name, is_of_wanted_event, too_few, why_skipped
from debrief.pipeline.state.revisions import (
    is_archived,
    manifest_of,
    manifest_to_replace,
    next_revision,
    remove_documents,
    write_revision,
)
from debrief.pipeline.state.session_records import begin_export, record_of
from debrief.util.gc_pause import gc_paused

log = logging.getLogger(__name__)


class Skipped(Exception):
    """The filters leave the session out; its message is the reason."""


def export_session(services: Services, order: ExportOrder) -> list[DeliveryOrder]:
    """Export one session, or the merged session of an interrupted one. Returns the mails still to be sent for it."""
    now = services.clock()  # once: what is provisional and what comes next must agree, however long this takes
    record = record_of(services, order)
    if lifecycle.is_stale(record, order):
        log.info("Session %s went on since its export was asked for; it is asked for again.", order.cue_point_id)
        return mails_to_send(services, order.cue_point_id) if order.mail else []
    here = manifest_to_replace(services, order.start, order.cue_point_id, order.entry_id)
    other_date = _other_date(record, order)
    manifest = here or (manifest_of(services, record.start, order.cue_point_id) if other_date else None)
    record, of_another_ledger = begin_export(services, record, manifest)
    try:
        made, record = _figures(services, order, record, manifest, now)
    except Skipped as reason:
        services.ledger.save(lifecycle.skip(record, str(reason), now, services.settings))
        return []
    except Undecided as reason:
        services.ledger.save(lifecycle.postpone(record, str(reason), now))
        return []
    session = made.data.session
    is_incomplete = has_gaps(made.data)
    if is_incomplete and is_better_than_gaps(services, record, manifest, now):
        kept = lifecycle.keep_documents(record, now, services.settings)
        record_incomplete(services, record, kept)
        services.ledger.save(kept)
        return mails_to_send(services, order.cue_point_id) if order.mail else []
    # A breakout whose main room had no session is archived by itself, but it is nobody's report; a part of an
    # interrupted session is mailed with the others.
    is_mailed = order.mail and session.parent_entry_id is None and not record.joint
    recipients = recipients_of(services, made.data) if is_mailed else ()
    tiers = tiers_for(services, order.cue_point_id, recipients)
    state = state_at(order.end, now, services.settings)
    revision = next_revision(record, manifest, state, made.content_hash)
    wanted = wanted_names(services.settings, tiers) | table_names(made)
    if not is_archived(services, here, revision, wanted):
        check = check_minutes(order.end, now, services.settings)
        new = documents(made, services.settings, revision, tiers, check)
        write_revision(services, session, revision, new, here)
    if other_date:
        remove_documents(
            services, other_date
        )  # before the ledger forgets that date; a run that is killed here finds it again
        record = services.ledger.save(replace(record, start=session.start))  # by which mails find the documents
    done = lifecycle.record_export(
        record,
        made.data,
        revision,
        headline_figures(made.summary),
        now,
        services.settings,
        has_gaps=is_incomplete,
    )
    if is_mailed:
        add_mails(services, done, recipients, of_another_ledger=of_another_ledger)
    record_incomplete(services, record, done)
    if done != record:
        services.ledger.save(done)
    return mails_to_send(services, order.cue_point_id) if is_mailed else []


def _other_date(record: SessionRecord, order: ExportOrder) -> str:
    """The folder in which the session's files are, when Kaltura has moved its start to another day; else blank."""
    before, now = (folder(start, order.cue_point_id) for start in (record.start, order.start))
    return before if before != now else ""


@gc_paused()
def _figures(
    services: Services, order: ExportOrder, record: SessionRecord, manifest: Manifest | None, now: datetime
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
    joint = joint_for(services, session, mail=order.mail) if order.kind == "session" else None
    event = session_event(services, session, record)
    record = replace(
        record,
        joint=joint.cue_point_id if joint else "",
        virtual_event_id=event.event_id if isinstance(event, VirtualEvent) else "",
    )
    is_free = record.revision == 0 and not record.joint
    if is_free and not is_of_wanted_event(event, services.settings):
        raise Skipped(OTHER_EVENT)
    wish = _wish(services, order, record.virtual_event_id, ArchivedPolls(services, session, manifest), now)
    collected = with_event(collect(services.kaltura, session, wish), event)
    _wait_for_organizers(record, collected, now)
    data, people = without_erased(services, collected, scope_of(record))
    made = replace(figures(with_earlier(services, data, joint), services.settings), people=people)
    reason = why_skipped(made.data.session, services.settings) or too_few(_attendees(made), services.settings)
    if is_free:
        check_name(made.data.session, services.settings)
    if is_free and reason:
        raise Skipped(reason)
    return made, record


def _wait_for_organizers(record: SessionRecord, data: SessionData, now: datetime) -> None:
    """Leave nobody out of the mail for Kaltura's trouble, for a week: then rules are read as strictly as possible.

    Raises Undecided before a first report, Unavailable after it.
    """
    if FAILED not in data.findings or not lifecycle.may_fill_gaps(record, now):
        return
    if record.revision == 0:
        raise Undecided(lifecycle.ORGANIZERS_UNKNOWN)
    raise Unavailable(lifecycle.ORGANIZERS_UNKNOWN)


def _attendees(made: Figures) -> float | None:
    return headline_figures(made.summary).get("unique_attendees")


def _wish(
    services: Services, order: ExportOrder, event_id: str, polls: ArchivedPolls, now: datetime
) -> PageOptions | None:
    """Recording viewers are counted until now, but not beyond the last check: from then on figures are final."""
    if not services.settings.page:
        return None
    last = order.end + timedelta(hours=max(services.settings.check_hours))
    return PageOptions(floor_hour(min(now, last)), services.settings.heatmap_attendees, event_id, polls)
