"""Two parts of AWS that moto lacks, on a port of this machine: Lambda's account settings, and identities of SES."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from support.json_server import Answer, json_server


@dataclass
class SmallAws:
    """An account in the sandbox, with the concurrency of a new account and no identity."""

    url: str = ""
    concurrency: int = 10
    in_sandbox: bool = True
    identities: dict[str, dict[str, Any]] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)  # account-settings, account, identities, list-identities
    asked: list[str] = field(default_factory=list)

    def verify(self, *names: str) -> None:
        """Somebody opened the links, or added the DNS records."""
        for name in names:
            self.identities.setdefault(name, {"Tags": []})["VerifiedForSendingStatus"] = True

    def answer(self, method: str, path: str, body: bytes) -> Answer:  # noqa: PLR0911 - one per call
        """Return HTTP status, error code, answer."""
        kind, _, name = unquote(path.strip("/")).removeprefix("v2/email/").removeprefix("2016-08-19/").partition("/")
        self.asked.append(f"{method} {kind}")
        if kind.startswith("identities?"):
            kind = "list-identities"
        if kind in self.denied:
            return 403, "AccessDeniedException", {}
        if kind == "account-settings":
            limit = {"ConcurrentExecutions": self.concurrency, "UnreservedConcurrentExecutions": self.concurrency}
            return 200, "", {"AccountLimit": limit}
        if kind == "list-identities":
            return 200, "", {"EmailIdentities": [{"IdentityName": one} for one in self.identities]}
        if kind == "account":
            return 200, "", {"SendingEnabled": True, "ProductionAccessEnabled": not self.in_sandbox}
        if method == "POST":
            asked = json.loads(body)
            self.identities[asked["EmailIdentity"]] = {"VerifiedForSendingStatus": False, "Tags": asked["Tags"]}
            return 200, "", {"VerifiedForSendingStatus": False}
        if name not in self.identities:
            return 404, "NotFoundException", {}
        return 200, "", self.identities.pop(name) if method == "DELETE" else self.identities[name]


@contextmanager
def small_aws() -> Iterator[SmallAws]:
    """The account, answering."""
    aws = SmallAws()
    with json_server(aws.answer) as aws.url:
        yield aws
