"""Try a message to a channel for programs again for 28 hours, and disable a channel that fails for five days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from debrief.delivery.ledger.ledger import Delivery, Ledger, Note
from debrief.delivery.ledger.suppressions import delivery_subject
from debrief.errors import ChannelGone

if TYPE_CHECKING:
    from debrief.errors import DebriefError

# The pause after each attempt that failed. 28 hours after the first attempt nothing is tried any more.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
DISABLE_AFTER = timedelta(days=5)
_LONG_TRIED = 5  # attempts, in more than two hours


def attempts(ledger: Ledger, delivery: Delivery) -> int:
    """Return how often the message was tried in vain."""
    note = ledger.note("attempts", delivery_subject(delivery))
    return int(note.detail) if note else 0


def next_attempt_at(ledger: Ledger, delivery: Delivery) -> datetime | None:
    """Return when the message is tried again; None if it can be tried at once."""
    note = ledger.note("attempts", delivery_subject(delivery))
    count = int(note.detail) if note else 0
    return note.at + PAUSES[min(count, len(PAUSES)) - 1] if note and count else None


def forget_attempts(ledger: Ledger, delivery: Delivery, at: datetime) -> None:
    """Begin with the pauses again, because an operator sends a refused message again."""
    if attempts(ledger, delivery):
        ledger.put_note(Note("attempts", delivery_subject(delivery), at, "0"))


def record_failed_attempt(
    ledger: Ledger, delivery: Delivery, error: DebriefError, at: datetime
) -> tuple[timedelta | None, str]:
    """Record an attempt that failed. Returns the pause before the next one, or None and why there is none."""
    count = attempts(ledger, delivery) + 1
    failing = _note(ledger, "failing", delivery.recipient_id)
    if failing is None:
        ledger.put_note(Note("failing", delivery.recipient_id, at, str(error)))
    is_long = failing is not None and at - failing.at >= DISABLE_AFTER
    if isinstance(error, ChannelGone) or (is_long and count >= _LONG_TRIED):  # not after a first try in a long silence
        ledger.put_note(Note("disabled", delivery.recipient_id, at, str(error)))
        return None, why_disabled(ledger, delivery)
    ledger.put_note(Note("attempts", delivery_subject(delivery), at, str(count)))
    if count > len(PAUSES):
        return None, f"None of {count} attempts in 28 hours succeeded. {error}"
    return PAUSES[count - 1], ""


def why_disabled(ledger: Ledger, delivery: Delivery) -> str:
    """Return why nothing is sent to a channel; blank if it is enabled."""
    note = _note(ledger, "disabled", delivery.recipient_id)
    if note is None:
        return ""
    return (
        f"The channel {delivery.channel} is disabled, because it accepted nothing for five days or is gone:"
        f" {note.detail} To enable it, send a test message: `debrief doctor --send-test {delivery.channel}`."
    )


def enable(ledger: Ledger, recipient_id: str, at: datetime) -> None:
    """Record that the channel has accepted a message."""
    for kind in ("failing", "disabled"):
        if _note(ledger, kind, recipient_id):
            ledger.put_note(Note(kind, recipient_id, at))


def _note(ledger: Ledger, kind: Literal["failing", "disabled"], recipient_id: str) -> Note | None:
    note = ledger.note(kind, recipient_id)
    return note if note and note.detail else None
