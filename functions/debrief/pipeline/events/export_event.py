"""Export one virtual event: render its documents from its sessions' documents, and plan its emails."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.delivery.mail.addresses import recipient_id
from debrief.delivery.rules.rules import Recipient
from debrief.documents.view.tiles import value_of
from debrief.errors import BadRequest, GiveUp, ReportChanged, Unavailable, UnknownSession
from debrief.kaltura.api.errors import ServerFailed
from debrief.kaltura.sessions.virtual_events import event_of
from debrief.metrics.event import EventSession, facts_of
from debrief.model import Finding, Part, Session, VirtualEvent
from debrief.orders import DeliveryOrder, ExportOrder
from debrief.pipeline.events.archive import load_event_session, people_in
from debrief.pipeline.events.documents import DAMAGED, EVENTS, MISSING, EventFigures, event_documents, event_figures
from debrief.pipeline.events.plan import plan_findings
from debrief.pipeline.events.sessions import EventSessions, find_event_sessions, without_parts
from debrief.pipeline.mailing.plan import add_another, add_mails, mailed_revision, mails_to_send, may_get_another
from debrief.pipeline.mailing.recipients import deliverable, event_recipients_of, tiers_for
from debrief.pipeline.privacy.people_index import NAME as PEOPLE
from debrief.pipeline.privacy.tombstones import id_and_address_of, known_tombstones
from debrief.pipeline.services import Services
from debrief.pipeline.session.documents import document_names
from debrief.pipeline.session.workbook import workbook_names
from debrief.pipeline.state.lifecycle import (
    DECIDE_AGAIN_AFTER,
    GIVE_UP_AFTER,
    OWNER_UNKNOWN,
    RETRY_EVENT_AFTER,
    postpone_event,
)
from debrief.pipeline.state.revisions import is_archived, manifest_to_replace, next_revision, write_revision
from debrief.pipeline.state.session_records import begin_export, record_of
from debrief.util.gc_pause import gc_paused

log = logging.getLogger(__name__)

_DAMAGED = "The report lacks sessions whose files in the archive are damaged: {}. Export them again."


def export_event(services: Services, order: ExportOrder) -> list[DeliveryOrder]:
    """Export one event. Returns the emails to send.

    The keys of all revisions have the date of the first revision, even if a later revision adds an earlier session.
    Raises UnknownSession if no session of the event has documents.
    """
    record = record_of(services, order)
    covered, sessions, damaged, findings = _load_sessions(services, record)
    start = record.start if record.revision else min(item.session.start for item in sessions)
    record = replace(record, start=start, end=max(item.session.end for item in sessions))
    manifest = manifest_to_replace(services, start, record.cue_point_id, record.entry_id)
    record, is_from_other_installation = begin_export(services, record, manifest)
    stones = known_tombstones(services)
    event = stones.event(_event(services, record, sessions))
    if event.owner_unknown and order.mail and (now := services.clock()) < record.end + GIVE_UP_AFTER:
        return _wait_for_owner(services, record, now)
    recipients = event_recipients_of(services, event) if order.mail else ()
    tiers = tiers_for(services.ledger.deliveries(record.cue_point_id), recipients)
    owner = {id_and_address_of(event.owner)} if event.owner else set()
    people = stones.index(people_in(sessions) | owner)
    findings = [*findings, *plan_findings(services, record)]
    with gc_paused():
        figures = replace(event_figures(event, facts_of(sessions), services.settings, findings), people=people)
    revision = next_revision(record, manifest, "final", figures.content_hash)
    wanted = document_names(services.settings, tiers) | {EVENTS} | ({PEOPLE} if people else set())
    wanted |= workbook_names(services.settings, tiers)
    if not is_archived(services, manifest, revision, wanted):
        session = Session(record.cue_point_id, record.entry_id, start, record.end, event.name)
        documents = event_documents(figures, services, start, revision, tiers)
        write_revision(services, session, revision, documents, manifest)
    done = replace(
        record,
        entry_name=event.name,
        state="final",
        reason=_DAMAGED.format(", ".join(damaged)) if damaged else "",
        revision=revision.number,
        content_hash=revision.content_hash,
        due=_retry_time(services, record) if damaged else None,
        asked=None,
        begun=True,
        parts=tuple(Part(item.cue_point_id, item.start, item.end) for item in covered),
        history={**record.history, revision.number: event_headline_figures(figures)},
    )
    if order.mail:
        _add_mails(services, done, recipients, is_from_other_installation=is_from_other_installation)
    if done != record:
        services.ledger.save(done)
    return mails_to_send(services.ledger.deliveries(record.cue_point_id)) if order.mail else []


def _wait_for_owner(services: Services, record: SessionRecord, now: datetime) -> list[DeliveryOrder]:
    """Postpone the report because the event's owner is unknown. Raises Unavailable after the first report."""
    if record.state != "waiting":
        raise Unavailable(OWNER_UNKNOWN)
    services.ledger.save(postpone_event(record, OWNER_UNKNOWN, now + DECIDE_AGAIN_AFTER, now))
    return []


