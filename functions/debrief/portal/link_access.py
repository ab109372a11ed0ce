"""What a token opens: its link, whether that still works, and the mail in which it came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import ADMIN
from debrief.delivery.ledger.suppressions import ALL_LINKS, is_of_old_key, is_revoked, person_subject, session_subject
from debrief.delivery.links.tokens import token_hash
from debrief.delivery.mail.addresses import is_one_of

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import Delivery, Ledger, Link
    from debrief.pipeline.services import Services


@dataclass(frozen=True, slots=True)
class Access:
    """A link that we once mailed. A revoked one opens nothing, an expired one offers a fresh one."""

    link: Link
    is_revoked: bool
    is_expired: bool

    @property
    def is_open(self) -> bool:
        """Whether it leads to the files."""
        return not (self.is_revoked or self.is_expired)


def access(services: Services, token: str) -> Access | None:
    """What stands behind the token of a session's mail; None for any text that is none.

    All texts are looked up alike, so that nobody learns from an answer's time how a token looks.
    """
    found = _access(services, token)
    return None if found is None or found.link.cue_point_id == ADMIN else found


def admin_access(services: Services, token: str) -> Access | None:
    """What stands behind the token of an admin's mail; None for any other text, and once the admin is none any more."""
    found = _access(services, token)
    if found is None or found.link.cue_point_id != ADMIN:
        return None
    return found if is_admin(services, found.link.recipient_id) else None


def is_admin(services: Services, recipient_id: str) -> bool:
    """Whether the settings, as they are now, name the recipient as an admin."""
    return is_one_of(recipient_id, services.settings.admin_to)


def mail_of(ledger: Ledger, link: Link) -> Delivery | None:
    """The last mail about the session to the link's recipient; it knows the address, the time zone and the language."""
    mails = [mail for mail in ledger.deliveries(link.cue_point_id) if mail.recipient_id == link.recipient_id]
    return mails[-1] if mails else None


def _access(services: Services, token: str) -> Access | None:
    link = services.ledger.link(token_hash(token))
    if link is None:
        return None
    return Access(link, is_taken_back(services.ledger, link), link.expires <= services.clock())


def is_taken_back(ledger: Ledger, link: Link) -> bool:
    """Whether a revocation of its person, of its session or of all links meets a link."""
    subjects = person_subject(link.recipient_id), session_subject(link.cue_point_id), ALL_LINKS
    return is_of_old_key(ledger, link) or any(is_revoked(ledger, subject, link.issued) for subject in subjects)
