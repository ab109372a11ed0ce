"""The interface of mailers, which the outbox folder, SMTP and SES implement."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

# If a mailer supports tags, an email gets tags with the `name` and the `form` of its envelope. Later notifications of
# delivery, bounce or complaint contain the same tags.
MAIL_TAG = "debrief-mail"
FORM_TAG = "debrief-form"
WITHOUT_FILES = "without-files"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A finished email to one recipient."""

    name: str  # a file-safe id of the delivery
    to: str = field(repr=False)
    message: bytes = field(repr=False)  # the whole MIME
    form: str = field(default="", repr=False)  # WITHOUT_FILES if the delivery is sent again without attachments


class Mailer(Protocol):
    """Sends one email to one recipient.

    `send` raises Throttled or Unavailable only if the email was certainly not accepted, GiveUp if it was rejected
    permanently, and OutcomeUnknown if it is unknown whether the email was accepted.
    """

    def send(self, envelope: Envelope) -> None:
        """Send the email."""

    def was_sent(self, name: str) -> bool | None:
        """Return whether the email with this name was sent; None if this mailer cannot know."""

    def check(self) -> None:
        """Check that emails can be sent, without sending one. Raises BadSettings."""
