"""Makes one session's documents, writes them with the manifest last, and says who is to get a mail."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from debrief.collector import collector_paused
from debrief.delivery.ledger import Delivery, SessionRecord
from debrief.delivery.manifest import Manifest, ManifestFile, manifest_document, read_manifest
from debrief.delivery.recipients import parse_address, recipient_id
from debrief.documents.keys import report_key
from debrief.errors import BadSettings, Conflict, GiveUp
from debrief.kaltura.collect import collect
from debrief.kaltura.page_data import INCOMPLETE, PageWish
from debrief.kaltura.window import floor_hour
from debrief.model import DeliveryOrder, ExportOrder, Session, SessionData, State
from debrief.pipeline.documents import Figures, documents, figures, wanted_names
from debrief.pipeline.earlier import with_earlier
from debrief.pipeline.services import Services
from debrief.pipeline.settling import next_check, state_at

log = logging.getLogger(__name__)

RETRY_FAILED_AFTER = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=7)  # since the session's end
_LISTED = "Your address is on this Debrief installation's list."
_HOST = "You hosted this session."
_OTHER_LEDGER = "The archive was written under another ledger, so nobody knows whether this mail went out."


@dataclass(frozen=True)
class Revision:
    """What a session's documents are to be: number, state and the hash of their content."""

    number: int
    state: State
    content_hash: str


def export_session(services: Services, order: ExportOrder) -> list[DeliveryOrder]:
    """The whole export of one session. Returns the mails that are still to be sent for it.

    On GiveUp the reason stands in the ledger before it is raised. RetryLater leaves the ledger as it was.
    """
    record = _record(services, order)
    try:
        return _exported(services, order, record)
    except GiveUp as error:
        _remember_failure(services, order, str(error))
        raise


def _exported(services: Services, order: ExportOrder, record: SessionRecord) -> list[DeliveryOrder]:
    manifest = manifest_of(services, order.start, order.cue_point_id)
    of_another_ledger = manifest is not None and not record.begun
    if not record.begun and not of_another_ledger:
        record = services.ledger.save(replace(record, begun=True))
    made = _figures(services, order)
    revision = _revision(services, order, record, manifest, made.content_hash)
    if not _stands(services, manifest, revision):
        _write(services, made, revision)
    # A breakout whose main room had no session is archived by itself, but it is nobody's report.
    if order.mail and made.data.session.parent_entry_id is None:
        _add_deliveries(services, made.data, revision, of_another_ledger=of_another_ledger)
    done = _done(services, record, made.data, revision)
    if done != record:
        services.ledger.save(done)
    return _still_to_mail(services, order) if order.mail else []


def manifest_of(services: Services, start: datetime, cue_point_id: str) -> Manifest | None:
    """The manifest of a session's documents, or None when there are none yet."""
    body = services.archive.read(report_key(start, cue_point_id, "manifest.json"))
    return read_manifest(body) if body is not None else None


def _record(services: Services, order: ExportOrder) -> SessionRecord:
    found = services.ledger.session(order.cue_point_id)
    return found or SessionRecord(order.cue_point_id, order.entry_id, order.start, order.end)


def _session(order: ExportOrder) -> Session:
    return Session(order.cue_point_id, order.entry_id, order.start, order.end, parent_entry_id=order.parent_entry_id)


@collector_paused()
def _figures(services: Services, order: ExportOrder) -> Figures:
    data = collect(services.kaltura, _session(order), _wish(services, order))
    return figures(with_earlier(services, data), services.settings)


def _wish(services: Services, order: ExportOrder) -> PageWish | None:
    """Recording viewers are counted until now, but not beyond the last check: from then on figures are final."""
    if not services.settings.page:
        return None
    last = order.end + timedelta(hours=max(services.settings.check_hours))
    return PageWish(floor_hour(min(services.clock(), last)), services.settings.heatmap_attendees)


def _revision(
    services: Services, order: ExportOrder, record: SessionRecord, manifest: Manifest | None, new_hash: str
) -> Revision:
    """The same number for the same content, whether the ledger or only the archive knows of it; else the next."""
    state = state_at(order.end, services.clock(), services.settings)
    last, last_hash = max(
        (record.revision, record.content_hash),
        (manifest.revision, manifest.content_hash) if manifest else (0, ""),
        key=lambda pair: pair[0],
    )
    return Revision(last if last and last_hash == new_hash else last + 1, state, new_hash)


