"""`debrief preview`: the documents of an archived session, drawn again with today's templates."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from debrief.cli.arguments import add_command, add_places, settings_of_archive
from debrief.cli.output import result
from debrief.delivery.archive.folder import FolderArchive
from debrief.delivery.archive.layout import report_key, safe_id
from debrief.delivery.ledger.ledger import Ledger, SessionRecord
from debrief.documents.data.summary_json import from_json
from debrief.documents.event.html import render_event_html
from debrief.documents.event.mail import render_event_mail
from debrief.documents.event.pdf import render_event_pdf
from debrief.documents.event.summary import event_from_json
from debrief.documents.html.report import render_html
from debrief.documents.mail.report import Letter, render_mail
from debrief.documents.pdf.report import render_pdf
from debrief.errors import UnknownSession
from debrief.model import Document, Summary
from debrief.pipeline.mailing.letter import sender_of
from debrief.pipeline.state.presentation_settings import presentation_of
from debrief.settings import Settings
from debrief.wiring import open_archive, open_ledger, utc_now

_TEXT = """\
Draw PDF, HTML and mail again from an archived summary.json. Neither Kaltura nor the mail is touched, and the archive
is not written: use it while you change a template.
"""
_LAST = timedelta(days=366)


def register(commands: Any) -> None:
    """The command."""
    parser = add_command(commands, "preview", _preview, "draw an archived session's documents again", _TEXT)
    parser.add_argument("--session", metavar="CUE_POINT_ID", help="default: the session that ended last")
    parser.add_argument("--out", metavar="DIR", default="out/preview", help="default out/preview")
    add_places(parser, outbox=False)


def _preview(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of_archive(args, environ)
    ledger = open_ledger(settings)
    with closing(ledger):
        record = _record(ledger, args.session)
    archive = open_archive(settings)
    key = report_key(record.start, record.cue_point_id, "summary.json")
    body = archive.read(key)
    if body is None:
        raise UnknownSession(f"The archive has no summary of session {record.cue_point_id}; export it first.")
    out = FolderArchive(Path(args.out))
    made = (
        _of_event(event_from_json(body), settings) if record.kind == "event" else _documents(from_json(body), settings)
    )
    for document in made:
        result(out.location(out.write(document).key))
    return 0


def _record(ledger: Ledger, cue_point_id: str | None) -> SessionRecord:
    if cue_point_id:
        record = ledger.session(cue_point_id)
        if record is None or not record.revision:
            raise UnknownSession(f"The ledger of this archive knows no exported session {cue_point_id[:80]!r}.")
        return record
    now = utc_now()
    exported = [record for record in ledger.sessions(now - _LAST, now) if record.revision]
    if not exported:
        raise UnknownSession("The ledger of this archive knows no exported session of the last year.")
    return exported[-1]


def _documents(summary: Summary, settings: Settings) -> Iterator[Document]:
    presentation = presentation_of(settings)
    yield from _files(
        summary,
        render_pdf(summary, presentation),
        render_html(summary, presentation),
        render_mail(summary, presentation, _letter(settings)),
    )


def _of_event(summary: Summary, settings: Settings) -> Iterator[Document]:
    presentation = presentation_of(settings)
    mail = render_event_mail(summary, presentation, _letter(settings))
    yield from _files(summary, render_event_pdf(summary, presentation), render_event_html(summary, presentation), mail)


def _letter(settings: Settings) -> Letter:
    return Letter(sender_of(settings), "you@example.com", "This is a preview; nobody gets it.", settings.contact)


def _files(summary: Summary, pdf: bytes, html: bytes, mail: bytes) -> Iterator[Document]:
    folder = safe_id(summary.session.cue_point_id)
    yield Document(f"{folder}/report.pdf", pdf, "application/pdf")
    yield Document(f"{folder}/report.html", html, "text/html")
    yield Document(f"{folder}/mail.eml", mail, "message/rfc822")
