"""Send events to an EventBridge bus of the account. Needs events:PutEvents on the bus."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from debrief.delivery.aws.errors import aws_errors
from debrief.delivery.channels.eventbridge.format import detail_of
from debrief.errors import BadSettings, GiveUp, RecipientBlocked, Unavailable

if TYPE_CHECKING:
    from debrief.delivery.channels.channel import Occasion, Parcel, Setup
    from debrief.message import Message

SOURCE = "debrief"
_TEMPORARY = frozenset({"InternalFailure", "InternalException", "ThrottlingException", "ServiceUnavailable"})
_INVALID = frozenset({"MalformedDetail", "InvalidArgument", "ValidationException"})


@dataclass(frozen=True)
class EventBridge:
    """A Channel that puts events on a bus."""

    setup: Setup

    def format(self, message: Message, occasion: Occasion) -> bytes:
        return detail_of(message, occasion)

    def send(self, parcel: Parcel) -> None:
        """Put an event on the bus. Raises like Channel, but never OutcomeUnknown: sending again does no harm."""
        entry = {
            "Source": SOURCE,
            "DetailType": parcel.occasion.event,
            "Detail": parcel.body.decode("ascii"),
            "EventBusName": self._bus(),
            "Time": parcel.occasion.time or datetime.now(UTC),
        }
        try:
            with aws_errors("events:PutEvents", f"the event bus of the channel {self.setup.name}"):
                answer = _client().put_events(Entries=[entry])
        except BadSettings as error:
            raise RecipientBlocked(str(error)) from None
        failed = [str(each["ErrorCode"]) for each in answer.get("Entries", []) if each.get("ErrorCode")]
        if failed or answer.get("FailedEntryCount"):
            raise self._refusal(failed[0] if failed else "InternalFailure")

    def was_sent(self, name: str) -> None:
        """Return None: EventBridge has no such record."""

    def check(self) -> None:
        """Check that a bus is set. The function may only put events on it, so it cannot ask whether the bus exists."""
        self._bus()

    def _bus(self) -> str:
        if not self.setup.event_bus:
            raise RecipientBlocked(
                f"The channel {self.setup.name} needs an event bus: the parameter EventBus (DEBRIEF_EVENT_BUS)."
            )
        return self.setup.event_bus

    def _refusal(self, code: str) -> Unavailable | GiveUp:
        what = f"EventBridge refused an event of the channel {self.setup.name}: {code}."
        if code in _TEMPORARY:
            return Unavailable(what)
        return GiveUp(what) if code in _INVALID else RecipientBlocked(what)


def open_channel(setup: Setup) -> EventBridge:
    return EventBridge(setup)


def _client() -> Any:
    from debrief.delivery.aws.clients import client

    return client("events")
