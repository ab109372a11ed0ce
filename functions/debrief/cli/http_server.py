"""Serve the portal and the webhook on this machine by HTTP/1.1. Nothing is logged: a request line may contain a token.

Waitress answers with a fixed number of threads and reads in its main loop. This module adds a deadline for a whole
request and for a whole response, because a slow client resets Waitress's own timeouts with each byte. If there are too
many connections, it closes those that have waited longest. Its error pages do not repeat the request.
"""

from __future__ import annotations

import logging
import re
import socket
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, Self, TypeAlias

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask

from debrief.errors import BadSettings
from debrief.portal.http import Request, Response, sentence_page, with_common_headers

Respond: TypeAlias = Callable[[Request], Response]
After: TypeAlias = Callable[[Response], None]
LARGEST_BODY = 65_536 + 1  # bytes: one more than the webhook accepts, so that the webhook rejects such a body
REQUEST_SECONDS = 10.0  # time for a whole request, from its first byte
IDLE_SECONDS = 30.0  # time until a connection on which the client sends nothing is closed
RESPONSE_SECONDS = 300.0  # time in which a client must read a whole response
MAX_CONNECTIONS = 256
_CLOSED_AT_ONCE = 32  # number of idle connections to close if there are too many
_LARGEST_HEAD = 16_384  # bytes
_THREADS = 8
_SENTENCES = {400: "This request cannot be read.", 413: "This request is too large."}


class Listener:
    """A server that answers with `respond`, then calls `after` for each response that has orders, one at a time.

    Raises BadSettings if the port is in use.
    """

    def __init__(self, host: str, port: int, respond: Respond, after: After) -> None:
        logging.getLogger("waitress").addHandler(logging.NullHandler())
        logging.getLogger("waitress").propagate = False
        self._respond, self._after = respond, after
        self._mails = ThreadPoolExecutor(1)
        self._is_stopped = False
        self._server = _Server(_bind(host, port), self._answer)
        self.server_address: tuple[str, int] = self._server.socket.getsockname()[:2]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(self._server._map)  # noqa: SLF001 - there is no public name
        self._mails.shutdown(wait=False, cancel_futures=True)

    @property
    def url(self) -> str:
        """Return the server's address on this machine."""
        host, port = self.server_address
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def serve_forever(self, poll_interval: float = 0.5) -> None:
        """Answer until `shutdown` is called."""
        while not self._is_stopped:
            wasyncore.loop(poll_interval, use_poll=True, map=self._server._map, count=1)  # noqa: SLF001

    def shutdown(self) -> None:
        """End `serve_forever`, which runs in another thread."""
        self._is_stopped = True
        self._server.pull_trigger()

    def _answer(
        self, environ: dict[str, Any], start: Callable[[str, list[tuple[str, str]]], object]
    ) -> Iterable[bytes]:
        request = _request(environ)
        response = self._respond(request)
        if response.orders:
            self._mails.submit(self._after, response)
        headers = [(name, str(value)) for name, value in response.headers.items()]
        if response.status != HTTPStatus.NO_CONTENT:
            headers.append(("content-length", str(len(response.body))))
        start(_status(response.status), headers)
        return [] if request.method == "HEAD" else [response.body]


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Reject requests that Waitress would accept: a body without a length, an unknown version of HTTP."""

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.chunked or "TRANSFER_ENCODING" in self.headers:
            raise ParsingError("no length")
        if self.version not in {"", "1.0", "1.1"} or not re.fullmatch(r"[A-Z]+", self.command):
            raise ParsingError("unknown HTTP version or method")


class _ErrorPage(ErrorTask):  # type: ignore[misc]
    def execute(self) -> None:
        code: int = self.request.error.code
        page = sentence_page(code, _SENTENCES.get(code, _SENTENCES[400]))
        response = with_common_headers(page, Request("GET", "/", {}))
        self.status = _status(response.status)
        self.response_headers.extend((name, str(value)) for name, value in response.headers.items())
        self.set_close_on_finish()
        self.content_length = len(response.body)
        self.write(response.body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    """One connection. It notes when an incomplete request and an unread response began."""

    parser_class = _Parser
    error_task_class = _ErrorPage
    request_began: float | None = None
    response_began: float | None = None

    def received(self, data: bytes) -> bool:
        is_accepted: bool = super().received(data)
        self.request_began = None if self.request is None else self.request_began or time.time()
        return is_accepted

    def is_late(self, now: float) -> bool:
        """Return whether a deadline has passed. While a request is being answered, there is no deadline."""
        if not self.total_outbufs_len:
            self.response_began = None
        elif self.response_began is None:
            self.response_began = now
        if self.requests:
            return False
        if self.response_began is not None:
            return now - self.response_began > RESPONSE_SECONDS
        if self.request_began is not None:
            return now - self.request_began > REQUEST_SECONDS
        return bool(now - self.last_activity > IDLE_SECONDS)


class _Server(TcpWSGIServer):  # type: ignore[misc]
    channel_class = _Channel

    def __init__(self, sock: socket.socket, application: Callable[..., Iterable[bytes]]) -> None:
        adjustments = Adjustments(
            sockets=[sock],
            ident="Debrief",
            threads=_THREADS,
            recv_bytes=65_536,  # a rejected request is read to its end as far as it has arrived
            connection_limit=MAX_CONNECTIONS + _CLOSED_AT_ONCE,
            cleanup_interval=0,  # `maintenance` is called in each round of the loop
            clear_untrusted_proxy_headers=False,  # a reverse proxy reports https in such a header
            max_request_header_size=_LARGEST_HEAD,
            max_request_body_size=LARGEST_BODY,
            outbuf_high_watermark=2**40,  # a value that is never reached, so that no thread waits for a slow client
        )
        sockinfo = (sock.family, sock.type, sock.proto, sock.getsockname())
        super().__init__(application, _sock=sock, adj=adjustments, bind_socket=False, sockinfo=sockinfo)

    def maintenance(self, now: float) -> None:
        """Close late connections. If there are still too many, also close those that have waited longest."""
        channels = list(self.active_channels.values())
        late = [channel for channel in channels if channel.is_late(now)]
        if len(channels) - len(late) >= MAX_CONNECTIONS:
            waiting = [channel for channel in channels if not channel.requests and channel not in late]
            late += sorted(waiting, key=lambda channel: channel.creation_time)[:_CLOSED_AT_ONCE]
        for channel in late:
            channel.handle_close()


def _bind(host: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except (OSError, OverflowError) as error:
        sock.close()
        reason = error.strerror if isinstance(error, OSError) else "no such port"
        raise BadSettings(f"The portal cannot listen on {host}, port {port}: {reason}.") from None
    return sock


def _request(environ: dict[str, Any]) -> Request:
    names = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"}
    headers = {known: environ[name] for name, known in names.items() if environ.get(name)}
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            headers[name.removeprefix("HTTP_").replace("_", "-").lower()] = value
    path, _, query = environ["REQUEST_URI"].partition("?")
    return Request(environ["REQUEST_METHOD"], path, headers, environ["wsgi.input"].read(), query)


def _status(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"
