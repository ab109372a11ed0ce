"""A small SES on a port of this machine: it speaks API v2, and knows the sandbox, identities and configuration sets."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote

from support.json_server import Answer, json_server

UNVERIFIED = "Email address is not verified. The following identities failed the check in region EU-WEST-1: {}"


@dataclass
class Ses:
    """The account. `fault` is what it answers to every email: code, HTTP status, message."""

    url: str = ""
    verified: set[str] = field(default_factory=set)
    identities: dict[str, dict[str, Any]] = field(default_factory=dict)
    configuration_sets: dict[str, dict[str, Any]] = field(default_factory=dict)
    account: dict[str, Any] = field(default_factory=lambda: {"SendingEnabled": True, "ProductionAccessEnabled": True})
    fault: tuple[str, int, str] | None = None
    denied: set[str] = field(default_factory=set)
    requests: list[dict[str, Any]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)

    def recipients(self) -> list[str]:
        """Who got an email, in order."""
        return [request["Destination"]["ToAddresses"][0] for request in self.sent]

    def messages(self) -> list[bytes]:
        """The MIME of the emails."""
        return [b64decode(request["Content"]["Raw"]["Data"]) for request in self.sent]

    def is_verified(self, address: str) -> bool:
        return bool({address, address.rpartition("@")[2]} & self.verified)

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """Return HTTP status, error code, answer."""
        _, _, _, kind, *name = map(unquote, path.partition("?")[0].split("/"))
        if kind in self.denied:
            return 403, "AccessDeniedException", {"message": "User is not authorized to do this."}
        if method == "POST" and kind == "outbound-emails":
            return self._send(json.loads(body))
        if kind == "account":
            return 200, "", self.account
        if kind == "list-identities":
            names = [{"IdentityName": one, "SendingEnabled": True} for one in sorted(self.verified)]
            return 200, "", {"EmailIdentities": names}
        found = {"identities": self.identities, "configuration-sets": self.configuration_sets}[kind]
        if name[0] in found:
            return 200, "", found[name[0]]
        return 404, "NotFoundException", {"message": f"{name[0]} does not exist."}

    def _send(self, request: dict[str, Any]) -> Answer:
        self.requests.append(request)
        if self.fault:
            return self.fault[1], self.fault[0], {"message": self.fault[2]}
        named = [request["FromEmailAddress"]]
        if not self.account["ProductionAccessEnabled"]:
            named += request["Destination"]["ToAddresses"]
        if failed := [one for one in named if not self.is_verified(parseaddr(one)[1])]:
            return 400, "MessageRejected", {"message": UNVERIFIED.format(", ".join(failed))}
        self.sent.append(request)
        return 200, "", {"MessageId": str(len(self.sent))}


@contextmanager
def ses_server() -> Iterator[Ses]:
    """An account that is out of the sandbox and has nothing."""
    ses = Ses()
    with json_server(ses.answer) as ses.url:
        yield ses
