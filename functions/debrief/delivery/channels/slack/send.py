"""Send messages to Slack: to the URL of an incoming webhook, or with a bot's token and chat.postMessage."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debrief.delivery.channels.chat import require_accepted
from debrief.delivery.channels.slack.format import blocks_of
from debrief.delivery.web.endpoint import Answer, Endpoint
from debrief.errors import GiveUp, OutcomeUnknown, RecipientBlocked, Throttled

if TYPE_CHECKING:
    from debrief.delivery.channels.channel import Occasion, Parcel, Setup
    from debrief.message import Message

API = "https://slack.com/api/chat.postMessage"
_INVALID = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long", "no_text"})
_IN_DOUBT = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})


@dataclass(frozen=True)
class Slack:
    """A Channel that posts to a Slack channel: to the one of the webhook, or to the one in the option `to`."""

    setup: Setup

    def format(self, message: Message, occasion: Occasion) -> bytes:  # noqa: ARG002
        body = blocks_of(message)
        if to := self.setup.options.get("to"):
            body["channel"] = to
        return json.dumps(body, separators=(",", ":"), allow_nan=False).encode("ascii")

    def send(self, parcel: Parcel) -> None:
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Debrief"}
        if not self._has_token():
            answer = self._webhook().post(parcel.body, headers)
            require_accepted(answer, self.setup.name)
            if answer.body.strip() != b"ok":
                raise OutcomeUnknown(f"The answer to the channel {self.setup.name} does not confirm the message.")
            return
        api = Endpoint(API, "Slack", self.setup.network)
        answer = api.post(parcel.body, headers | {"Authorization": "Bearer " + self._token()})
        require_accepted(answer, self.setup.name)
        self._require_ok(answer)

    def was_sent(self, name: str) -> None:
        """Return None: Slack is not asked."""

    def check(self) -> None:
        if self._has_token():
            self._token()
        else:
            self._webhook().check()

    def _has_token(self) -> bool:
        return bool(self.setup.options.get("to"))

    def _webhook(self) -> Endpoint:
        return Endpoint(self.setup.secret("url"), f"the webhook of the channel {self.setup.name}", self.setup.network)

    def _token(self) -> str:
        token = self.setup.secret("token")
        if not token.isascii() or not token.isprintable():
            raise RecipientBlocked(f"The token of the channel {self.setup.name} has a character that no token has.")
        return token

    def _require_ok(self, answer: Answer) -> None:
        """Read the answer of chat.postMessage, which has status 200 also if Slack refuses the message."""
        found = _object(answer.body)
        if found.get("ok") is True:
            return
        error = found.get("error")
        if found.get("ok") is not False or not isinstance(error, str) or error in _IN_DOUBT:
            raise OutcomeUnknown(f"The answer to the channel {self.setup.name} does not confirm the message.")
        code = error[:60] if error.isidentifier() else "?"
        what = f"Slack refuses messages of the channel {self.setup.name}: {code}."
        if error == "ratelimited":
            raise Throttled(what, after=answer.retry_after or 30.0)
        raise GiveUp(what) if error in _INVALID else RecipientBlocked(what)


def open_channel(setup: Setup) -> Slack:
    return Slack(setup)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
