"""Send a composed email or message on the way that its recipient needs: by the mailer, or by a channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from debrief.delivery.archive.layout import safe_id
from debrief.delivery.mail.mailer import WITHOUT_FILES, Envelope
from debrief.errors import NoRecipient

if TYPE_CHECKING:
    from debrief.delivery.channels.channel import Channel
    from debrief.delivery.ledger.ledger import Delivery
    from debrief.delivery.mail.mailer import Mailer
    from debrief.pipeline.mailing.written_mail import WrittenMail
    from debrief.pipeline.services import Services


def mail_name(delivery: Delivery) -> str:
    """Return a file-safe name of the email or message, without the address."""
    name = f"{safe_id(delivery.cue_point_id)}-r{delivery.revision}-{delivery.recipient_id}"
    return f"{name}-{safe_id(delivery.occasion)}" if delivery.occasion else name


class Sender(Protocol):
    """Sends what was composed, and raises like Mailer and Channel."""

    @property
    def is_repeatable(self) -> bool:
        """Return whether the receiver recognizes a message that it gets again; see Kind."""

    def send(self, delivery: Delivery, written: WrittenMail) -> None:
        """Send it."""

    def was_sent(self, delivery: Delivery) -> bool | None:
        """Return whether it was sent; None if this cannot be known."""


def sender_of(services: Services, delivery: Delivery) -> Sender:
    """Return what sends this delivery. A channel is opened only when it is used."""
    return _ByChannel(services, delivery.channel) if delivery.channel else _ByMail(services.mailer)


@dataclass(frozen=True)
class _ByMail:
    mailer: Mailer
    is_repeatable: bool = False

    def send(self, delivery: Delivery, written: WrittenMail) -> None:
        form = WITHOUT_FILES if delivery.without_files else ""
        self.mailer.send(Envelope(mail_name(delivery), delivery.address, written.message, form))

    def was_sent(self, delivery: Delivery) -> bool | None:
        return self.mailer.was_sent(mail_name(delivery))


@dataclass(frozen=True)
class _ByChannel:
    services: Services
    name: str

    @property
    def is_repeatable(self) -> bool:
        from debrief.delivery.channels.kind import kind_of

        entry = self.services.rules.current().channels.get(self.name)
        return entry is not None and kind_of(entry.kind).is_repeatable

    def send(self, delivery: Delivery, written: WrittenMail) -> None:
        from debrief.delivery.channels.channel import Parcel

        if written.occasion is None:
            raise NoRecipient("The message was not written for a channel.")
        self._channel().send(Parcel(mail_name(delivery), written.occasion, written.message))

    def was_sent(self, delivery: Delivery) -> bool | None:
        try:
            return self._channel().was_sent(mail_name(delivery))
        except NoRecipient:  # the rules file has no such channel any more
            return None

    def _channel(self) -> Channel:
        return self.services.channel(self.name)
