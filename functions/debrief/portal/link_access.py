"""Look up a token: its link, whether it still works, and the last email to its recipient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import ADMIN, DIGEST, Link
from debrief.delivery.ledger.suppressions import ALL_LINKS, is_link_revoked, is_revoked
from debrief.delivery.links.tokens import token_hash
from debrief.delivery.mail.addresses import is_one_of

if TYPE_CHECKING:
    from datetime import datetime

    from debrief.delivery.ledger.ledger import Delivery, Ledger
    from debrief.pipeline.services import Services

LOCAL = "local"  # recipient id of the person who started `debrief serve`


@dataclass(frozen=True, slots=True)
class CheckedLink:
    """A link of a token, and whether it still works.

    A revoked link opens no files; an expired link offers a new one.
    """

    link: Link
    is_revoked: bool
    is_expired: bool

    @property
    def is_open(self) -> bool:
        """Return whether the link opens the files."""
        return not (self.is_revoked or self.is_expired)


def check_report_link(services: Services, token: str) -> CheckedLink | None:
    """Return the checked link of a token in an email about a session.

    None if the token is unknown or belongs to an admin's link to the index. Every token is looked up in the same way,
    so that the response time reveals nothing about valid tokens.
    """
    checked = _checked_link(services, token)
    return None if checked is None or checked.link.cue_point_id == ADMIN else checked


def check_admin_link(services: Services, token: str) -> CheckedLink | None:
    """Return the checked link of an admin's token, or the local link; None for another token or a former admin."""
    local = services.local_link
    if local and local.token_hash == token_hash(token):
        return CheckedLink(local, is_revoked(services.ledger, ALL_LINKS, local.issued), is_expired=False)
    checked = _checked_link(services, token)
    if checked is None or checked.link.cue_point_id != ADMIN:
        return None
    return checked if is_admin(services, checked.link.recipient_id) else None


def local_index_link(token: str, at: datetime) -> Link:
    """Return the link to the index for the person who starts `debrief serve`. It works until the process ends."""
    return Link(token_hash(token), ADMIN, LOCAL, "full", 1, issued=at, expires=at)


def is_admin(services: Services, recipient_id: str) -> bool:
    """Return whether the current settings list the recipient as an admin."""
    return is_one_of(recipient_id, services.settings.admin_to)


def mail_of(ledger: Ledger, link: Link) -> Delivery | None:
    """Return the last email about the session to the link's recipient, with address, time zone and language."""
    mails = [mail for mail in ledger.deliveries(link.cue_point_id) if mail.recipient_id == link.recipient_id]
    return mails[-1] if mails else None


def is_of_channel(ledger: Ledger, link: Link) -> bool:
    """Return whether a link is in a message to a channel. No channel gets digests."""
    mail = mail_of(ledger, link) if link.cue_point_id != DIGEST else None
    return mail is not None and bool(mail.channel)


def _checked_link(services: Services, token: str) -> CheckedLink | None:
    link = services.ledger.link(token_hash(token))
    if link is None:
        return None
    return CheckedLink(link, is_link_revoked(services.ledger, link), link.expires <= services.clock())
