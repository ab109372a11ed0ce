"""Two parts of AWS that moto lacks, on a port of this machine: Lambda's account settings, and identities of SES."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote


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

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:  # noqa: PLR0911 - one per call
        """Return HTTP status and answer."""
        kind, _, name = unquote(path.strip("/")).removeprefix("v2/email/").removeprefix("2016-08-19/").partition("/")
        self.asked.append(f"{method} {kind}")
        if kind.startswith("identities?"):
            kind = "list-identities"
        if kind in self.denied:
            return 403, {"__type": "AccessDeniedException"}
        if kind == "account-settings":
            limit = {"ConcurrentExecutions": self.concurrency, "UnreservedConcurrentExecutions": self.concurrency}
            return 200, {"AccountLimit": limit}
        if kind == "list-identities":
            return 200, {"EmailIdentities": [{"IdentityName": one} for one in self.identities]}
        if kind == "account":
            return 200, {"SendingEnabled": True, "ProductionAccessEnabled": not self.in_sandbox}
        if method == "POST":
            asked = json.loads(body)
            self.identities[asked["EmailIdentity"]] = {"VerifiedForSendingStatus": False, "Tags": asked["Tags"]}
            return 200, {"VerifiedForSendingStatus": False}
        if name not in self.identities:
            return 404, {"__type": "NotFoundException"}
        return 200, self.identities.pop(name) if method == "DELETE" else self.identities[name]


@contextmanager
def small_aws() -> Iterator[SmallAws]:
    """The account, answering."""
    aws = SmallAws()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, answer = aws.answer(self.command, self.path, body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            if code := answer.get("__type"):
                self.send_header("x-amzn-ErrorType", code)
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - the names that http.server calls
        do_DELETE = do_GET  # noqa: N815

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        aws.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield aws
        finally:
            server.shutdown()
            thread.join()
