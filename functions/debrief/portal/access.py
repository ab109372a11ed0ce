"""What a token opens: its link, whether that still works, and the mail in which it came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from debrief.delivery.marks import is_revoked, person_subject, session_subject
from debrief.delivery.tokens import token_hash

if TYPE_CHECKING:
    from debrief.delivery.ledger import Delivery, Ledger, Link
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
    """What stands behind a token; None for any text that is none of ours.

    All texts are looked up alike, so that nobody learns from an answer's time how a token looks.
    """
    link = services.ledger.link(token_hash(token))
    if link is None:
        return None
    return Access(link, _is_revoked(services.ledger, link), link.expires <= services.clock())


def mail_of(ledger: Ledger, link: Link) -> Delivery | None:
    """The last mail about the session to the link's recipient; it knows the address, the time zone and the language."""
    mails = [mail for mail in ledger.deliveries(link.cue_point_id) if mail.recipient_id == link.recipient_id]
    return mails[-1] if mails else None


def _is_revoked(ledger: Ledger, link: Link) -> bool:
    subjects = person_subject(link.recipient_id), session_subject(link.cue_point_id)
    return any(is_revoked(ledger, subject, link.issued) for subject in subjects)
