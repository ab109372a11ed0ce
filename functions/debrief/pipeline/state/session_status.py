"""How each session stands, in one word and a reason: what the status command and the admin's mails tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import Delivery, Ledger, SessionRecord

Word: TypeAlias = Literal["sent", "archived", "skipped", "waiting", "failed"]
WORDS: tuple[Word, ...] = ("sent", "archived", "skipped", "waiting", "failed")
_NOBODY = "No mail was asked for, or nobody is to get one: no address of an organizer, no rule, no list."
_BREAKOUT = "It is a breakout whose main room had no session: it is archived, and mailed to nobody."
_STOPPED = "Its recipients want no more mails, or their addresses do not work."
_NOT_SENT = {
    "pending": "A mail has not gone out yet.",
    "claimed": "A mail is being sent.",
    "sending": "A mail is being sent.",
}


@dataclass(frozen=True)
class SessionStatus:
    """A session's record, its mails, and what they come to."""

    record: SessionRecord
    deliveries: tuple[Delivery, ...]
    word: Word
    reason: str = ""

    @property
    def is_trouble(self) -> bool:
        """Whether a person should look at it."""
        return self.word == "failed"


def session_status(ledger: Ledger, record: SessionRecord) -> SessionStatus:
    """How a session stands. A mail that was refused, or of which nobody knows, makes it failed."""
    deliveries = tuple(one for one in ledger.deliveries(record.cue_point_id) if not one.occasion)
    word, reason = _judged(record, deliveries)
    return SessionStatus(record, deliveries, word, reason)


def _judged(record: SessionRecord, deliveries: tuple[Delivery, ...]) -> tuple[Word, str]:
    if record.state == "waiting" or record.state == "skipped" or record.state == "failed":  # noqa: PLR1714 - for the types
        return record.state, record.reason
    if record.reason:  # it has documents, and its last check failed
        return "failed", record.reason
    return _mailed(deliveries) if deliveries else ("archived", _why_unmailed(record))


def _mailed(deliveries: tuple[Delivery, ...]) -> tuple[Word, str]:
    bad = next((one for one in deliveries if one.state in {"refused", "unknown"}), None)
    if bad:
        return "failed", f"A mail is {bad.state}: {bad.reason}"
    waiting = next((one.reason or _NOT_SENT[one.state] for one in deliveries if one.state in _NOT_SENT), "")
    if waiting:
        return "waiting", waiting
    if all(one.state == "stopped" for one in deliveries):
        return "archived", _STOPPED
    return "sent", ""


def _why_unmailed(record: SessionRecord) -> str:
    if record.joint:
        return f"It was interrupted; it is mailed with {record.joint}."
    return _BREAKOUT if record.parent_entry_id else _NOBODY
