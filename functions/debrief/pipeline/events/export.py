"""Makes one virtual event's documents from those of its sessions, and says which mails are still to be sent."""

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
from debrief.persons import IdAndAddress
from debrief.pipeline.events.archive import archived, people_at
from debrief.pipeline.events.documents import EventFigures, event_documents, event_figures
from debrief.pipeline.events.plan import plan_findings
from debrief.pipeline.events.sessions import EventSessions, held, whole
from debrief.pipeline.mailing.plan import add_another, add_mails, mailed_revision, mails_to_send, may_get_another
from debrief.pipeline.mailing.recipients import deliverable, event_recipients_of, tiers_for
from debrief.pipeline.privacy.people_index import NAME as PEOPLE
from debrief.pipeline.privacy.tombstones import known, tombstones
from debrief.pipeline.services import Services
from debrief.pipeline.session.documents import wanted_names
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
    """The whole export of one event. Returns the mails that are still to be sent for it.

    The first revision's date stays in its keys, even if a later one adds an earlier session. Raises UnknownSession
    when no session of it has documents.
    """
    record = record_of(services, order)
    covered, found, damaged, findings = _archived(services, record)
    start = record.start if record.revision else min(one.session.start for one in found)
    record = replace(record, start=start, end=max(one.session.end for one in found))
    manifest = manifest_to_replace(services, start, record.cue_point_id, record.entry_id)
    record, of_another_ledger = begin_export(services, record, manifest)
    stones = tombstones(services)
    event = stones.event(_event(services, record, found))
    if event.owner_unknown and order.mail and (now := services.clock()) < record.end + GIVE_UP_AFTER:
        return _wait_for_owner(services, record, now)
    recipients = event_recipients_of(services, event) if order.mail else ()
    tiers = tiers_for(services, record.cue_point_id, recipients)
    people = stones.index(people_at(found) | _owners(event))
    findings = [*findings, *plan_findings(services, record)]
    made = replace(_figures(services, event, found, findings), people=people)
    revision = next_revision(record, manifest, "final", made.content_hash)
    wanted = wanted_names(services.settings, tiers) | ({PEOPLE} if people else set())
    if not is_archived(services, manifest, revision, wanted):
        place = Session(record.cue_point_id, record.entry_id, start, record.end, event.name)
        new = event_documents(made, services, start, revision, tiers)
        write_revision(services, place, revision, new, manifest)
    done = replace(
        record,
        entry_name=event.name,
        state="final",
        reason=_DAMAGED.format(", ".join(damaged)) if damaged else "",
        revision=revision.number,
        content_hash=revision.content_hash,
        due=_look_again(services, record) if damaged else None,
        asked=None,
        begun=True,
        parts=tuple(Part(one.cue_point_id, one.start, one.end) for one in covered),
        history={**record.history, revision.number: event_headline_figures(made)},
    )
    if order.mail:
        _add_mails(services, done, recipients, of_another_ledger=of_another_ledger)
    if done != record:
        services.ledger.save(done)
    return mails_to_send(services, record.cue_point_id) if order.mail else []


def _wait_for_owner(services: Services, record: SessionRecord, now: datetime) -> list[DeliveryOrder]:
    """Ask again soon who owns the event. Raises Unavailable when its report is made again."""
    if record.state != "waiting":
        raise Unavailable(OWNER_UNKNOWN)
    services.ledger.save(postpone_event(record, OWNER_UNKNOWN, now + DECIDE_AGAIN_AFTER, now))
    return []


