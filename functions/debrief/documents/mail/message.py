"""Compose the MIME message of an email.

The same letter, texts and attachments give the same bytes and the same Message-ID. An email that is composed again is
therefore the same email.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from typing import TYPE_CHECKING

from debrief.documents.mail.headers import header_block, mailbox, unstructured
from debrief.documents.text import sanitize
from debrief.errors import BadSettings, NoRecipient
from debrief.message import MessageLink

if TYPE_CHECKING:
    from debrief.model import Tier

BRIEF_PDF = "Report as PDF"  # label of the file that may be attached
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]+@[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]+")
# Characters not allowed in the names of attachments, because the standard library does not escape them.
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]")
_LINK = re.compile(r"https?://[!#-;=?-~]+", re.IGNORECASE)  # no spaces, quotes or angle brackets
_LONGEST_FROM = 320  # characters, encoded
_LONGEST_LINK = 900  # bytes; a line of an email has at most 998 bytes


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """What is known before an email is composed: sender, recipient, reason, links, footer.

    `list_links`, `session_links` and `previous_figures` are used by emails with a report.
    """

    sender: str
    to: str = field(repr=False)
    why: str  # why the recipient gets the email, a sentence
    contact: str = ""  # the operator of the installation, with an address for replies
    # (label, URL or path) of each file: a URL that starts with http:// or https:// becomes a link, a path is printed.
    file_links: Sequence[tuple[str, str]] = field(default=(), repr=False)
    list_links: Mapping[str, str] = field(default_factory=dict, repr=False)  # links to follow-up lists, by key
    session_links: Mapping[str, str] = field(default_factory=dict, repr=False)  # links to an event's sessions, by id
    unsubscribe: str = field(default="", repr=False)
    previous_figures: Mapping[str, float] | None = None  # headline figures of the recipient's last email, if any
    tier: Tier = "full"
    retention: str = ""  # how long the files are kept, a sentence
    date: datetime | None = None  # the time at which the email is first sent; None: the `date` of `compose`
    has_figure_in_subject: bool = True
    has_rate_in_subject: bool = False  # if known, the share of registered people who came instead of attendees
    sender_name: str = ""  # used if the sender is an address without a name
    form: str = ""  # names a variant of the email, such as one without files, which gets a different Message-ID


@dataclass(frozen=True, slots=True)
class Footer:
    """The footer of every email."""

    why: str  # why the email was sent
    retention: str  # how long the files are kept
    runs: str  # who runs Debrief
    stop: str  # how to unsubscribe, or the label of the link
    stop_link: str  # blank if there is no link


def compose(
    letter: Letter,
    *,
    subject: str,
    date: datetime,
    key: str,
    texts: tuple[str, str],
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """Return the message as RFC 5322 bytes with CRLF. `texts` are plain text and HTML.

    `date` is used if the letter has no date. `key` identifies the email among all emails to this recipient; the
    Message-ID is derived from it. Raises BadSettings if the sender is not exactly one address, NoRecipient if the
    recipient is not exactly one address.
    """
    (name, sender), fingerprint = _sender(letter.sender), _fingerprint(key + letter.form, letter.to)
    fields = [
        ("From", _from(name or sanitize.clean(letter.sender_name), sender)),
        ("To", _recipient(letter.to)),
    ]
    if reply_to := _reply_to(letter.contact):
        fields.append(("Reply-To", reply_to))
    fields += [
        ("Subject", unstructured("Subject", subject)),
        ("Date", format_datetime(letter.date or date)),
        ("Message-ID", f"<{fingerprint}@{sender.rpartition('@')[2]}>"),
        ("Auto-Submitted", "auto-generated"),
    ]
    if is_link(letter.unsubscribe) and len(letter.unsubscribe) < _LONGEST_LINK:
        fields.append(("List-Unsubscribe", f"<{letter.unsubscribe}>"))
        fields.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return header_block(fields) + _content(texts, attachments, fingerprint)


def _content(texts: tuple[str, str], attachments: Sequence[Attachment], fingerprint: str) -> bytes:
    """Return the texts and files with their MIME headers."""
    message = EmailMessage(policy=SMTP)
    plain, html = texts
    message.set_content(plain, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    for attachment in attachments:
        main, _, sub = attachment.content_type.partition("/")
        name = _NOT_IN_NAMES.sub("-", attachment.name)
        message.add_attachment(attachment.body, maintype=main, subtype=sub.partition(";")[0], filename=name)
    _fix_boundaries(message, fingerprint)
    return message.as_bytes()


def is_link(where: str) -> bool:
    """Return whether a text is the address of a web page."""
    return _LINK.fullmatch(where) is not None


def file_links(found: Sequence[tuple[str, str]], attachments: Sequence[Attachment] = ()) -> list[MessageLink]:
    """Return cleaned labels, URLs and paths. With attachments, BRIEF_PDF becomes `Report as PDF (attached)`."""
    attached = f"{BRIEF_PDF} (attached)" if attachments else BRIEF_PDF
    return [
        MessageLink(
            attached if label == BRIEF_PDF else sanitize.clean(label),
            there := sanitize.clean(where, 2000),
            is_link(there),
        )
        for label, where in found
    ]


def footer(letter: Letter) -> Footer:
    contact = sanitize.clean(letter.contact, 200)
    runs = f"This installation of Debrief is run by {contact}." if contact else ""
    if _reply_to(letter.contact):
        runs += " Replies go to this contact."
    if is_link(letter.unsubscribe):
        return Footer(sanitize.clean(letter.why, 400), letter.retention, runs, "Unsubscribe", letter.unsubscribe)
    operator = "the contact above" if contact else "the person who runs Debrief for you"
    return Footer(
        sanitize.clean(letter.why, 400), letter.retention, runs, f"To get no more of these emails, ask {operator}.", ""
    )


def _from(name: str, address: str) -> str:
    """Return the From header. A long name is cut, because SES rejects an email with a longer header."""
    return next(
        written
        for length in range(len(name), -1, -1)
        if len(written := mailbox("From", name[:length], address)) <= _LONGEST_FROM or not length
    )


def _sender(raw: str) -> tuple[str, str]:
    """Return the sender's name, which may be blank, and the address."""
    found = getaddresses([raw]) or [("", "")]
    name, address = found[0]
    if len(found) != 1 or not raw.isprintable() or not _ADDRESS.fullmatch(address) or not address.isascii():
        raise BadSettings("DEBRIEF_MAIL_FROM must be one email address, with or without a name before it.")
    return sanitize.clean(name), address


def _recipient(raw: str) -> str:
    """Return the address. An invalid address is not repaired, because the result may be another person's address."""
    if not _ADDRESS.fullmatch(raw) or not raw.isascii():
        raise NoRecipient("The recipient of this delivery is not one plain email address.")
    return raw


def _reply_to(contact: str) -> str:
    """Return the contact's address; blank if there is not exactly one."""
    found = _ADDRESS.findall(contact)
    return found[0] if len(found) == 1 and found[0].isascii() else ""


def _fingerprint(key: str, to: str) -> str:
    """Return a hash that identifies an email to a recipient, without revealing the address."""
    return hashlib.sha256(f"{key}\0{to}".encode("utf-8", "backslashreplace")).hexdigest()[:40]


def _fix_boundaries(message: EmailMessage, fingerprint: str) -> None:
    """Replace the library's random boundaries. `=_` cannot occur in quoted-printable or base64 text."""
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{fingerprint}_{number}")
