"""Write a message as an email: HTML and plain text, with the head and foot that all emails share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from debrief.documents import templates
from debrief.documents.mail.bars import HIGHEST
from debrief.documents.mail.message import compose, footer

if TYPE_CHECKING:
    from debrief.documents.mail.message import Attachment, Letter
    from debrief.message import Message

_LONGEST_WORD = 12  # characters that fit into one line of a narrow column
_NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)


def render_email(message: Message, letter: Letter, attachments: Sequence[Attachment] = ()) -> bytes:
    """Return a message as an email: RFC 5322 bytes with CRLF. The same arguments give the same bytes.

    Its texts are in templates/email/KIND.html.j2 and KIND.txt.j2. Raises BadSettings if the sender is not exactly one
    address; NoRecipient if the recipient is not.
    """
    values = {
        "subject": message.subject,
        "language": message.language,
        "preheader": message.preheader,
        "page": message,
        "highest": HIGHEST,
        "breakable": _breakable,
        "file_links": message.links,
        "footer": footer(letter),
        "reference": message.reference,
    }
    plain, html = (templates.render(f"email/{message.kind}.{form}.j2", **values) for form in ("txt", "html"))
    return compose(
        letter,
        subject=message.subject,
        date=message.date or _NO_DATE,
        key=message.key,
        texts=(plain, html),
        attachments=attachments,
    )


def _breakable(words: str) -> Markup:
    """Allow line breaks inside a cell's long words, so that a table is not wider than a phone."""
    return Markup(" ").join(
        Markup("<wbr>").join(
            escape(word[start : start + _LONGEST_WORD]) for start in range(0, len(word), _LONGEST_WORD)
        )
        for word in words.split()
    )
