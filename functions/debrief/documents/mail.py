"""The mail to one organizer: the figures that matter, where the files are, and why it came. Text and HTML say the same.

The message is complete and deterministic: the same summary, letter and attachments give the same bytes, so a mail that
has to be made again is the same mail, by its Message-ID too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses

from debrief.documents import environment, figures, text, tiles
from debrief.documents.page import Tile
from debrief.documents.view import Look, View, build_view
from debrief.errors import BadSettings, NoRecipient
from debrief.model import Metric, Summary

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]+@[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels in the mail itself."""

    name: str
    content_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """From whom, to whom and why one mail goes out, and where the report's files are: (label, place) each.

    A place that starts with http:// or https:// becomes a link; any other is printed as it is.
    """

    sender: str
    to: str = field(repr=False)
    why: str
    files: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """A file's label and where it is, for the templates."""

    label: str
    where: str
    is_link: bool


def render_mail(summary: Summary, look: Look, letter: Letter, attachments: Sequence[Attachment] = ()) -> bytes:
    """The whole message as RFC 5322 bytes with CRLF.

    Raises BadSettings when the sender, NoRecipient when the recipient is not one mail address.
    """
    view = build_view(summary, look)
    values = {
        "view": view,
        "figures": _figures(summary, view),
        "places": _places(letter),
        "why": text.clean(letter.why, 400),
    }
    message = EmailMessage(policy=SMTP)
    _write_head(message, summary, view, letter)
    message.set_content(environment.render("email/report.txt.j2", **values), cte="quoted-printable")
    message.add_alternative(
        environment.render("email/report.html.j2", **values), subtype="html", cte="quoted-printable"
    )
    for attachment in attachments:
        main, _, sub = attachment.content_type.partition("/")
        message.add_attachment(
            attachment.body, maintype=main, subtype=sub.partition(";")[0], filename=text.clean(attachment.name)
        )
    _fix_boundaries(message, _fingerprint(summary, letter))
    return message.as_bytes()


def _write_head(message: EmailMessage, summary: Summary, view: View, letter: Letter) -> None:
    sender = _sender(letter.sender)
    message["From"] = sender
    message["To"] = Address(addr_spec=_recipient(letter.to))
    # The room and the date: nothing about persons, and another subject for another session, so threads stay apart.
    message["Subject"] = f"{view.room} \N{EN DASH} {view.day}"
    message["Date"] = format_datetime(summary.session.end)
    message["Message-ID"] = f"<{_fingerprint(summary, letter)}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"


def _sender(raw: str) -> Address:
    found = getaddresses([raw]) or [("", "")]
    name, address = found[0]
    if len(found) != 1 or not raw.isprintable() or not _ADDRESS.fullmatch(address) or not address.isascii():
        raise BadSettings("DEBRIEF_MAIL_FROM must be one mail address, with or without a name before it.")
    return Address(text.clean(name), addr_spec=address)


def _recipient(raw: str) -> str:
    """The address itself: never repaired, since a repaired address is another person's."""
    if not _ADDRESS.fullmatch(raw) or not raw.isascii():
        raise NoRecipient("The recipient of this delivery is not one plain mail address.")
    return raw


def _fingerprint(summary: Summary, letter: Letter) -> str:
    """Names this revision of this session to this recipient, without saying who that is."""
    parts = (summary.session.cue_point_id, summary.session.end.isoformat(), str(summary.revision), letter.to)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:40]


def _fix_boundaries(message: EmailMessage, fingerprint: str) -> None:
    """The standard library would draw random boundaries. `=_` cannot occur in quoted-printable or base64 text."""
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{fingerprint}_{number}")


def _figures(summary: Summary, view: View) -> list[Tile]:
    """The five that matter: who came, how long, how many to the end, how engaged, and one more.

    Of a webcast that no room knows, its five first figures.
    """
    wanted = ("Attendees", "Average stay", "Stayed at least 75%", "Engagement rate")
    shown = [tile for tile in view.tiles if tile.label in wanted]
    return shown + _one_more(summary.metrics) if shown else list(view.tiles[:5])


def _one_more(metrics: Mapping[str, Metric]) -> list[Tile]:
    """The most viewers at once, else breakouts, else guests; whichever is known first."""
    peak, rooms, guests = (tiles.value_of(metrics, key) for key in ("peak_live_viewers", "breakout_rooms", "guests"))
    if peak:
        return [Tile("Most viewers at once", figures.count(peak), _people(peak), "live, in the same minute")]
    if rooms:
        people = figures.plural(tiles.value_of(metrics, "breakout_participants"), "participant", "participants")
        return [Tile("Breakouts", figures.count(rooms), "room" if rooms == 1 else "rooms", f"{people}, an estimate")]
    if guests is not None:
        people = figures.plural(tiles.value_of(metrics, "unique_attendees"), "attendee", "attendees")
        return [Tile("Guests", figures.count(guests), _people(guests), f"of {people}")]
    return []


def _people(count: float) -> str:
    return "person" if count == 1 else "people"


def _places(letter: Letter) -> list[Place]:
    return [
        Place(text.clean(label), where, where.lower().startswith(("https://", "http://")))
        for label, where in ((label, text.clean(where, 2000)) for label, where in letter.files)
    ]
