"""HTTP/1.1 on this machine, in front of the portal and the webhook. Silent: a request line may hold a token."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

from debrief.errors import BadSettings
from debrief.portal.exchange import Request, Response, dressed, sentence_page

Respond: TypeAlias = Callable[[Request], Response]
After: TypeAlias = Callable[[Response], None]
LARGEST_BODY = 65_536 + 1  # bytes: one more than the webhook takes, so that it is the one to refuse it


class Listener(ThreadingHTTPServer):
    """One thread a connection. `after` is called once a response is sent. Raises BadSettings for a port in use."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, host: str, port: int, respond: Respond, after: After) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.respond, self.after = respond, after
        try:
            super().__init__((host, port), _Handler)
        except (OSError, OverflowError) as error:
            reason = error.strerror if isinstance(error, OSError) else "no such port"
            raise BadSettings(f"The portal cannot listen on {host}, port {port}: {reason}.") from None

    @property
    def url(self) -> str:
        """Its address on this machine."""
        host, port = self.server_address[:2]
        return f"http://[{host!s}]:{port}" if self.address_family == socket.AF_INET6 else f"http://{host!s}:{port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.0"  # for what names none: its answer has headers too
    timeout = 30.0  # seconds for a client that says nothing
    server: Listener

    def __getattr__(self, name: str) -> Callable[[], None]:
        """`do_GET` and the like: which methods there are is the portal's business."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def handle(self) -> None:
        with suppress(ConnectionError, TimeoutError):  # a client that left hears no answer
            super().handle()

    def version_string(self) -> str:
        return "Debrief"

    def log_message(self, *_: object) -> None:
        """Keep silent."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """What http.server itself refuses; its own words would repeat the request."""
        self._refuse(int(code), "This request is not one that can be read.")

    def _answer(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            self._refuse(400, "A request must say how long it is.")
        elif len(length) > 9 or int(length) > LARGEST_BODY:
            self._refuse(413, "That is more than this server takes.")
        else:
            request = self._request(self.rfile.read(int(length)))
            response = self.server.respond(request)
            self._send(response)
            self.server.after(response)

    def _request(self, body: bytes) -> Request:
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            known = headers.get(name.lower())
            headers[name.lower()] = value if known is None else f"{known}, {value}"
        path, _, query = self.path.partition("?")
        return Request(self.command, path, headers, body, query)

    def _refuse(self, status: int, sentence: str) -> None:
        """Answer without having read all of the request, which ends the connection."""
        self.close_connection = True
        request = Request(self.command or "GET", "/", {})
        self._send(dressed(sentence_page(status, sentence, connection="close"), request))

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        headers: dict[str, Any] = dict(response.headers)
        if self.command != "HEAD" and response.status != 204:
            headers["content-length"] = len(response.body)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(response.body)
        self.wfile.flush()
