"""Export one session: collect data, render documents, write them with the manifest last, plan emails."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from debrief.delivery.archive.layout import folder
from debrief.delivery.archive.manifest import Manifest
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.documents.view.headline import headline_figures, recorded_figures
from debrief.errors import Unavailable
from debrief.kaltura.api.multirequest import ApiCall
from debrief.kaltura.reports.window import floor_hour
from debrief.kaltura.session_data.collect import collect
from debrief.kaltura.session_data.registration_list import with_registrations
from debrief.kaltura.session_data.summary_page import PageOptions
from debrief.kaltura.sessions.discovery import earlier_sessions_call, neighbours_call
from debrief.kaltura.sessions.interruptions import group_call
from debrief.kaltura.sessions.organizers import ORGANIZERS_FAILED
from debrief.kaltura.sessions.rooms import room_entry_call
from debrief.kaltura.sessions.schedule import room_events_call
from debrief.kaltura.sessions.virtual_events import active_events_call
from debrief.model import NotKnown, Session, SessionData, VirtualEvent
from debrief.orders import DeliveryOrder, ExportOrder
from debrief.pipeline.mailing.plan import add_mails, mails_to_send
from debrief.pipeline.mailing.recipients import recipients_of, tiers_for
from debrief.pipeline.privacy.tombstones import remove_erased, scope_of
from debrief.pipeline.services import Services
from debrief.pipeline.session.account_sessions import add_account_sessions
from debrief.pipeline.session.archived_polls import ArchivedPolls
from debrief.pipeline.session.documents import (
    Figures,
    added_file_names,
    compute_figures,
    document_names,
    render_documents,
)
from debrief.pipeline.session.earlier_sessions import MOST_CANDIDATES, add_earlier_sessions
from debrief.pipeline.session.earlier_transcript import keep_transcript
from debrief.pipeline.session.interrupted import merged_session_for
from debrief.pipeline.session.merging import Undecided
from debrief.pipeline.session.missing_sections import lacks_sections, must_keep_documents, retry_while_sections_missing
from debrief.pipeline.session.registration_sources import registrations_for
from debrief.pipeline.session.series import update_series
from debrief.pipeline.session.virtual_event import session_event, with_event
from debrief.pipeline.session.workbook import workbook_names
from debrief.pipeline.state import lifecycle
from debrief.pipeline.state.check_schedule import check_minutes, next_check, state_at
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
from debrief.pipeline.state.session_records import begin_export, record_and_deliveries_of
from debrief.registration import Registrations
from debrief.util.gc_pause import gc_paused

log = logging.getLogger(__name__)

_VERSIONS_LAST = timedelta(days=1)  # the shortest time for which a bucket keeps an old version; see template.yaml


class Skipped(Exception):
    """The filters exclude the session; the message is the reason."""


def export_session(services: Services, order: ExportOrder) -> list[DeliveryOrder]:
    """Export one session or merged session. Returns the emails to send."""
    now = services.clock()  # read once, because an export may take long
    record, deliveries = record_and_deliveries_of(services, order)
    if lifecycle.is_stale(record, order):
        log.info("Session %s continued after its export was ordered; a later run orders it again.", order.cue_point_id)
        return mails_to_send(deliveries) if order.mail else []
    to_replace = manifest_to_replace(services, order.start, order.cue_point_id, order.entry_id)
    old_folder, new_folder = (folder(start, order.cue_point_id) for start in (record.start, order.start))
    former_folder = old_folder if old_folder != new_folder else ""  # Kaltura has moved the start to another day
    last_manifest = to_replace or (manifest_of(services, record.start, order.cue_point_id) if former_folder else None)
    record, is_from_other_installation = begin_export(services, record, last_manifest)
    try:
        with services.kaltura.ahead(_first_calls(services, order)):
            figures, record = _figures(services, order, record, last_manifest, now)
    except Skipped as reason:
        services.ledger.save(lifecycle.skip(record, str(reason), now, services.settings))
        return []
    except Undecided as reason:
        services.ledger.save(lifecycle.postpone(record, str(reason), now))
        return []
    session = figures.data.session
    is_incomplete = lacks_sections(figures.data)
    if is_incomplete:
        retry_while_sections_missing(record, now)
    if is_incomplete and must_keep_documents(services, last_manifest):
        after = lifecycle.keep_documents(record, now, services.settings)
        record_incomplete(services, record, after)
        services.ledger.save(after)
        return mails_to_send(deliveries) if order.mail else []
    # A breakout gets no email; only breakouts whose main room had no session are exported. A part of an interrupted
    # session gets no email of its own, because the merged session gets one.
    is_mailed = order.mail and session.parent_entry_id is None and not record.merged_id
    recipients = recipients_of(services, figures.data) if is_mailed else ()
    tiers = tiers_for(deliveries, recipients)
    state = state_at(order.end, now, services.settings)
    revision = next_revision(record, last_manifest, state, figures.content_hash)
    wanted = document_names(services.settings, tiers) | added_file_names(figures)
    wanted |= workbook_names(services.settings, tiers)
    is_checked_again = _is_checked_again(services, order, record, now)
    if not is_archived(services, to_replace, revision, wanted, is_checked_again=is_checked_again):
        minutes = check_minutes(order.end, now, services.settings)
        documents = render_documents(figures, services.settings, revision, tiers, minutes)
        write_revision(services, session, revision, documents, to_replace)
    if former_folder:
        # Remove the former folder before the record gets the new date: if this run is killed after the first step, the
        # next run finds the former folder by the old date.
        remove_documents(services, former_folder)
        record = services.ledger.save(replace(record, start=session.start))  # write_mail needs this date
    recorded = recorded_figures(figures.summary)
    update_series(services, session, recorded, revision, is_part=bool(record.merged_id))
    done = lifecycle.record_export(
        record,
        figures.data,
        revision,
        recorded,
        now,
        services.settings,
        lacks_sections=is_incomplete,
    )
    to_send: list[DeliveryOrder] = []
    if is_mailed:
        to_send = add_mails(services, done, recipients, is_from_other_installation=is_from_other_installation)
    record_incomplete(services, record, done)
    if done != record:
        services.ledger.save(done)
    return to_send


def _first_calls(services: Services, order: ExportOrder) -> list[ApiCall]:
    """Return the calls that an export needs whatever the answers of other calls are."""
    session = Session(order.cue_point_id, order.entry_id, order.start, order.end, parts=order.parts)
    gap = timedelta(minutes=services.settings.interruption_minutes)
    is_main = order.parent_entry_id is None
    return [
        *([group_call(session, gap)] if is_main and gap and order.kind == "session" else ()),
        *([active_events_call()] if is_main else ()),
        room_entry_call(session.entry_id),
        room_events_call(session.entry_id),
        *([neighbours_call(session)] if services.settings.page else ()),
        earlier_sessions_call(session, MOST_CANDIDATES),
    ]


@gc_paused()
def _figures(
    services: Services, order: ExportOrder, record: SessionRecord, manifest: Manifest | None, now: datetime
) -> tuple[Figures, SessionRecord]:
    """Return the figures, and the record updated with the session's virtual event and merged session.

    Raises Skipped if the filters exclude a session without documents. Raises Undecided if something is not
    known yet that the first report needs, Unavailable if an organizer is still unknown after the first report.
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
    merged = merged_session_for(services, session, record, mail=order.mail) if order.kind == "session" else None
    event = session_event(services, session, record)
    record = replace(
        record,
        merged_id=merged.cue_point_id if merged else "",
        virtual_event_id=event.event_id if isinstance(event, VirtualEvent) else "",
    )
    session = replace(session, event_id=record.virtual_event_id)
    may_skip = record.revision == 0 and not record.merged_id
    if may_skip and not is_of_wanted_event(event, services.settings):
        raise Skipped(OTHER_EVENT)
    options = _page_options(services, order, record.virtual_event_id, ArchivedPolls(services, session, manifest), now)
    is_recorded = services.settings.captions and session.parent_entry_id is None
    collected = with_event(collect(services.kaltura, session, options, captions=is_recorded), event)
    collected = keep_transcript(services, collected, manifest)
    collected = with_registrations(collected, _registrations(services, collected, manifest))
    _require_organizers(record, collected, now)
    data, people = remove_erased(services, collected, scope_of(record))
    with_comparisons = add_account_sessions(services, add_earlier_sessions(services, data, merged), manifest)
    figures = replace(compute_figures(with_comparisons, services.settings), people=people)
    if may_skip:
        attendees = headline_figures(figures.summary).get("unique_attendees")
        reason = why_skipped(figures.data.session, services.settings) or too_few(attendees, services.settings)
        check_name(figures.data.session, services.settings)
        if reason:
            raise Skipped(reason)
    return figures, record


