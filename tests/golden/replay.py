"""The recorded answers, and a server that gives them again over HTTP."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from debrief.env import ReadyKs
from debrief.kaltura.api.client import Kaltura
from debrief.settings import Settings

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Recorded:
    """One answer with the request that got it."""

    file: str
    action: str
    fields: Mapping[str, str]
    status: int
    headers: Mapping[str, str]

    @property
    def body(self) -> bytes:
        return (HERE / self.file).read_bytes()

    @property
    def report(self) -> int:
        return int(self.fields.get("reportType") or self.fields.get("id") or 0)


def value_of(file: str) -> Any:
    """A recorded JSON answer, or one of the other JSON files."""
    body = (HERE / file).read_bytes()
    return json.loads(gzip.decompress(body) if file.endswith(".gz") else body)


def recorded(folder: str) -> list[Recorded]:
    """All answers of a folder."""
    return [Recorded(**one) for one in value_of("index.json") if one["file"].startswith(f"{folder}/")]


@dataclass
class Replay:
    """A Kaltura that gives a prepared answer."""

    url: str
    answer: Recorded | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def kaltura(self) -> Kaltura:
        settings = Settings(service_url=self.url, partner_id="12345", credential=ReadyKs("ks"), calls_per_second=0)
        return Kaltura(settings, sleep=lambda _: None)

    def gives(self, answer: Recorded) -> Kaltura:
        """A client whose next answers are this one."""
        self.body, self.headers = answer.body, answer.headers
        return self.kaltura()

    def gives_body(self, body: str, content_type: str) -> Kaltura:
        self.body, self.headers = body.encode(), {"Content-Type": content_type}
        return self.kaltura()


@contextmanager
def replaying() -> Iterator[Replay]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(200)
            for name, value in replay.headers.items():
                if name.lower() != "content-length":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(replay.body)))
            self.end_headers()
            self.wfile.write(replay.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    replay = Replay(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield replay
    finally:
        server.shutdown()
        server.server_close()
