"""The email with a session's report: headline figures, and links to the files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from debrief.documents import templates
from debrief.documents.access_tiers import for_tier
from debrief.documents.mail.email import render_email
from debrief.documents.mail.message import Attachment, Letter, file_links
from debrief.documents.mail.page import MailPage, mail_page

if TYPE_CHECKING:
    from debrief.documents.presentation import Presentation
    from debrief.model import Summary

__all__ = ["Attachment", "Letter", "render_mail"]


def render_mail(
    summary: Summary, presentation: Presentation, letter: Letter, attachments: Sequence[Attachment] = ()
) -> bytes:
    """Return the email as RFC 5322 bytes with CRLF. It contains only what the letter's tier allows.

    The presentation's language sets the formats of figures and dates; the texts are English. Raises BadSettings if the
    sender is not exactly one address; NoRecipient if the recipient is not.
    """
    return render_email(session_message(summary, presentation, letter, attachments), letter, attachments)


def session_message(
    summary: Summary, presentation: Presentation, letter: Letter, attachments: Sequence[Attachment] = ()
) -> MailPage:
    """Return the message about a session. It contains only what the letter's tier allows."""
    links = letter.list_links if letter.tier == "full" else {}
    page = mail_page(for_tier(summary, letter.tier), presentation, letter.previous_figures, links)
    # The subject has no personal data. It has the date, so that email clients do not thread a room's sessions together.
    subject = templates.render(
        "email/report.subject.txt.j2",
        room=page.title,
        day=page.day,
        came=_in_subject(page, letter),
        is_update=page.is_update,
    ).rstrip("\n")
    return replace(page, subject=subject, links=file_links(letter.file_links, attachments))


def _in_subject(page: MailPage, letter: Letter) -> str:
    """Return the figure in the subject; blank if the settings leave it out."""
    if not letter.has_figure_in_subject:
        return ""
    return (letter.has_rate_in_subject and page.came_of_registered) or page.came
