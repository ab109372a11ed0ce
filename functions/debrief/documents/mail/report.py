"""The email with a session's report: the figures that matter, links to the files. Text and HTML say the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
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
    """Return the message as RFC 5322 bytes with CRLF, without anything that the letter's tier does not allow.

    The presentation's language decides how figures and dates are written; the texts are English. Sender and
    recipient must be one address each: raises BadSettings for the sender, NoRecipient for the recipient.
    """
    links = letter.list_links if letter.tier == "full" else {}
    page = mail_page(for_tier(summary, letter.tier), presentation, letter.previous_figures, links)
    # The subject has the room, the date and a total, no personal data. It differs for each session, so threads stay
    # apart.
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
        "foot": message.foot(letter),
        "reference": page.reference,
    }
    texts = (templates.render("email/report.txt.j2", **values), templates.render("email/report.html.j2", **values))
    session = summary.session
    key = "\0".join((session.cue_point_id, session.end.isoformat(), str(summary.revision)))
    return message.compose(letter, subject=subject, date=_date(summary), key=key, texts=texts, attachments=attachments)


def _date(summary: Summary) -> datetime:
    """Return when the figures were due. It does not depend on the time of composing; an update has a later date."""
    return summary.session.end + timedelta(minutes=summary.check_minutes or 0)
