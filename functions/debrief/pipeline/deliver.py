"""Sends one mail, at most once: it is claimed in the ledger before it is sent and marked after."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from debrief.delivery.ledger import Delivery, DeliveryState
from debrief.delivery.mailer import Envelope
from debrief.delivery.manifest import Manifest, ManifestFile
from debrief.documents.keys import safe_id
from debrief.documents.mail import Attachment, Letter, render_mail
from debrief.documents.summary import from_json
from debrief.errors import GiveUp, NoRecipient, NotReady, OutcomeUnknown, RetryLater
from debrief.model import DeliveryOrder, Summary
from debrief.pipeline.documents import look_of
from debrief.pipeline.export import manifest_of
from debrief.pipeline.services import Services
from debrief.settings import Settings

CLAIM_LASTS = timedelta(minutes=15)  # the longest a Lambda function can run: a claim older than that is nobody's
_BASE64 = 4 / 3
_FILE_LABELS = {
    "report.html": "Report",
    "report.pdf": "Report as PDF",
    "attendees.csv": "Attendee list for Excel",
}


@dataclass(frozen=True)
class _Files:
    """One revision as its manifest lists it."""

    services: Services
    manifest: Manifest

    def named(self, name: str) -> ManifestFile | None:
        prefix = "reports/"
        ends = (file for file in self.manifest.files if file.key.startswith(prefix) and file.key.endswith(f"/{name}"))
        return next(ends, None)

    def read(self, file: ManifestFile) -> bytes:
        """The bytes that the manifest vouches for; others are a revision that is just being written."""
        body = self.services.archive.read(file.key, file.version_id)
        if body is None or hashlib.sha256(body).hexdigest() != file.sha256:
            raise NotReady("The session's documents are being written just now.", after=60)
        return body


def deliver(services: Services, order: DeliveryOrder) -> DeliveryState:
    """Send one mail if it was not sent yet. Returns the delivery's state: sent, refused or unknown.

    Raises RetryLater when the mail was certainly not sent, GiveUp when it cannot even be written.
    """
    delivery = services.ledger.delivery(order.cue_point_id, order.revision, order.recipient_id)
    if delivery is None:
        raise NoRecipient(f"The ledger knows no such mail for session {order.cue_point_id}.")
    name = mail_name(delivery)
    if delivery.state == "claimed":
        return _taken_up(services, delivery, name)
    if delivery.state != "pending":
        return delivery.state
    message = _message(services, delivery)
    claimed = services.ledger.move(delivery, "claimed", at=services.clock())
    if claimed is None:
        raise NotReady("Another run is sending this mail.", after=CLAIM_LASTS.total_seconds())
    return _send(services, claimed, Envelope(name, delivery.address, message))


def due_deliveries(services: Services) -> list[DeliveryOrder]:
    """Mails that were never sent although nothing stands against it, as after a kill, and claims grown old."""
    long_ago = services.clock() - CLAIM_LASTS
    return [
        DeliveryOrder(delivery.cue_point_id, delivery.revision, delivery.recipient_id)
        for delivery in services.ledger.open_deliveries()
        if delivery.at is None or delivery.at < long_ago
    ]


def mail_name(delivery: Delivery) -> str:
    """A file-safe name of the mail, without the address."""
    return f"{safe_id(delivery.cue_point_id)}-r{delivery.revision}-{delivery.recipient_id}"


def _taken_up(services: Services, delivery: Delivery, name: str) -> DeliveryState:
    """A claim that somebody left behind: only a mailer that can tell lets us go on."""
    sent = services.mailer.was_sent(name)
    if sent:
        return _moved(services, delivery, "sent", "")
    if sent is False:
        return _send(services, delivery, Envelope(name, delivery.address, _message(services, delivery)))
    if delivery.at is not None and services.clock() - delivery.at < CLAIM_LASTS:
        raise NotReady("Another run may be sending this mail.", after=CLAIM_LASTS.total_seconds())
    return _moved(services, delivery, "unknown", "The run that was sending this mail ended before it could say more.")


def _send(services: Services, delivery: Delivery, envelope: Envelope) -> DeliveryState:
    try:
        services.mailer.send(envelope)
    except RetryLater:
        _moved(services, delivery, "pending", "")
        raise
    except GiveUp as error:
        return _moved(services, delivery, "refused", str(error))
    except OutcomeUnknown as error:
        return _moved(services, delivery, "unknown", str(error))
    return _moved(services, delivery, "sent", "")


def _moved(services: Services, delivery: Delivery, to: DeliveryState, reason: str) -> DeliveryState:
    moved = services.ledger.move(delivery, to, at=services.clock(), reason=reason)
    return moved.state if moved else to


def _message(services: Services, delivery: Delivery) -> bytes:
    """The whole MIME of the mail, from the archive alone."""
    record = services.ledger.session(delivery.cue_point_id)
    manifest = manifest_of(services, record.start, delivery.cue_point_id) if record else None
    if manifest is None:
        raise NoRecipient(f"There are no documents to mail for session {delivery.cue_point_id}.")
    files = _Files(services, manifest)
    summary_file = files.named("summary.json")
    if summary_file is None:
        raise NoRecipient(f"The manifest of session {delivery.cue_point_id} lists no summary.")
    summary = from_json(files.read(summary_file))
    letter = Letter(sender_of(services.settings), delivery.address, delivery.why, _listed(files))
    return render_mail(summary, look_of(services.settings), letter, _attachments(files, summary))


def sender_of(settings: Settings) -> str:
    """Whose name mails carry; the outbox works without one being set."""
    return settings.mail_from or "debrief@localhost.localdomain"


def _listed(files: _Files) -> list[tuple[str, str]]:
    found = ((label, files.named(name)) for name, label in _FILE_LABELS.items())
    return [(label, files.services.archive.location(file.key)) for label, file in found if file]


def _attachments(files: _Files, summary: Summary) -> list[Attachment]:
    """The PDF, when it is small enough for every mail server on the way."""
    pdf = files.named("report.pdf")
    limit = files.services.settings.pdf_attach_limit_mb * 1_000_000
    if pdf is None or pdf.bytes * _BASE64 > limit:
        return []
    name = f"report-{summary.session.start:%Y-%m-%d}.pdf"
    return [Attachment(name, "application/pdf", files.read(pdf))]
