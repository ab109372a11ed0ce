"""What chats have in common: the lines of a message, and what an answer means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from debrief.errors import GiveUp, OutcomeUnknown, RecipientBlocked, Throttled

if TYPE_CHECKING:
    from debrief.delivery.web.endpoint import Answer
    from debrief.message import Message

MOST_ROWS, MOST_NOTES = 15, 3
_INVALID = frozenset({400, 413, 422})
_PAUSE = 30.0  # seconds, if the answer names none


def context(message: Message) -> str:
    """Return kind, time and length in one line."""
    return " · ".join(filter(None, (message.label, message.when, message.length)))


def table_lines(message: Message) -> list[str]:
    """Return the first rows of the table as lines."""
    lines = [" · ".join(filter(None, row)) for row in message.rows[:MOST_ROWS]]
    left = len(message.rows) - len(lines)
    return [*lines, f"… and {left} more"] if left > 0 else lines


def change_lines(message: Message) -> list[str]:
    """Return the figures that changed since the last message as lines."""
    return [f"{change.label}: {change.now}, not {change.before}" for change in message.changes]


def small_print(message: Message) -> Sequence[str]:
    """Return the first notes, and whether the figures can still change."""
    notes = [note for note in message.notes if note]
    left = len(notes) - MOST_NOTES
    more = [f"{left} more {'note is' if left == 1 else 'notes are'} in the report."] if left > 0 else []
    return [*filter(None, [message.state_note]), *notes[:MOST_NOTES], *more]


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def require_accepted(answer: Answer, name: str) -> None:
    """Return if the chat accepted the message. Else raise what its status means; see Channel.

    After a status from 500 on, the chat may have shown the message, so it is not sent again.
    """
    what = f"The chat of the channel {name} answered with status {answer.status}."
    if answer.is_success:
        return
    if answer.status == 429:
        raise Throttled(what, after=answer.retry_after or _PAUSE)
    if answer.status in _INVALID:
        raise GiveUp(what)
    if answer.status < 500:
        raise RecipientBlocked(what)
    raise OutcomeUnknown(what)