def _stands(services: Services, manifest: Manifest | None, revision: Revision) -> bool:
    """Whether the archive holds exactly this already."""
    if manifest is None or manifest.content_hash != revision.content_hash:
        return False
    names = {file.key.rpartition("/")[2] for file in manifest.files}
    return manifest.state == revision.state and wanted_names(services.settings) <= names


def _write(services: Services, made: Figures, revision: Revision) -> None:
    """Every document, then the manifest that vouches for them."""
    files = [
        ManifestFile.of(services.archive.write(document), document.rows)
        for document in documents(made, services.settings, revision.state, revision.number)
    ]
    session = made.data.session
    manifest = Manifest(
        session.cue_point_id,
        session.entry_id,
        revision.state,
        revision.number,
        revision.content_hash,
        tuple(files),
    )
    key = report_key(session.start, session.cue_point_id, "manifest.json")
    services.archive.write(manifest_document(manifest, key))


def _add_deliveries(services: Services, data: SessionData, revision: Revision, *, of_another_ledger: bool) -> None:
    """A mail for each recipient who has none yet for this session.

    Written before the session's record says that it is exported: killed in between, the next run finds them. When
    the archive was written under another ledger, a mail may have gone out already, so none is sent.
    """
    recipients = list(_recipients(services, data))
    if not recipients:
        log.warning("Session %s has nobody to mail: no address of its host, no list.", data.session.cue_point_id)
    served = {delivery.recipient_id for delivery in services.ledger.deliveries(data.session.cue_point_id)}
    for address, why in recipients:
        delivery = Delivery(
            data.session.cue_point_id, revision.number, recipient_id(address), address, why, at=services.clock()
        )
        if of_another_ledger:
            delivery = replace(delivery, state="unknown", reason=_OTHER_LEDGER)
        if delivery.recipient_id not in served:
            services.ledger.add_delivery(delivery)


def _recipients(services: Services, data: SessionData) -> Iterator[tuple[str, str]]:
    """The host first, then the list, each with the reason; an address twice is one recipient."""
    if data.host and data.host.email:
        try:
            yield parse_address(data.host.email), _HOST
        except BadSettings:
            log.warning("The host of session %s has no usable mail address.", data.session.cue_point_id)
    for address in services.settings.mail_to:
        yield parse_address(address), _LISTED


def _done(services: Services, record: SessionRecord, data: SessionData, revision: Revision) -> SessionRecord:
    return replace(
        record,
        entry_name=data.session.entry_name,
        state="final" if revision.state == "final" else "exported",
        reason="",
        revision=revision.number,
        content_hash=revision.content_hash,
        due=_next_due(services, record, data),
        asked=None,
        begun=True,
    )


def _next_due(services: Services, record: SessionRecord, data: SessionData) -> datetime | None:
    """The next check; soon, and for a week, when sections are missing because Kaltura stopped answering."""
    now = services.clock()
    check = next_check(record.end, now, services.settings)
    if INCOMPLETE not in data.findings or now >= record.end + GIVE_UP_AFTER:
        return check
    return min(check, now + RETRY_FAILED_AFTER) if check else now + RETRY_FAILED_AFTER


def _still_to_mail(services: Services, order: ExportOrder) -> list[DeliveryOrder]:
    return [
        DeliveryOrder(delivery.cue_point_id, delivery.revision, delivery.recipient_id)
        for delivery in services.ledger.deliveries(order.cue_point_id)
        if delivery.state in {"pending", "claimed"}
    ]


def _remember_failure(services: Services, order: ExportOrder, reason: str) -> None:
    """A session that has documents keeps its state; its reason says what failed at the last check."""
    now = services.clock()
    record = _record(services, order)
    due = now + RETRY_FAILED_AFTER if now < record.end + GIVE_UP_AFTER else None
    state = record.state if record.revision else "failed"
    try:
        services.ledger.save(replace(record, state=state, reason=reason, due=due, asked=None))
    except Conflict:
        log.warning("Session %s failed, and its record was changed meanwhile: %s", record.cue_point_id, reason)
