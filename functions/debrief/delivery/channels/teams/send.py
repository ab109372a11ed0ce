"""Send cards to Teams by the webhook of a workflow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from debrief.delivery.channels.chat import require_accepted
from debrief.delivery.channels.teams.format import card_of
from debrief.delivery.web.endpoint import Endpoint

if TYPE_CHECKING:
    from debrief.delivery.channels.channel import Occasion, Parcel, Setup
    from debrief.message import Message


@dataclass(frozen=True)
class Teams:
    """A Channel that posts cards."""

    setup: Setup

    def format(self, message: Message, occasion: Occasion) -> bytes:  # noqa: ARG002
        return card_of(message)

    def send(self, parcel: Parcel) -> None:
        answer = self._endpoint().post(parcel.body, {"Content-Type": "application/json", "User-Agent": "Debrief"})
        require_accepted(answer, self.setup.name)

    def was_sent(self, name: str) -> None:
        """Return None: the workflow is not asked."""

    def check(self) -> None:
        self._endpoint().check()

    def _endpoint(self) -> Endpoint:
        return Endpoint(self.setup.secret("url"), f"the workflow of the channel {self.setup.name}", self.setup.network)


def open_channel(setup: Setup) -> Teams:
    return Teams(setup)