def _archived(
    services: Services, record: SessionRecord
) -> tuple[list[SessionRecord], list[EventSession], list[str], list[Finding]]:
    """The sessions looked for, those of them that the archive has, damaged ones' ids, and what to say of the others.

    One damaged session holds up no report of the others. Raises BadRequest when all are, NotReady while one is written.
    """
    there: EventSessions = held(services, record.entry_id, record.end)
    records = whole(services, there.records)
    found: list[EventSession] = []
    damage: dict[str, GiveUp] = {}
    for each in records:
        try:
            one = archived(services, each)
        except (BadRequest, ReportChanged) as error:
            log.warning("Session %s is left out of virtual event %s: %s", each.cue_point_id, record.entry_id, error)
            damage[each.cue_point_id] = error
        else:
            found += [one] if one else []
    if not found and damage:
        raise next(iter(damage.values()))
    if not found:
        raise UnknownSession("No session of the virtual event has documents, so there is nothing to report on.")
    missing = len(records) - len(found) - len(damage) + len(there.unknown)
    findings = [_missing(missing)] if missing else []
    return records, found, sorted(damage), findings + ([_damaged(len(damage))] if damage else [])


def _look_again(services: Services, record: SessionRecord) -> datetime | None:
    """When to try with damaged sessions again, which may be exported anew; a week after its end nobody looks again."""
    now = services.clock()
    return now + RETRY_EVENT_AFTER if now < record.end + GIVE_UP_AFTER else None


def _those(sessions: int) -> str:
    return "One session of the event is" if sessions == 1 else f"{sessions} sessions of the event are"


def _damaged(sessions: int) -> Finding:
    its = "its files" if sessions == 1 else "their files"
    text = f"{_those(sessions)} not in this report: {its} in the archive are damaged."
    return Finding("SESSIONS_DAMAGED", text)


def _missing(sessions: int) -> Finding:
    them = _those(sessions)
    why = "the filters left out what is missing, it could not be exported, or it ended before Debrief looked for it"
    return Finding("SESSIONS_MISSING", f"{them} not in this report: {why}.")


def _event(services: Services, record: SessionRecord, found: Iterable[EventSession]) -> VirtualEvent:
    """The event with its name and owner, by the session that most people attended; Kaltura tells it by those."""
    most = max(found, key=lambda one: len(one.crowd.people))
    try:
        event = event_of(services.kaltura, replace(most.session, parts=_parts_of(services, most)))
    except ServerFailed as error:
        return VirtualEvent(record.entry_id, record.entry_name, owner_unknown=str(error))
    is_same = isinstance(event, VirtualEvent) and event.event_id == record.entry_id
    return event if isinstance(event, VirtualEvent) and is_same else VirtualEvent(record.entry_id, record.entry_name)


def _owners(event: VirtualEvent) -> set[IdAndAddress]:
    return {known(event.owner)} if event.owner else set()


def _parts_of(services: Services, one: EventSession) -> tuple[Part, ...]:
    record = services.ledger.session(one.session.cue_point_id)
    return record.parts if record else ()


@gc_paused()
def _figures(
    services: Services, event: VirtualEvent, found: Sequence[EventSession], findings: Sequence[Finding]
) -> EventFigures:
    return event_figures(event, facts_of(found), services.settings, findings)


def event_headline_figures(made: EventFigures) -> dict[str, float]:
    """What a later mail compares with."""
    keys = {"sessions": "sessions", "people": "unique_attendees"}
    values = {name: value_of(made.summary.metrics, key) for name, key in keys.items()}
    return {name: value for name, value in values.items() if value is not None}


def _add_mails(
    services: Services, done: SessionRecord, recipients: Sequence[Recipient], *, of_another_ledger: bool
) -> None:
    """A first mail for everybody who has none; another one for those whose last one knew of fewer sessions."""
    add_mails(services, done, recipients, of_another_ledger=of_another_ledger)
    last = {one.recipient_id: one for one in services.ledger.deliveries(done.cue_point_id) if not one.occasion}
    kept, _ = deliverable(services, recipients, done.entry_id)
    for recipient in kept:
        before = last.get(recipient_id(recipient.address))
        if before and may_get_another(done, before) and _has_grown(done, mailed_revision(before)):
            add_another(services, done, recipient, before)


def _has_grown(done: SessionRecord, told: int) -> bool:
    """Whether the report has more sessions than the revision that was told."""
    then, now = (done.history.get(revision, {}).get("sessions") for revision in (told, done.revision))
    return then is not None and now is not None and now > then