def _registrations(services: Services, data: SessionData, manifest: Manifest | None) -> Registrations | NotKnown | None:
    """Return who registered, with the questions of the settings, so that a replay has the same ones."""
    found, settings = registrations_for(services, data, manifest), services.settings
    if not isinstance(found, Registrations):
        return found
    names_origin = "origin" in dict(settings.registration_columns)
    return replace(found, questions=settings.registration_questions, names_origin=names_origin)


def _require_organizers(record: SessionRecord, data: SessionData, now: datetime) -> None:
    """Stop the export while Kaltura cannot name every organizer, for up to a week, so that all of them get the email.

    After this week the report is sent, and a visibility rule that needs an unknown organizer shows less, not more.
    Raises Undecided before a first report, Unavailable after it.
    """
    if ORGANIZERS_FAILED not in data.findings or not lifecycle.may_wait_for_kaltura(record, now):
        return
    if record.revision == 0:
        raise Undecided(lifecycle.ORGANIZERS_UNKNOWN)
    raise Unavailable(lifecycle.ORGANIZERS_UNKNOWN)


def _is_checked_again(services: Services, order: ExportOrder, record: SessionRecord, now: datetime) -> bool:
    """Return whether a scheduled run has ordered this export, and will order another within a day.

    An export from the command line has no order, so it always checks all files: the operator may export the session
    again because a message named a damaged file. Old versions of files exist for at least a day.
    """
    check = next_check(order.end, now, services.settings)
    return record.asked is not None and check is not None and check - now <= _VERSIONS_LAST


def _page_options(
    services: Services, order: ExportOrder, event_id: str, polls: ArchivedPolls, now: datetime
) -> PageOptions | None:
    """Return what to read of the Summary page. Viewers of the recording are counted until the final check."""
    if not services.settings.page:
        return None
    last = order.end + timedelta(hours=max(services.settings.check_hours))
    return PageOptions(floor_hour(min(now, last)), services.settings.heatmap_attendees, event_id, polls)
