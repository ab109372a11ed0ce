"""The interface of mailers; the outbox folder, SMTP and SES implement it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

# Tags of an email at a channel that has tags, with the name and the form of its envelope. Events about it repeat them.
MAIL_TAG = "debrief-mail"
FORM_TAG = "debrief-form"
WITHOUT_FILES = "without-files"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A finished email: `message` is the whole MIME, `to` its recipient, `name` a file-safe id of the delivery.

    `form` distinguishes it from an earlier email of the same delivery; blank for the first.
    """

    name: str
    to: str = field(repr=False)
    message: bytes = field(repr=False)
    form: str = field(default="", repr=False)


class Mailer(Protocol):
    """Sends one email to one recipient.

    `send` raises Throttled or Unavailable only when the email was certainly not accepted, GiveUp when it was rejected
    permanently, and OutcomeUnknown when this is unknown.
    """

    def send(self, envelope: Envelope) -> None:
        """Send the email."""

    def was_sent(self, name: str) -> bool | None:
        """Return whether the email with that name was sent; None when this mailer cannot know."""

    def check(self) -> None:
        """Check that emails can be sent, without sending one. Raises BadSettings."""
