"""Who carries a mail away: what any mailer can do. The outbox folder, SMTP and SES implement it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

MAIL_TAG = (
    "debrief-mail"  # a mail's tag with its envelope's name, where the channel has tags: what came of it has it too
)
FORM_TAG = "debrief-form"
WITHOUT_FILES = "without-files"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A finished mail: `message` is the whole MIME, `to` its one recipient, `name` a file-safe id of the delivery.

    `form` tells it from the same mail that was sent in another form before; blank for the first.
    """

    name: str
    to: str = field(repr=False)
    message: bytes = field(repr=False)
    form: str = field(default="", repr=False)


class Mailer(Protocol):
    """Carries one mail to one recipient.

    `send` raises Throttled, or Unavailable, only when the mail was certainly not accepted; GiveUp when it was refused
    for good; `OutcomeUnknown` when nobody can tell.
    """

    def send(self, envelope: Envelope) -> None:
        """Hand the mail over."""
        ...

    def was_sent(self, name: str) -> bool | None:
        """Whether the mail of that name went out; None when this mailer cannot know."""
        ...

    def check(self) -> None:
        """Prove that mail could be sent, without sending any; raises BadSettings with one sentence."""
        ...
