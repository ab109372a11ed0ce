"""A letter to one organizer, and the parts of its email."""

from __future__ import annotations

import email
import email.policy
import email.utils
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from lxml import html as lxml_html

from debrief.documents.mail.report import Attachment, Letter, render_mail
from debrief.documents.presentation import Presentation
from debrief.model import Summary

LOOK = Presentation(ZoneInfo("Europe/Berlin"))
LETTER = Letter(
    sender="Debrief <reports@example.org>",
    to="ana@example.org",
    why="You get this because you host this room.",
    contact="Webinar team <webinars@example.org>",
    file_links=[
        ("Report", "https://links.example.org/r/abc?x=1&y=2"),
        ("Attendees", "s3://bucket/reports/attendees.csv"),
    ],
    unsubscribe="https://links.example.org/u/" + "A1_-" * 40,
)
PDF = Attachment("report.pdf", "application/pdf", b"%PDF-1.4\r\n\x00\xff")


def parsed(summary: Summary, letter: Letter = LETTER, *attachments: Attachment) -> EmailMessage:
    raw = render_mail(summary, LOOK, letter, attachments)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def plain(summary: Summary) -> str:
    part = parsed(summary).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def rich(summary: Summary, letter: Letter = LETTER) -> lxml_html.HtmlElement:
    part = parsed(summary, letter).get_body(("html",))
    assert part is not None
    return lxml_html.document_fromstring(part.get_content())
