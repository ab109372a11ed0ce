"""Lambda's Runtime API, played by a small server: a runtime asks it for events and posts what came of them.

As AWS describes it: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from types import TracebackType
from typing import Any, Self

VERSION = "/2018-06-01/runtime"
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:debrief"


@dataclass(frozen=True)
class Posted:
    """What a runtime posted: `response` or `error` of an event, or `init/error`, and when by the monotonic clock."""

    what: str
    body: Any
    at: float


class RuntimeApi:
    """One function's Runtime API on a free port of this machine."""

    def __init__(self) -> None:
        self.waits = Queue[float]()  # when the runtime asked for an event
        self.posted = Queue[Posted]()
        self._events = Queue[tuple[str, bytes] | None]()
        self._server = _Server(self)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._events.put(None)  # whoever still waits is let go
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """As AWS_LAMBDA_RUNTIME_API has it: host and port."""
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def give(self, request_id: str, event: Any) -> None:
        """Let the runtime have an event."""
        self._events.put((request_id, json.dumps(event).encode()))

    def next(self) -> tuple[str, bytes] | None:
        """The event for a runtime that asks now; None when the server closes first."""
        self.waits.put(time.monotonic())
        return self._events.get()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def handle(self) -> None:
        with suppress(ConnectionError):  # a runtime that is ended hears no answer
            super().handle()

    def do_GET(self) -> None:
        if self.path != f"{VERSION}/invocation/next":
            self._answer(404, b"")
        elif given := self.server.api.next():
            self._answer(200, given[1], _headers(given[0]))
        else:
            self.close_connection = True

    def do_POST(self) -> None:
        at = time.monotonic()
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        match self.path.removeprefix(VERSION).split("/"):
            case ["", "invocation", _, "response" | "error" as what]:
                self.server.api.posted.put(Posted(what, body, at))
            case ["", "init", "error"]:
                self.server.api.posted.put(Posted("init/error", body, at))
        self._answer(202, b"{}")

    def log_message(self, *_: object) -> None:
        """Nothing: tests read what the function logs."""

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _headers(request_id: str) -> dict[str, str]:
    return {
        "Lambda-Runtime-Aws-Request-Id": request_id,
        "Lambda-Runtime-Deadline-Ms": str(int((time.time() + 300) * 1000)),
        "Lambda-Runtime-Invoked-Function-Arn": ARN,
        "Lambda-Runtime-Trace-Id": "Root=1-673f0000-1234567890abcdef12345678;Parent=1234567890abcdef;Sampled=0",
    }
