"""Load: many sessions ending in the same hour, and one reconciliation with many known sessions.

    python -m benchmarks.load [--sessions N] [--people N] [--page] [--known N] [--rate N]

The stand-in serves from a process of its own and says how many calls it got in its busiest second. The first part is
what the export queue does with its two functions at a time: two processes take turns at the sessions, each within the
rate that is set; then every session must be archived and mailed once. The second part is one tick of the schedule.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measure import python, run

END = datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
NOW = END + timedelta(hours=2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--known", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=50.0, help="calls a second of each process")
    parser.add_argument("--page", action="store_true", help="with the reports of the Summary page")
    parser.add_argument("--people", type=int, default=3, help="in each session")
    parser.add_argument("--as", dest="role", choices=_ROLES, help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.role:
        _ROLES[args.role](*args.rest)
        return
    _crowd(args.sessions, args.people, args.rate, page=args.page)
    if args.known:
        _known(args.known)


def _crowd(sessions: int, people: int, rate: float, *, page: bool) -> None:
    with serving(sessions, hours=1, people=people) as (url, server), tempfile.TemporaryDirectory() as folder:
        run(_role("tick", url, folder, str(rate)))
        began = time.perf_counter()
        workers = [
            subprocess.Popen(_role("worker", url, folder, str(rate), str(number), "2", "page" * page), env=environ())
            for number in range(2)
        ]
        if sum(worker.wait() for worker in workers):
            sys.exit("a worker failed")
        took = time.perf_counter() - began
        calls, busiest = _asked(server)
        mails = Counter(path.stem.split("-r")[0] for path in Path(folder, "outbox").glob("*.eml"))
        archived = len(list(Path(folder, "archive", "reports").rglob("manifest.json")))
    reports = "all reports" if page else "without the Summary page"
    print(f"{sessions} sessions of {people}, {reports}, two processes at {rate:g} calls a second each")
    print(f"  archived {archived}, emailed {len(mails)}, emailed twice {sum(count > 1 for count in mails.values())}")
    print(f"  {took:.0f} s, {calls} calls, {calls / sessions:.1f} a session, {busiest} in the busiest second")
    if archived != sessions or len(mails) != sessions or max(mails.values()) > 1 or busiest > 2 * rate + 2:
        sys.exit("not every session was archived and emailed once within the rate")


def _known(sessions: int) -> None:
    with serving(sessions, hours=40) as (url, _), tempfile.TemporaryDirectory() as folder:
        first = run(_role("tick", url, folder, "0"))
        again = run(_role("tick", url, folder, "0"))
    print(f"one reconciliation with {sessions} sessions, in a separate process")
    for name, taken in (("none known before", first), ("all known before", again)):
        print(f"  {name}: {taken.wall_seconds:.1f} s, {taken.cpu_seconds:.1f} s CPU, {taken.peak_mb:.0f} MB")


@contextlib.contextmanager
def serving(sessions: int, hours: int, people: int = 3) -> Iterator[tuple[str, Any]]:
    """The stand-in in a process of its own, with sessions that ended within so many hours: its address, the process."""
    command = _role("server", str(sessions), str(hours), str(people))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ()) as server:
        assert server.stdout
        yield server.stdout.readline().strip() or sys.exit("the stand-in did not start"), server
        server.kill()


def _asked(server: Any) -> tuple[int, int]:
    """All calls, and those of the busiest second."""
    server.stdin.write("\n")
    server.stdin.flush()
    calls, busiest = server.stdout.readline().split()
    return int(calls), int(busiest)


def _serve(sessions: str, hours: str, people: str) -> None:
    """The stand-in, until a line comes in; then it says what it was asked."""
    import threading

    from kaltura_standin.server import StandIn

    with StandIn(_account(int(sessions), int(hours), int(people))) as kaltura:
        counts: list[tuple[float, int]] = []
        done = threading.Event()

        def watch() -> None:
            while not done.wait(0.02):
                counts.append((time.monotonic(), len(kaltura.requests)))

        threading.Thread(target=watch, daemon=True).start()
        print(kaltura.url, flush=True)
        sys.stdin.readline()
        done.set()
        print(len(kaltura.requests), _busiest(counts), flush=True)


def _busiest(counts: list[tuple[float, int]]) -> int:
    most, first = 0, 0
    for at, count in counts:
        while counts[first][0] < at - 1:
            first += 1
        most = max(most, count - counts[first][1])
    return most


def _account(sessions: int, hours: int, people: int) -> Any:
    """A room for each session, so many people in each, the ends spread evenly over so many hours before END."""
    from kaltura_standin.account import Account, Attendance, Room, Run, User

    host = User("ann@example.com", "Ann", "Lee", "ann@example.com")
    rooms = []
    for number in range(sessions):
        end = int((END - timedelta(hours=hours) * (number / sessions)).timestamp())
        span = (end - 1800, end)
        attendees = tuple(
            Attendance(f"p{number + place}@example.com", f"Person {number + place}", "", stays=(span,))
            for place in range(people)
        )
        rooms.append(Room(f"1_r{number:07}", f"Room {number}", (Run(f"1_c{number:07}", *span, host.id, attendees),)))
    return Account(rooms=tuple(rooms), users=(host,))


def services(url: str, folder: str, rate: str, *, documents: bool = False, page: bool = False) -> Any:
    """What a process works with; PDF, HTML and the Summary page only if asked for."""
    from debrief.env import AdminSecret
    from debrief.settings import Settings
    from debrief.wiring import connect

    settings = Settings(
        service_url=url, partner_id="12345", credential=AdminSecret("0123456789abcdef0123456789abcdef"),
        archive=f"{folder}/archive", outbox=f"{folder}/outbox", pdf=documents, html=documents, page=documents or page,
        calls_per_second=float(rate),
    )  # fmt: skip
    return connect(replace(settings, mail_from="debrief@example.com"), clock=lambda: NOW)


def _tick(url: str, folder: str, rate: str) -> None:
    """Reconcile once; the orders are left in a file, as the queue would hold them."""
    from debrief.order_codec import encode
    from debrief.pipeline.reconcile import reconcile

    orders = reconcile(services(url, folder, rate))
    Path(folder, "orders.txt").write_text("\n".join(map(encode, orders)))


def _work(url: str, folder: str, rate: str, number: str, workers: str, page: str) -> None:
    """What one function does with its share of the queue; every tenth message comes twice, as SQS may do."""
    from debrief.order_codec import decode_export
    from debrief.runner import run as run_orders

    lines = Path(folder, "orders.txt").read_text().splitlines()
    mine = [line for place, line in enumerate(lines) if place % int(workers) == int(number)]
    twice = [line for line in lines[::10] if line not in mine]
    opened = services(url, folder, rate, page=bool(page))
    for outcome in run_orders(opened, map(decode_export, mine + twice)):
        if not outcome.is_well and "Another" not in outcome.reason:
            sys.exit(f"{outcome.order.cue_point_id}: {outcome.reason} {outcome.mail_problems}")


def environ() -> dict[str, str]:
    """This process's, and where modules are."""
    import os

    from benchmarks.measure import ROOT

    return {**os.environ, "PYTHONPATH": f"{ROOT / 'functions'}{os.pathsep}{ROOT / 'standin'}{os.pathsep}{ROOT}"}


def _role(role: str, *rest: str) -> list[str]:
    return python("-m", "benchmarks.load", "--as", role, *rest)


_ROLES: dict[str, Callable[..., None]] = {"server": _serve, "tick": _tick, "worker": _work}

if __name__ == "__main__":
    main()
