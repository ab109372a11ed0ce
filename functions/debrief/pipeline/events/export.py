"""Makes one virtual event's documents from those of its sessions, and says which mails are still to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from debrief.collector import collector_paused
from debrief.delivery.ledger import SessionRecord
from debrief.delivery.recipients import recipient_id
from debrief.delivery.rules import Recipient
from debrief.documents.tiles import value_of
from debrief.errors import UnknownSession
from debrief.kaltura.events import event_of
from debrief.kaltura.identities import KnownAs
from debrief.metrics.event import EventSession, facts_of
from debrief.model import Finding, Part, Session, VirtualEvent
from debrief.orders import DeliveryOrder, ExportOrder
from debrief.pipeline.documents import wanted_names
from debrief.pipeline.events.archive import archived, people_at
from debrief.pipeline.events.documents import EventFigures, event_documents, event_figures
from debrief.pipeline.events.sessions import Held, held, whole
from debrief.pipeline.forgetting.people import NAME as PEOPLE
from debrief.pipeline.forgetting.tombstones import known, tombstones
from debrief.pipeline.mailing.mails import add_another, add_mails, mails_to_send, may_get_another, told_revision
from debrief.pipeline.mailing.recipients import deliverable, event_recipients_of, tiers_for
from debrief.pipeline.records import begin, record_of
from debrief.pipeline.revisions import manifest_of, next_revision, stands, write_revision
from debrief.pipeline.services import Services


def export_event(services: Services, order: ExportOrder) -> list[DeliveryOrder]:
    """The whole export of one event. Returns the mails that are still to be sent for it.

    The first revision's date stays in its keys, even if a later one adds an earlier session. Raises UnknownSession
    when no session of it has documents.
    """
    record = record_of(services, order)
    covered, found, findings = _archived(services, record)
    start = record.start if record.revision else min(one.session.start for one in found)
    record = replace(record, start=start, end=max(one.session.end for one in found))
    manifest = manifest_of(services, start, record.cue_point_id)
    record, of_another_ledger = begin(services, record, manifest)
    stones = tombstones(services)
    event = stones.event(_event(services, record, found))
    recipients = event_recipients_of(services, event) if order.mail else ()
    tiers = tiers_for(services, record.cue_point_id, recipients)
    people = stones.index(people_at(found) | _owners(event))
    made = replace(_figures(services, event, found, findings), people=people)
    revision = next_revision(record, manifest, "final", made.content_hash)
    wanted = wanted_names(services.settings, tiers) | ({PEOPLE} if people else set())
    if not stands(services, manifest, revision, wanted):
        place = Session(record.cue_point_id, record.entry_id, start, record.end, event.name)
        write_revision(services, place, revision, event_documents(made, services, start, revision, tiers))
    done = replace(
        record,
        entry_name=event.name,
        state="final",
        reason="",
        revision=revision.number,
        content_hash=revision.content_hash,
        due=None,
        asked=None,
        begun=True,
        parts=tuple(Part(one.cue_point_id, one.start, one.end) for one in covered),
        history={**record.history, revision.number: told_of_event(made)},
    )
    if order.mail:
        _add_mails(services, done, recipients, of_another_ledger=of_another_ledger)
    if done != record:
        services.ledger.save(done)
    return mails_to_send(services, record.cue_point_id) if order.mail else []


def _archived(
    services: Services, record: SessionRecord
) -> tuple[list[SessionRecord], list[EventSession], list[Finding]]:
    """The sessions looked for, those of them that the archive has, and what to say of the others."""
    there: Held = held(services, record.entry_id, record.end)
    records = whole(services, there.records)
    found = [one for each in records if (one := archived(services, each))]
    if not found:
        raise UnknownSession("No session of the virtual event has documents, so there is nothing to report on.")
    missing = len(records) - len(found) + len(there.unknown)
    return records, found, [_missing(missing)] if missing else []


def _missing(sessions: int) -> Finding:
    them = "One session of the event is" if sessions == 1 else f"{sessions} sessions of the event are"
    why = "the filters left out what is missing, it could not be exported, or it ended before Debrief looked for it"
    return Finding("SESSIONS_MISSING", f"{them} not in this report: {why}.")


def _event(services: Services, record: SessionRecord, found: Iterable[EventSession]) -> VirtualEvent:
    """The event with its name and owner, by the session that most people attended; Kaltura tells it by those."""
    most = max(found, key=lambda one: len(one.crowd.people))
    event = event_of(services.kaltura, replace(most.session, parts=_parts_of(services, most)))
    is_same = isinstance(event, VirtualEvent) and event.event_id == record.entry_id
    return event if isinstance(event, VirtualEvent) and is_same else VirtualEvent(record.entry_id, record.entry_name)


def _owners(event: VirtualEvent) -> set[KnownAs]:
    return {known(event.owner)} if event.owner else set()


def _parts_of(services: Services, one: EventSession) -> tuple[Part, ...]:
    record = services.ledger.session(one.session.cue_point_id)
    return record.parts if record else ()


@collector_paused()
def _figures(
    services: Services, event: VirtualEvent, found: Sequence[EventSession], findings: Sequence[Finding]
) -> EventFigures:
    return event_figures(event, facts_of(found), services.settings, findings)


def told_of_event(made: EventFigures) -> dict[str, float]:
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
        if before and may_get_another(done, before) and _has_grown(done, told_revision(before)):
            add_another(services, done, recipient, before)


def _has_grown(done: SessionRecord, told: int) -> bool:
    """Whether the report has more sessions than the revision that was told."""
    then, now = (done.history.get(revision, {}).get("sessions") for revision in (told, done.revision))
    return then is not None and now is not None and now > then
