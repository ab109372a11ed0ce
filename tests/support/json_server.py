"""A server on a port of this machine that answers as AWS does: JSON, and errors by code."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

# HTTP status, AWS error code (blank: no error), answer
Answer: TypeAlias = tuple[int, str, dict[str, Any]]


@contextmanager
def json_server(answer: Callable[[str, str, bytes], Answer]) -> Iterator[str]:
    """Yield the URL of a server. `answer` gets the method, the path with its query, and the body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, code, content = answer(self.command, self.path, body)
            encoded = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(encoded)))
            if code:
                self.send_header("x-amzn-ErrorType", code)
            self.end_headers()
            self.wfile.write(encoded)

        do_POST = do_GET  # noqa: N815 - the names that http.server calls
        do_DELETE = do_GET  # noqa: N815

        def log_message(self, *args: object) -> None:
            """Print no log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