def _load_sessions(
    services: Services, record: SessionRecord
) -> tuple[list[SessionRecord], list[EventSession], list[str], list[Finding]]:
    """Return the sessions' records, their archived data, the ids of damaged sessions, and findings about sessions.

    A damaged session does not block the report. Raises BadRequest if all sessions are damaged, NotReady while the
    documents of a session are being written.
    """
    known: EventSessions = find_event_sessions(services, record.entry_id, record.end)
    records = without_parts(services, known.records)
    sessions: list[EventSession] = []
    damage: dict[str, GiveUp] = {}
    for each in records:
        try:
            session = load_event_session(services, each)
        except (BadRequest, ReportChanged) as error:
            log.warning("Session %s is left out of virtual event %s: %s", each.cue_point_id, record.entry_id, error)
            damage[each.cue_point_id] = error
        else:
            sessions += [session] if session else []
    if not sessions and damage:
        raise next(iter(damage.values()))
    if not sessions:
        raise UnknownSession("No session of the virtual event has documents, so there is nothing to report on.")
    missing = len(records) - len(sessions) - len(damage) + len(known.unknown)
    findings = [_missing(missing)] if missing else []
    return records, sessions, sorted(damage), findings + ([_damaged(len(damage))] if damage else [])


def _retry_time(services: Services, record: SessionRecord) -> datetime | None:
    """Return when to export the event again because of damaged sessions; None from a week after the event on."""
    now = services.clock()
    return now + RETRY_EVENT_AFTER if now < record.end + GIVE_UP_AFTER else None


def _left_out(sessions: int) -> str:
    subject = "One session of the event is" if sessions == 1 else f"{sessions} sessions of the event are"
    return f"{subject} not in this report: "


def _damaged(sessions: int) -> Finding:
    files = "its files" if sessions == 1 else "their files"
    return Finding(DAMAGED, f"{_left_out(sessions)}{files} in the archive are damaged.")


def _missing(sessions: int) -> Finding:
    why = "excluded by a filter, not exported because of an error, or ended before Debrief looked for sessions"
    return Finding(MISSING, f"{_left_out(sessions)}{why}.")


def _event(services: Services, record: SessionRecord, sessions: Iterable[EventSession]) -> VirtualEvent:
    """Return the event with name and owner, found by its largest session, because Kaltura finds events by viewers."""
    session = max(sessions, key=lambda item: len(item.crowd.people)).session
    session_record = services.ledger.session(session.cue_point_id)
    try:
        event = event_of(services.kaltura, replace(session, parts=session_record.parts if session_record else ()))
    except ServerFailed as error:
        return VirtualEvent(record.entry_id, record.entry_name, owner_unknown=str(error))
    is_same = isinstance(event, VirtualEvent) and event.event_id == record.entry_id
    return event if isinstance(event, VirtualEvent) and is_same else VirtualEvent(record.entry_id, record.entry_name)


def event_headline_figures(figures: EventFigures) -> dict[str, float]:
    """Return the figures that are compared with later figures to decide about another email."""
    keys = {"sessions": "sessions", "people": "unique_attendees"}
    values = {name: value_of(figures.summary.metrics, key) for name, key in keys.items()}
    return {name: value for name, value in values.items() if value is not None}


def _add_mails(
    services: Services, done: SessionRecord, recipients: Sequence[Recipient], *, is_from_other_installation: bool
) -> None:
    """Add a first email for each new recipient, and another if the report has more sessions than the last email."""
    add_mails(services, done, recipients, is_from_other_installation=is_from_other_installation)
    last = {mail.recipient_id: mail for mail in services.ledger.deliveries(done.cue_point_id) if not mail.occasion}
    reachable, _ = deliverable(services, recipients, done.entry_id)
    for recipient in reachable:
        mail = last.get(recipient_id(recipient.address))
        if mail and may_get_another(done, mail) and _has_grown(done, mailed_revision(mail)):
            add_another(services, done, recipient, mail)


def _has_grown(done: SessionRecord, emailed_revision: int) -> bool:
    """Return whether the report has more sessions than the emailed revision."""
    then, now = (done.history.get(revision, {}).get("sessions") for revision in (emailed_revision, done.revision))
    return then is not None and now is not None and now > then
