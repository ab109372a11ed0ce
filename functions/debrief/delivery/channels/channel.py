"""The interface of channels, and what they send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from debrief.delivery.web.endpoint import Network
from debrief.errors import RecipientBlocked

if TYPE_CHECKING:
    from debrief.delivery.archive.archive import ManifestFile
    from debrief.message import Message


@dataclass(frozen=True, slots=True)
class Setup:
    """What a channel is made of: its entry in the rules file, its secrets, and the installation's settings."""

    name: str
    options: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    event_bus: str = ""  # name of the EventBridge bus; blank: none
    network: Network = field(default_factory=Network, repr=False)

    def secret(self, key: str) -> str:
        """Return a secret. Raises RecipientBlocked if it is not set."""
        if not (value := self.secrets.get(key, "").strip()):
            what = "URL" if key == "url" else key
            place = f"{secret_key(self.name, key)} in the stack's secret (on one machine {variable(self.name, key)})"
            raise RecipientBlocked(f"The channel {self.name} has no {what}: set {place}.")
        return value


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a message is sent: an event, or blank for a message to people."""

    id: str  # the same for each attempt
    event: str = ""  # such as report.final
    time: datetime | None = None  # when it was first tried
    place: str = ""  # of the archive: a folder, or s3://bucket/prefix
    files: tuple[ManifestFile, ...] = ()  # which the channel's tier may see


@dataclass(frozen=True, slots=True)
class Parcel:
    """A finished message on its way to a channel."""

    name: str  # a file-safe id of the delivery
    occasion: Occasion
    body: bytes = field(repr=False)


class Channel(Protocol):
    """Formats and sends messages of one channel.

    `send` raises Throttled or Unavailable only if the message was certainly not accepted, GiveUp if it was rejected
    permanently, RecipientBlocked until the operator corrects something, and OutcomeUnknown if it is unknown whether
    the message was accepted. No error quotes a secret or the message.
    """

    def format(self, message: Message, occasion: Occasion) -> bytes:
        """Arrange a message for this channel."""

    def send(self, parcel: Parcel) -> None:
        """Send a formatted message."""

    def was_sent(self, name: str) -> bool | None:
        """Return whether the message with this name was sent; None if this channel cannot know."""

    def check(self) -> None:
        """Check the configuration, without a network call. Raises RecipientBlocked or BadSettings."""


def open_kind(kind: str, setup: Setup) -> Channel:
    """Return a channel of this kind. Each kind's send.py has the function `open_channel`."""
    module = import_module(f"debrief.delivery.channels.{kind}.send")
    return cast("Channel", module.open_channel(setup))


def secret_key(name: str, key: str) -> str:
    """Return the key of a channel's secret in the stack's own secret: `channel_crm_url`."""
    return f"channel_{name.replace('-', '_')}_{key}"


def variable(name: str, key: str) -> str:
    """Return the environment variable of a channel's secret: `DEBRIEF_CHANNEL_CRM_URL`."""
    return f"DEBRIEF_{secret_key(name, key).upper()}"
