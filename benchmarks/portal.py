"""The portal of `debrief serve`: requests per second for a report's page and its files.

    python -m benchmarks.portal [--requests N]

The server is a process of its own, on an archive folder with an SQLite ledger. The client is this process; it keeps its
connections open, and each connection waits for an answer before the next request. Every answer must have status 200.
"""

from __future__ import annotations

import argparse
import http.client
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.archive import FIRST, export_one
from benchmarks.measure import environment, python
from debrief.delivery.ledger.ledger import Link
from debrief.delivery.ledger.sqlite import SqliteLedger
from debrief.delivery.links.tokens import new_token, token_hash

PAGES = {"page": "", "report.html": "/report", "report.pdf": "/pdf"}
WARM_UP = 50  # requests that are not counted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=2_000)
    args = parser.parse_args()
    print(f"{args.requests} requests each; ms CPU are the server's, per request")
    print(f"{'':<12} {'connections':>11} {'requests/s':>11} {'ms CPU':>7}")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        export_one(root)
        path = f"/r/{_link(root)}"
        for name, page in PAGES.items():
            for connections in (1, 4):
                rate, cpu = _measure(root, path + page, args.requests, connections)
                print(f"{name:<12} {connections:11} {rate:11,.0f} {cpu * 1000:7.2f}")


def _link(root: Path) -> str:
    """Add a link to the session, and return its token."""
    token, now = new_token(), datetime.now(UTC)
    with closing(SqliteLedger(root / "archive" / ".debrief" / "ledger.sqlite3")) as ledger:
        ledger.add_link(Link(token_hash(token), FIRST, "x", "full", 1, issued=now, expires=now + timedelta(days=1)))
    return token


def _measure(root: Path, path: str, requests: int, connections: int) -> tuple[float, float]:
    """Return requests per second, and the server's CPU seconds for each."""
    with _server(root) as (process, host), ThreadPoolExecutor(connections) as threads:

        def ask(count: int) -> None:
            with closing(http.client.HTTPConnection(host)) as connection:
                for _ in range(count):
                    connection.request("GET", path)
                    answer = connection.getresponse()
                    answer.read()
                    assert answer.status == 200, answer.status

        list(threads.map(ask, [WARM_UP] * connections))
        cpu, wall = _cpu_seconds(process.pid), time.perf_counter()
        list(threads.map(ask, [requests // connections] * connections))
        wall, cpu = time.perf_counter() - wall, _cpu_seconds(process.pid) - cpu
    done = requests // connections * connections
    return done / wall, cpu / done


@contextmanager
def _server(root: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `debrief serve`; yield its process, and its host and port."""
    folders = ("--archive", str(root / "archive"), "--outbox", str(root / "outbox"))
    command = python("-m", "debrief", "serve", "--port", "0", *folders)
    with subprocess.Popen(
        command, env=environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdout
            yield process, process.stdout.readline().strip().removeprefix("http://")
        finally:
            process.kill()


def _cpu_seconds(pid: int) -> float:
    """Return what a running process has used so far."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
