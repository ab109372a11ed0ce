"""Writes the mail of a delivery, whichever it is: a report, a virtual event's report, a fresh link, the admin's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from debrief.delivery.ledger import Delivery, SessionRecord
from debrief.delivery.manifest import Manifest
from debrief.documents import times
from debrief.documents.event.mail import render_event_mail
from debrief.documents.event.summary import event_from_json
from debrief.documents.formats import formats_of
from debrief.documents.mail import Attachment, Letter, render_mail
from debrief.documents.notice import Notice, render_notice
from debrief.documents.summary import from_json
from debrief.documents.view import Look
from debrief.errors import NoRecipient
from debrief.model import Tier
from debrief.pipeline.documents import look_of, name_for
from debrief.pipeline.keeping import kept_sentence, link_end
from debrief.pipeline.links import Links, index_days, index_link, links_for
from debrief.pipeline.notices import ADMIN, INDEX, leads_to_index, notice_of
from debrief.pipeline.revisions import Files, manifest_of
from debrief.pipeline.services import Services
from debrief.settings import Settings

_BASE64 = 4 / 3
_LABELS = {"report.html": "Report", "report.pdf": "Report as PDF", "attendees.csv": "Attendee list for Excel"}
_PAGE = "All files, and whether they changed since"
_INDEX = "Index of the archive"
_INDEX_NOTE = (
    "The index finds every session by room, host and date, and opens its files, with all attendees. Its link is yours "
    "alone and works for {days:g} days: do not forward this mail."
)
_INDEX_NOTICE = Notice("Debrief: your link to the index", "You asked for a link to the index of the archive.")


@dataclass(frozen=True)
class Written:
    """A finished message, and the revision whose figures it holds."""

    message: bytes = field(repr=False)
    revision: int


def write_letter(services: Services, delivery: Delivery) -> Written:
    """The whole MIME of a delivery's mail, from the archive and the ledger alone.

    Raises NoRecipient when there is nothing to mail, NotReady while the documents are being written.
    """
    if delivery.cue_point_id == ADMIN:
        return Written(_notice(services, delivery, _for_admin(services, delivery)), 0)
    record, manifest = _newest(services, delivery)
    files = Files(services, manifest)
    links = links_for(services, delivery, manifest.revision, record.end)
    if delivery.occasion:
        return Written(_fresh_link(services, delivery, record, links), manifest.revision)
    look = look_for(services.settings, delivery)
    kept = _kept(services, delivery, record, look)
    places = _places(files, delivery.tier, links)
    letter = _letter(services, delivery, places, links, _before(record, delivery), kept)
    body = _summary(files)
    if record.kind == "event":
        attachments = _attachments(files, delivery.tier, f"event-{record.start:%Y-%m-%d}.pdf")
        return Written(render_event_mail(event_from_json(body), look, letter, attachments), manifest.revision)
    attachments = _attachments(files, delivery.tier, f"report-{record.start:%Y-%m-%d}.pdf")
    return Written(render_mail(from_json(body), look, letter, attachments), manifest.revision)


def newest_revision(services: Services, delivery: Delivery) -> int:
    """The revision whose figures the letter would hold if it was written now. Raises NoRecipient."""
    return 0 if delivery.cue_point_id == ADMIN else _newest(services, delivery)[1].revision


def sender_of(settings: Settings) -> str:
    """Whose name mails carry; the outbox works without one being set."""
    return settings.mail_from or "debrief@localhost.localdomain"


def look_for(settings: Settings, delivery: Delivery) -> Look:
    """The installation's look, in the recipient's time zone and formats."""
    look = look_of(settings)
    zone = ZoneInfo(delivery.timezone) if delivery.timezone else look.zone
    return replace(look, zone=zone, language=delivery.language or look.language)


def _newest(services: Services, delivery: Delivery) -> tuple[SessionRecord, Manifest]:
    record = services.ledger.session(delivery.cue_point_id)
    manifest = manifest_of(services, record.start, delivery.cue_point_id) if record else None
    if record is None or manifest is None:
        raise NoRecipient(f"There are no documents to mail for session {delivery.cue_point_id}.")
    return record, manifest


def _letter(
    services: Services,
    delivery: Delivery,
    places: list[tuple[str, str]],
    links: Links | None,
    before: Mapping[str, float] | None = None,
    kept: str = "",
) -> Letter:
    return Letter(
        sender=sender_of(services.settings),
        to=delivery.address,
        why=delivery.why,
        contact=services.settings.contact,
        places=places,
        unsubscribe=links.unsubscribe if links else "",
        before=before,
        tier=delivery.tier,
        kept=kept,
    )


def _kept(services: Services, delivery: Delivery, record: SessionRecord, look: Look) -> str:
    made = delivery.at or services.clock()
    return kept_sentence(services.settings, record.end, made, look.zone, formats_of(look.language))


def _before(record: SessionRecord, delivery: Delivery) -> Mapping[str, float] | None:
    """The figures that this recipient was told before."""
    return record.history.get(delivery.before) if delivery.before else None


def _summary(files: Files) -> bytes:
    found = files.named("summary.json")
    if found is None:
        raise NoRecipient(f"The manifest of session {files.manifest.cue_point_id} lists no summary.")
    return files.read(found)


def _places(files: Files, tier: Tier, links: Links | None) -> list[tuple[str, str]]:
    """Where the files are that there are: links of the portal, or without one their places in the archive."""
    there = {name: files.named(name_for(tier, name)) for name in _LABELS}
    if links is None:
        return [(_LABELS[name], files.services.archive.location(file.key)) for name, file in there.items() if file]
    urls = dict(zip(_LABELS, (links.report, links.pdf, links.attendees), strict=True))
    found = [(_LABELS[name], url) for name, url in urls.items() if url and there[name]]
    return [*found, (_PAGE, links.page)]


def _attachments(files: Files, tier: Tier, name: str) -> list[Attachment]:
    """The PDF, when it is small enough for every mail server on the way."""
    pdf = files.named(name_for(tier, "report.pdf"))
    limit = files.services.settings.pdf_attach_limit_mb * 1_000_000
    if pdf is None or pdf.bytes * _BASE64 > limit:
        return []
    return [Attachment(name, "application/pdf", files.read(pdf))]


def _fresh_link(services: Services, delivery: Delivery, record: SessionRecord, links: Links | None) -> bytes:
    """What someone gets who asked for a new link on the page of an expired one."""
    if links is None:
        raise NoRecipient("There is no portal any more to which a link could lead.")
    room = record.entry_name or "the session"
    day = record.start.astimezone(look_for(services.settings, delivery).zone).date()
    lasts = _lasts(services, delivery, record)
    notice = Notice(
        subject=f"Your new link: {room} \N{EN DASH} {day.isoformat()}",
        lead=f"You asked for a fresh link to the report on {room}. {lasts}",
        buttons=(("Open the report", links.page),),
    )
    return _notice(services, delivery, notice, links)


def _lasts(services: Services, delivery: Delivery, record: SessionRecord) -> str:
    """How long a link that is made now works."""
    settings, now, look = services.settings, services.clock(), look_for(services.settings, delivery)
    ends = link_end(settings, record.end, now)
    if ends == now + timedelta(days=settings.link_days):
        return f"It works for {settings.link_days:g} days."
    return f"It works until {times.day(ends, look.zone, formats_of(look.language))}, as long as the report is kept."


def _for_admin(services: Services, delivery: Delivery) -> Notice:
    """One of the admin's mails, with a link to the index of the archive in those that lead there."""
    is_asked_for = delivery.occasion.startswith(f"{INDEX}-")
    notice = _INDEX_NOTICE if is_asked_for else notice_of(services, delivery)
    link = index_link(services, delivery) if leads_to_index(delivery) else ""
    if is_asked_for and not link:
        raise NoRecipient("There is no portal any more to which a link could lead.")
    if not link:
        return notice
    note = _INDEX_NOTE.format(days=index_days(services.settings))
    return replace(notice, notes=(*notice.notes, note), buttons=((_INDEX, link),))


def _notice(services: Services, delivery: Delivery, notice: Notice, links: Links | None = None) -> bytes:
    letter = _letter(services, delivery, [], links)
    key = "/".join((delivery.cue_point_id, str(delivery.revision), delivery.recipient_id, delivery.occasion))
    look = look_for(services.settings, delivery)
    return render_notice(notice, letter, look, message_key=key, date=delivery.at or services.clock())
