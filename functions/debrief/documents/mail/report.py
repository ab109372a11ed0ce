"""The email with a session's report: headline figures, and links to the files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from debrief.documents import templates
from debrief.documents.access_tiers import for_tier
from debrief.documents.mail import message
from debrief.documents.mail.bars import HIGHEST
from debrief.documents.mail.message import Attachment, Letter
from debrief.documents.mail.page import mail_page

if TYPE_CHECKING:
    from debrief.documents.presentation import Presentation
    from debrief.model import Summary

__all__ = ["Attachment", "Letter", "render_mail"]


def render_mail(
    summary: Summary, presentation: Presentation, letter: Letter, attachments: Sequence[Attachment] = ()
) -> bytes:
    """Return the message as RFC 5322 bytes with CRLF. The message contains only what the letter's tier allows.

    The presentation's language sets the formats of figures and dates; the texts are English. Raises BadSettings if the
    sender is not exactly one address; NoRecipient if the recipient is not.
    """
    links = letter.list_links if letter.tier == "full" else {}
    page = mail_page(for_tier(summary, letter.tier), presentation, letter.previous_figures, links)
    # The subject has no personal data. It has the date, so that email clients do not thread a room's sessions together.
    subject = templates.render(
        "email/report.subject.txt.j2",
        room=page.room,
        day=page.day,
        came=page.came if letter.has_figure_in_subject else "",
        is_update=page.is_update,
    ).rstrip("\n")
    values = {
        "subject": subject,
        "language": page.language,
        "preheader": page.preheader,
        "page": page,
        "highest": HIGHEST,
        "file_links": message.file_links(letter.file_links, attachments),
        "footer": message.footer(letter),
        "reference": page.reference,
    }
    texts = (templates.render("email/report.txt.j2", **values), templates.render("email/report.html.j2", **values))
    session = summary.session
    key = "\0".join((session.cue_point_id, session.end.isoformat(), str(summary.revision)))
    # Used only if the letter has no date, as in a preview: the planned time of the export, which is the same each time.
    date = session.end + timedelta(minutes=summary.check_minutes or 0)
    return message.compose(letter, subject=subject, date=date, key=key, texts=texts, attachments=attachments)
