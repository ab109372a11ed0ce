"""Write the email or message of a delivery: the report of a session or event, a new link, or a notice to the admin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from debrief.delivery.archive.layout import name_for, series_key
from debrief.delivery.ledger.ledger import ADMIN, DIGEST
from debrief.delivery.mail.mailer import WITHOUT_FILES
from debrief.documents.data.summary_json import from_json
from debrief.documents.mail.email import render_email
from debrief.documents.mail.message import Attachment, Letter
from debrief.documents.mail.report import session_message
from debrief.documents.room_name import room_name
from debrief.documents.text.locale_formats import formats_of
from debrief.errors import NoRecipient
from debrief.pipeline.mailing.issue_links import Links, links_for, session_links
from debrief.pipeline.mailing.letter import letter_for
from debrief.pipeline.mailing.written_mail import REPORT_FILES, WrittenMail
from debrief.pipeline.state.has_series import has_series
from debrief.pipeline.state.presentation_settings import presentation_for
from debrief.pipeline.state.retention import retention_sentence
from debrief.pipeline.state.revisions import Files, manifest_of
from debrief.segment import EVENT_KEYS, KEYS, file_of
from debrief.util.file_names import ascii_name, saved_name

if TYPE_CHECKING:
    from debrief.delivery.archive.manifest import Manifest
    from debrief.delivery.ledger.ledger import Delivery, SessionRecord
    from debrief.documents.presentation import Presentation
    from debrief.message import Message
    from debrief.model import Tier
    from debrief.pipeline.services import Services

_BASE64 = 4 / 3
_PAGE = "All files"
_SERIES = "All sessions of this room"


def write_mail(services: Services, delivery: Delivery) -> WrittenMail:
    """Write the email or message of a delivery, from the archive and the ledger, without Kaltura.

    Raises NoRecipient if the documents are gone or no link can be made, BadRequest if they are damaged, NotReady while
    they are being written, NothingToSend if a digest has no content.
    """
    presentation = presentation_for(services.settings, delivery)
    if delivery.cue_point_id == ADMIN:
        letter = letter_for(services, delivery)
        from debrief.pipeline.mailing.notice_mail import admin_mail

        return WrittenMail(admin_mail(services, delivery, letter, presentation), 0, letter.date)
    if delivery.cue_point_id == DIGEST:
        from debrief.pipeline.mailing.digest_mail import digest_mail

        message, date = digest_mail(services, delivery, presentation)
        return WrittenMail(message, 0, date)
    if delivery.channel and not delivery.is_report:
        from debrief.pipeline.mailing.channel_message import write_failure

        return write_failure(services, delivery, presentation)
    record, manifest = _record_and_manifest(services, delivery)
    links = links_for(services, delivery, manifest.revision, record.end)
    if not delivery.is_report:
        letter = letter_for(services, delivery, links)
        from debrief.pipeline.mailing.notice_mail import new_link_mail

        message = new_link_mail(services, delivery, record, links, letter, presentation)
        return WrittenMail(message, manifest.revision, letter.date)
    files = Files(services, manifest)
    letter = replace(
        letter_for(services, delivery, links),
        file_links=[*_file_links(files, delivery.tier, links), *_series_link(services, record, links)],
        list_links=_list_links(files, delivery.tier, links),
        session_links=session_links(services, delivery.recipient_id, [part.cue_point_id for part in record.parts])
        if record.kind == "event"
        else {},
        previous_figures=record.history.get(delivery.before) if delivery.before else None,
        retention=retention_sentence(
            services.settings,
            record,
            delivery.at or services.clock(),
            presentation.zone,
            formats_of(presentation.language),
        ),
    )
    if delivery.channel:
        from debrief.pipeline.mailing.channel_message import write_report

        return write_report(services, delivery, files, _message(files, presentation, letter, record))
    attachments = _attachments(files, letter, _saved_name(record, presentation, letter.tier))
    message = render_email(_message(files, presentation, letter, record, attachments), letter, attachments)
    return WrittenMail(message, manifest.revision, letter.date)


def _message(
    files: Files,
    presentation: Presentation,
    letter: Letter,
    record: SessionRecord,
    attachments: Sequence[Attachment] = (),
) -> Message:
    summary = _summary(files)
    if record.kind != "event":
        return session_message(from_json(summary), presentation, letter, attachments)
    from debrief.documents.event.mail import event_message
    from debrief.documents.event.summary import event_from_json

    return event_message(event_from_json(summary), presentation, letter, attachments)


def newest_revision(services: Services, delivery: Delivery) -> int:
    """Return the revision that an email written now would show. Raises NoRecipient if the documents are gone."""
    if delivery.cue_point_id in {ADMIN, DIGEST} or (delivery.channel and not delivery.is_report):
        return 0
    return _record_and_manifest(services, delivery)[1].revision


def _record_and_manifest(services: Services, delivery: Delivery) -> tuple[SessionRecord, Manifest]:
    record = services.ledger.session(delivery.cue_point_id)
    manifest = manifest_of(services, record.start, delivery.cue_point_id) if record else None
    if record is None or manifest is None:
        raise NoRecipient(f"Session {delivery.cue_point_id} has no documents to email.")
    return record, manifest


def _summary(files: Files) -> bytes:
    found = files.named("summary.json")
    if found is None:
        raise NoRecipient(f"The manifest of session {files.manifest.cue_point_id} lists no summary.")
    return files.read(found)


def _file_links(files: Files, tier: Tier, links: Links | None) -> list[tuple[str, str]]:
    """Return label and link of each existing file: a link to the portal, or without a portal its archive location."""
    existing = {name: file for name in REPORT_FILES if (file := files.named(name_for(tier, name)))}
    if "report.xlsx" in existing:
        existing.pop("attendees.csv", None)
    if links is None:
        return [(REPORT_FILES[name], files.services.archive.location(file.key)) for name, file in existing.items()]
    urls = {
        "report.html": links.report,
        "report.pdf": links.pdf,
        "report-full.pdf": links.full,
        "report.xlsx": f"{links.page}/workbook",
        "attendees.csv": links.attendees,
    }
    found = [(REPORT_FILES[name], urls[name]) for name in existing if urls[name]]
    return [*found, (_PAGE, links.page)]


def _series_link(services: Services, record: SessionRecord, links: Links | None) -> list[tuple[str, str]]:
    """Return the label and the link of the page of all sessions of a recurring room."""
    if not has_series(services, record):
        return []
    where = f"{links.page}/series" if links else services.archive.location(series_key(record.entry_id))
    return [(_SERIES, where)]


def _list_links(files: Files, tier: Tier, links: Links | None) -> dict[str, str]:
    """Return by key the links to the follow-up lists that name people; only recipients with tier `full` get links."""
    if links is None or tier != "full":
        return {}
    lists = {key: files.named(file_of(key)) for key in (*KEYS, *EVENT_KEYS)}
    return {key: f"{links.page}/{key}" for key, file in lists.items() if file and file.rows}


def _saved_name(record: SessionRecord, presentation: Presentation, tier: Tier) -> str:
    """Return the attachment's name in ASCII, because some email programs damage names in other characters."""
    return ascii_name(saved_name(room_name(record.entry_name, tier), record.start, presentation.zone, "report.pdf"))


def _attachments(files: Files, letter: Letter, name: str) -> list[Attachment]:
    """Return report.pdf if it is below the attachment limit in the settings."""
    pdf = files.named(name_for(letter.tier, "report.pdf"))
    limit = files.services.settings.pdf_attach_limit_mb * 1_000_000
    if pdf is None or letter.form == WITHOUT_FILES or pdf.bytes * _BASE64 > limit:
        return []
    return [Attachment(name, "application/pdf", files.read(pdf))]
