"""What the functions talk to: two HTTP servers, one for AWS and one for Kaltura, that number the calls and break one.

One request is worked on at a time, in the world's own thread. Each answer ends its connection, so that a fault concerns
one call and no other.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer
from typing import Any

from support.broken.calls import Asked, Call, Said, Serve, call_of_aws, call_of_kaltura, denial, refusal
from support.broken.clock import Clock
from support.broken.kinds import Beside, Kind, Point

TIMED_OUT = signal.SIGUSR1  # signals to a child that its call has reached its time limit
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset
_PATIENCE = {"kaltura": 90.0}  # seconds that clients wait for an answer: kaltura.client
_OF_AWS = 60.0  # wiring._client, and botocore's default


class Front:
    """Both servers, what they were asked since the last function began, and what is to be broken."""

    def __init__(self, clock: Clock, aws: Serve, kaltura: Serve) -> None:
        self.calls: list[Call] = []
        self.fault: Point | None = None
        self.struck = ""  # the identity of the call that was broken
        self.function = ""  # the one that runs, by its logical id
        self.beside: Callable[[Beside], None] = lambda _: None  # what another function does while one is paused
        self._clock = clock
        self._serves = {"aws": (call_of_aws, aws), "kaltura": (call_of_kaltura, kaltura)}
        self._pid = 0
        self._deadline = 0.0
        self._servers: dict[str, _Server] = {}
        self.listen()

    def listen(self) -> None:
        """Open both ports anew: two copies of the world must not take each other's calls."""
        for server in self._servers.values():
            server.socket.close()
        self._servers = {name: _Server(self, name) for name in self._serves}

    def url(self, name: str) -> str:
        """Where aws or kaltura is reached."""
        return f"http://127.0.0.1:{self._servers[name].server_address[1]}"

    def serve(self, pid: int, timeout: float) -> None:
        """Answer a child until it ends; one that takes longer than so many seconds is killed, as Lambda does."""
        self.calls, self._pid, self._deadline = [], pid, time.time() + timeout
        ended = os.pidfd_open(pid)
        try:
            while True:
                ready, _, _ = select.select([*self._servers.values(), ended], [], [])
                for server in ready:
                    if isinstance(server, _Server):
                        server.handle_request()
                if ready == [ended]:
                    break
        finally:
            os.close(ended)
        self._clock.catch_up()

    def answer(self, name: str, asked: Asked) -> Said | None:
        """The answer to one request; None breaks the connection."""
        self._clock.catch_up()
        if time.time() > self._deadline:
            return self._kill()
        named, serve = self._serves[name]
        call = named(asked)
        self.calls.append(call)
        kind = self._fault_at(call)
        if kind is None:
            return serve(asked)
        if kind.beside:
            self.struck = call.identity
            self._pause(kind.beside)
            return serve(asked)
        if kind.effect and self.struck != call.identity:
            serve(asked)
        self.struck = call.identity
        return self._broken(kind, call)

    def _fault_at(self, call: Call) -> Kind | None:
        """How this call is to be broken."""
        if self.fault is None:
            return None
        if self.struck and self.fault.kind.gives_up:
            return self.fault.kind if self.function == self.fault.function and str(call) == self.fault.call else None
        if self.struck:
            return self.fault.kind if self.fault.kind.lasts and call.identity == self.struck else None
        return self.fault.kind if len(self.calls) == self.fault.number else None

    def _broken(self, kind: Kind, call: Call) -> Said | None:
        if kind.how == "refuse":
            return refusal(call.service)
        if kind.how == "deny":
            return denial(call.service)
        if kind.how == "kill":
            return self._kill()
        if kind.how == "hang":
            self._hang(_PATIENCE.get(call.service, _OF_AWS))
        return None

    def _pause(self, beside: Beside) -> None:
        """Let another function do its work to the end; then the one that waits for its answer goes on."""
        before = self.calls, self._pid, self._deadline, self.fault
        self.fault = None
        try:
            self.beside(beside)
        finally:
            self.calls, self._pid, self._deadline, self.fault = before

    def _hang(self, seconds: float) -> None:
        """Let the client time out at once, and move the clock by its timeout."""
        while _state(self._pid) not in "SZ":
            os.sched_yield()
        self._clock.sleep(seconds)
        os.kill(self._pid, TIMED_OUT)

    def _kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)


def _state(pid: int) -> str:
    """S for a process that sleeps, as one that waits for an answer does; Z for one that has ended."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


class _Server(TCPServer):
    """Answers one request at a time, on demand."""

    request_queue_size = 16

    def __init__(self, front: Front, name: str) -> None:
        self.front, self.name = front, name
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left hears no answer; anything else is a mistake of the world's."""
        if not isinstance(sys.exception(), ConnectionError):
            raise  # noqa: PLE0704 - called while the error is handled


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server
    connection: socket.socket

    def log_message(self, *_: object) -> None:
        """Keep silent."""

    def _respond(self) -> None:
        self.close_connection = True
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = Asked(self.command, self.path, self.headers, body)
        said = self.server.front.answer(self.server.name, asked)
        if said is None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.connection.close()
            return
        self.send_response(said.status)
        own = {name.lower(): value for name, value in said.headers.items()}
        for name, value in {"content-length": str(len(said.body)), **own, "connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _respond  # noqa: N815 - http.server's names
