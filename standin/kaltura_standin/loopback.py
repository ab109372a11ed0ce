"""HTTP/1.1 server on the loopback address: call a function for each request and send its response."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from kaltura_standin.answers import Answer
from kaltura_standin.request import Received, read_request

Respond = Callable[[Received], Answer | None]
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset


class LoopbackServer(ThreadingHTTPServer):
    """A server with one thread for each connection. If there is no answer (None), it resets the connection.

    It remembers its connections, so that it can stop without waiting for clients that keep them open.
    """

    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def __init__(self, port: int, respond: Respond) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.respond = respond
        self._connections: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Begin to serve a connection."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End a connection."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """End every connection, so that its thread ends."""
        for connection in list(self._connections):
            with suppress(OSError):  # the client may have closed the connection
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Apache", ""
    disable_nagle_algorithm = True
    server: LoopbackServer
    connection: socket.socket

    def handle(self) -> None:
        with suppress(ConnectionError):  # the client may have closed the connection
            super().handle()

    def log_message(self, *_: object) -> None:
        """Log nothing: a request line may contain a KS."""

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.server.respond(read_request(self.command, self.path, self.headers, body))
        if answer is None:
            self._reset()
        else:
            self._send(answer)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.connection.close()
        self.close_connection = True

    def _send(self, answer: Answer) -> None:
        usual = {"Content-Type": answer.content_type, "Content-Length": str(len(answer.body))}
        headers = {**usual, **answer.headers}
        if "Transfer-Encoding" in headers:
            del headers["Content-Length"]
        self.close_connection = self.close_connection or answer.closes
        self.send_response(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
