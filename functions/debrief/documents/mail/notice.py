"""A short email, such as the daily summary, a problem report or a new link, in the design of the report's email."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from debrief.documents import templates
from debrief.documents.mail.email import render_email
from debrief.documents.mail.message import file_links
from debrief.documents.text import sanitize
from debrief.documents.text.locale_formats import language_of
from debrief.message import Message

if TYPE_CHECKING:
    from debrief.documents.mail.message import Attachment, Letter
    from debrief.documents.presentation import Presentation

_LONGEST = 1000  # characters of a sentence or a cell


@dataclass(frozen=True, slots=True)
class Notice:
    """The content: a first sentence, a table, notes below the table, and buttons as (label, link)."""

    subject: str
    lead: str = field(repr=False)
    head: tuple[str, ...] = ()
    rows: Sequence[tuple[str, ...]] = field(default=(), repr=False)
    notes: Sequence[str] = ()
    buttons: Sequence[tuple[str, str]] = field(default=(), repr=False)


def words_of(name: str, **values: object) -> tuple[str, str]:
    """Return the subject and first sentence, rendered from templates/email/NAME.subject.txt.j2 and NAME.lead.txt.j2."""
    subject, lead = (templates.render(f"email/{name}.{part}.txt.j2", **values) for part in ("subject", "lead"))
    return subject.rstrip("\n"), lead.rstrip("\n")


def render_notice(
    notice: Notice,
    letter: Letter,
    presentation: Presentation,
    *,
    message_key: str,
    date: datetime,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """Return the email as RFC 5322 bytes with CRLF. `message_key` is unique among all emails to the recipient.

    Raises BadSettings if the sender is not exactly one email address; NoRecipient if the recipient is not.
    """
    message = notice_message(notice, letter, presentation, message_key=message_key, date=date)
    return render_email(message, letter, attachments)


def notice_message(
    notice: Notice, letter: Letter, presentation: Presentation, *, message_key: str, date: datetime | None
) -> Message:
    """Return a notice as a message with cleaned texts."""
    subject = sanitize.clean(notice.subject, 300)
    return Message(
        kind="notice",
        key=f"notice\0{message_key}",
        date=date,
        language=language_of(presentation.language),
        title=subject,
        subject=subject,
        verdict=_sentence(notice.lead),
        head=[_sentence(cell) for cell in notice.head],
        rows=[[_sentence(cell) for cell in row] for row in notice.rows],
        notes=[_sentence(note) for note in notice.notes],
        links=file_links([*notice.buttons, *letter.file_links]),
    )


def _sentence(words: str) -> str:
    """Clean a sentence word by word, and cut it after _LONGEST characters."""
    cut = sanitize.clean_sentence(words[:_LONGEST])
    return cut + sanitize.ELLIPSIS if len(words) > _LONGEST else cut
