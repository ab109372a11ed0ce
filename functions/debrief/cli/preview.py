"""`debrief preview`: render an archived session's documents with the current templates."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from debrief.cli.arguments import add_archive, add_command, settings_of_archive
from debrief.cli.output import result
from debrief.cli.session_arguments import exported_record
from debrief.delivery.archive.folder import FolderArchive
from debrief.delivery.archive.layout import report_key, safe_id
from debrief.delivery.ledger.ledger import Ledger, SessionRecord
from debrief.documents.data.summary_json import from_json
from debrief.documents.event.html import render_event_html
from debrief.documents.event.mail import render_event_mail
from debrief.documents.event.pdf import EventPdf
from debrief.documents.event.summary import event_from_json
from debrief.documents.html.report import render_html
from debrief.documents.mail.report import Letter, render_mail
from debrief.documents.pdf.report import PdfReport
from debrief.errors import UnknownSession
from debrief.model import Document, Summary
from debrief.pipeline.mailing.letter import sender_of
from debrief.pipeline.state.presentation_settings import presentation_of
from debrief.settings import Settings
from debrief.wiring import open_archive, open_ledger, utc_now

_TEXT = """\
Render PDF, HTML and email from an archived summary.json into another folder, to test templates. Kaltura is not called,
no email is sent, and the archive is not changed.
"""
_LAST = timedelta(days=366)


def register(commands: Any) -> None:
    """Add the command."""
    parser = add_command(
        commands, "preview", _preview, "render an archived session's documents, to test templates", _TEXT
    )
    parser.add_argument("--session", metavar="CUE_POINT_ID", help="default: the session that ended last")
    parser.add_argument("--out", metavar="DIR", default="out/preview", help="output folder; default out/preview")
    add_archive(parser)


def _preview(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of_archive(args, environ)
    with closing(open_ledger(settings)) as ledger:
        record = _record(ledger, args.session)
    archive = open_archive(settings)
    key = report_key(record.start, record.cue_point_id, "summary.json")
    body = archive.read(key)
    if body is None:
        raise UnknownSession(f"The archive has no summary of session {record.cue_point_id}; export it first.")
    out = FolderArchive(Path(args.out))
    render = _event_documents if record.kind == "event" else _session_documents
    for document in render(body, settings):
        result(out.location(out.write(document).key))
    return 0


def _record(ledger: Ledger, cue_point_id: str | None) -> SessionRecord:
    if cue_point_id:
        return exported_record(ledger, cue_point_id)
    now = utc_now()
    exported = [record for record in ledger.sessions(now - _LAST, now) if record.revision]
    if not exported:
        raise UnknownSession("The ledger of this archive has no exported session of the last year.")
    return exported[-1]


def _session_documents(body: bytes, settings: Settings) -> Iterator[Document]:
    summary, presentation = from_json(body), presentation_of(settings)
    pdf = PdfReport(summary, presentation)
    return _files(
        summary,
        {"report.pdf": pdf.brief(), "report-full.pdf": pdf.full()},
        render_html(summary, presentation),
        render_mail(summary, presentation, _letter(settings)),
    )


def _event_documents(body: bytes, settings: Settings) -> Iterator[Document]:
    summary, presentation = event_from_json(body), presentation_of(settings)
    mail = render_event_mail(summary, presentation, _letter(settings))
    pdf = EventPdf(summary, presentation)
    pdfs = {"report.pdf": pdf.brief(), "report-full.pdf": pdf.full()}
    return _files(summary, pdfs, render_event_html(summary, presentation), mail)


def _letter(settings: Settings) -> Letter:
    return Letter(sender_of(settings), "you@example.com", "This is a preview. It was sent to nobody.", settings.contact)


def _files(summary: Summary, pdfs: Mapping[str, bytes], html: bytes, mail: bytes) -> Iterator[Document]:
    folder = safe_id(summary.session.cue_point_id)
    for name, pdf in pdfs.items():
        yield Document(f"{folder}/{name}", pdf, "application/pdf")
    yield Document(f"{folder}/report.html", html, "text/html")
    yield Document(f"{folder}/mail.eml", mail, "message/rfc822")
