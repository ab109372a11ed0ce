"""HTTP/1.1 on this machine, in front of the portal and the webhook. Silent: a request line may hold a token.

Waitress answers with a bounded number of threads and reads without one. What it leaves to us: a deadline for a whole
request and for a whole answer, since a byte now and then keeps its own timeouts away; room for the next reader when
many connections wait; and words that do not repeat a request.
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
from debrief.portal.http import Request, Response, dressed, sentence_page

Respond: TypeAlias = Callable[[Request], Response]
After: TypeAlias = Callable[[Response], None]
LARGEST_BODY = 65_536 + 1  # bytes: one more than the webhook takes, so that it is the one to refuse it
REQUEST_SECONDS = 10.0  # for a whole request, from its first byte
IDLE_SECONDS = 30.0  # for a client that says nothing
ANSWER_SECONDS = 300.0  # for a client to take a whole answer
MOST_CONNECTIONS = 256
_ROOM = 32  # connections that wait longest and go when there are too many
_LARGEST_HEAD = 16_384  # bytes
_THREADS = 8
_SENTENCES = {400: "This request is not one that can be read.", 413: "That is more than this server takes."}


class Listener:
    """`after` is called once a response is made, one at a time. Raises BadSettings for a port in use."""

    def __init__(self, host: str, port: int, respond: Respond, after: After) -> None:
        logging.getLogger("waitress").addHandler(logging.NullHandler())
        logging.getLogger("waitress").propagate = False
        self._respond, self._after = respond, after
        self._mails = ThreadPoolExecutor(1)
        self._is_stopped = False
        self._server = _Server(_listening(host, port), self._answer)
        self.server_address: tuple[str, int] = self._server.socket.getsockname()[:2]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(self._server._map)  # noqa: SLF001 - the only name it has
        self._mails.shutdown(wait=False, cancel_futures=True)

    @property
    def url(self) -> str:
        """Its address on this machine."""
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
    """Refuses what Waitress would take: a body without a length, and versions of HTTP that there are not."""

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.chunked or "TRANSFER_ENCODING" in self.headers:
            raise ParsingError("no length")
        if self.version not in {"", "1.0", "1.1"} or not re.fullmatch(r"[A-Z]+", self.command):
            raise ParsingError("no version or method of HTTP")


class _Refusal(ErrorTask):  # type: ignore[misc]
    def execute(self) -> None:
        code: int = self.request.error.code
        response = dressed(sentence_page(code, _SENTENCES.get(code, _SENTENCES[400])), Request("GET", "/", {}))
        self.status = _status(response.status)
        self.response_headers.extend((name, str(value)) for name, value in response.headers.items())
        self.set_close_on_finish()
        self.content_length = len(response.body)
        self.write(response.body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    """One connection, and since when it has sent a part of a request, or has not taken an answer."""

    parser_class = _Parser
    error_task_class = _Refusal
    asking_since: float | None = None
    taking_since: float | None = None

    def received(self, data: bytes) -> bool:
        taken: bool = super().received(data)
        self.asking_since = None if self.request is None else self.asking_since or time.time()
        return taken

    def is_late(self, now: float) -> bool:
        """Whether a deadline has passed; never while a request is being answered."""
        if not self.total_outbufs_len:
            self.taking_since = None
        elif self.taking_since is None:
            self.taking_since = now
        if self.requests:
            return False
        if self.taking_since is not None:
            return now - self.taking_since > ANSWER_SECONDS
        if self.asking_since is not None:
            return now - self.asking_since > REQUEST_SECONDS
        return bool(now - self.last_activity > IDLE_SECONDS)


class _Server(TcpWSGIServer):  # type: ignore[misc]
    channel_class = _Channel

    def __init__(self, sock: socket.socket, application: Callable[..., Iterable[bytes]]) -> None:
        adjustments = Adjustments(
            sockets=[sock],
            ident="Debrief",
            threads=_THREADS,
            recv_bytes=65_536,  # a refused request is read to its end, as far as it has come
            connection_limit=MOST_CONNECTIONS + _ROOM,
            cleanup_interval=0,  # `maintenance` each time round the loop
            clear_untrusted_proxy_headers=False,  # the web server before it says by one that it speaks https
            max_request_header_size=_LARGEST_HEAD,
            max_request_body_size=LARGEST_BODY,
            outbuf_high_watermark=2**40,  # no thread waits for a slow reader
        )
        place = (sock.family, sock.type, sock.proto, sock.getsockname())
        super().__init__(application, _sock=sock, adj=adjustments, bind_socket=False, sockinfo=place)

    def maintenance(self, now: float) -> None:
        """Close connections that are late, and, when there are too many, those that have waited longest."""
        open_ = list(self.active_channels.values())
        gone = [channel for channel in open_ if channel.is_late(now)]
        if len(open_) - len(gone) >= MOST_CONNECTIONS:
            waiting = [one for one in open_ if not one.requests and one not in gone]
            gone += sorted(waiting, key=lambda one: one.creation_time)[:_ROOM]
        for channel in gone:
            channel.handle_close()


def _listening(host: str, port: int) -> socket.socket:
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
