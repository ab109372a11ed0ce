"""Send events by the specification of Standard Webhooks."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from debrief.delivery.channels.webhook.format import as_json, event_of
from debrief.delivery.web.endpoint import Endpoint
from debrief.errors import ChannelGone, RecipientBlocked, Throttled, Unavailable

if TYPE_CHECKING:
    from debrief.delivery.channels.channel import Occasion, Parcel, Setup
    from debrief.message import Message

_PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64  # bytes of a secret, by the specification
_MOST_SECRETS = 2  # the new one and, during a rotation, the old one
_GONE, _TOO_MANY = 410, 429


@dataclass(frozen=True)
class Webhook:
    """A Channel that posts signed events."""

    setup: Setup

    def format(self, message: Message, occasion: Occasion) -> bytes:
        return as_json(event_of(message, occasion))

    def send(self, parcel: Parcel) -> None:
        """Post an event. Raises like Channel, and ChannelGone if the endpoint says that it is gone."""
        seconds = int(time.time())  # of the attempt, which receivers compare with their own clock
        answer = self._endpoint().post(
            parcel.body,
            {
                "Content-Type": "application/json",
                "User-Agent": "Debrief",
                "webhook-id": parcel.occasion.id,
                "webhook-timestamp": str(seconds),
                "webhook-signature": signatures(self._secrets(), parcel.occasion.id, seconds, parcel.body),
            },
        )
        if answer.is_success:
            return
        what = f"The endpoint of the channel {self.setup.name} answered with status {answer.status}."
        if answer.status == _GONE:
            raise ChannelGone(what)
        if answer.status == _TOO_MANY:
            raise Throttled(what)
        raise Unavailable(what)

    def was_sent(self, name: str) -> None:
        """Return None: the endpoint is not asked."""

    def check(self) -> None:
        self._endpoint().check()
        self._secrets()

    def _endpoint(self) -> Endpoint:
        return Endpoint(self.setup.secret("url"), f"the endpoint of the channel {self.setup.name}", self.setup.network)

    def _secrets(self) -> list[bytes]:
        """Return the secrets that sign: one, or during a rotation the new and the old one. Raises BadSettings."""
        words = self.setup.secret("secret").split()
        if len(words) > _MOST_SECRETS or not all(map(_is_secret, words)):
            raise RecipientBlocked(
                f"The secret of the channel {self.setup.name} must be {_PREFIX} and base64 of {_SHORTEST} to {_LONGEST}"
                " bytes; during a rotation two of them with a space in between."
            )
        return [_decoded(word) for word in words]


def open_channel(setup: Setup) -> Webhook:
    return Webhook(setup)


def signatures(secrets: list[bytes], id_: str, seconds: int, body: bytes) -> str:
    """Return the header webhook-signature: one signature of each secret, with a space in between."""
    signed = b".".join((id_.encode(), str(seconds).encode(), body))
    digests = (hmac.new(secret, signed, hashlib.sha256).digest() for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


def _is_secret(word: str) -> bool:
    try:
        return word.startswith(_PREFIX) and _SHORTEST <= len(_decoded(word)) <= _LONGEST
    except (ValueError, binascii.Error):
        return False


def _decoded(word: str) -> bytes:
    return base64.b64decode(word.removeprefix(_PREFIX), validate=True)
