"""Find the status of a session in one word, and the reason, for `debrief status` and the admin emails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from debrief.delivery.ledger.ledger import IN_DIGEST
from debrief.delivery.ledger.suppressions import failure_sentence

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import Delivery, Ledger, SessionRecord

Word: TypeAlias = Literal["sent", "archived", "skipped", "waiting", "failed"]
STATUSES: tuple[Word, ...] = ("sent", "archived", "skipped", "waiting", "failed")
NO_EMAIL = "No email is recorded: there are no recipients, no email was ordered, or the ledger was rebuilt."
_BREAKOUT = "It is a breakout whose main room had no session: it is archived without emails."
_STOPPED = (
    "No recipient gets emails any more: each has unsubscribed, was erased, is on the never list, has an address that"
    " does not work, or reported an email as spam."
)
_IN_DIGESTS = "No email is about this session alone: it is in the digests of its recipients."
_NOT_SENT = {
    "pending": "An email has not been sent yet.",
    "claimed": "An email is being sent.",
    "sending": "An email is being sent.",
}


@dataclass(frozen=True)
class SessionStatus:
    """A session's record, its report emails, and its status."""

    record: SessionRecord
    deliveries: tuple[Delivery, ...]
    word: Word
    reason: str = ""

    @property
    def has_failed(self) -> bool:
        """Return whether an operator should look at the session."""
        return self.word == "failed"


def session_status(ledger: Ledger, record: SessionRecord) -> SessionStatus:
    """Return the status of a session. If an email was refused, or its result is unknown, the session has failed."""
    deliveries = tuple(mail for mail in ledger.deliveries(record.cue_point_id) if mail.is_report)
    return SessionStatus(record, deliveries, *_word_and_reason(record, deliveries))


def _word_and_reason(record: SessionRecord, deliveries: tuple[Delivery, ...]) -> tuple[Word, str]:
    if record.state == "waiting" or record.state == "skipped" or record.state == "failed":  # noqa: PLR1714 - for the types
        return record.state, record.reason
    if record.reason:  # the last check failed, or the report stays incomplete
        return "failed", record.reason
    if deliveries:
        return _email_status(deliveries)
    if record.merged_id:
        return "archived", f"It was interrupted; the email is about the merged session {record.merged_id}."
    return "archived", _BREAKOUT if record.parent_entry_id else NO_EMAIL


def _email_status(deliveries: tuple[Delivery, ...]) -> tuple[Word, str]:
    failed = next((mail for mail in deliveries if mail.state in {"refused", "unknown"}), None)
    if failed:
        return "failed", failure_sentence(failed)
    waiting = next((mail.reason or _NOT_SENT[mail.state] for mail in deliveries if mail.state in _NOT_SENT), "")
    if waiting:
        return "waiting", waiting
    if all(mail.state == "stopped" for mail in deliveries):
        return "archived", _IN_DIGESTS if any(mail.reason == IN_DIGEST for mail in deliveries) else _STOPPED
    return "sent", ""
