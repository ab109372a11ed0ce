"""Scale: from ten sessions to ten thousand through one `debrief run`, which must take each of them no longer.

    python -m benchmarks.scale [--sessions N …] [--pdf N …]

The sessions ended within forty hours, three people in each. The stand-in serves from a process of its own, so CPU
seconds and memory are Debrief's; wall seconds hold the stand-in's too. One process makes the first comparison, exports
and mails what it finds into a folder with a SQLite ledger, and a second one compares once more. PDF, HTML and the
Summary page are turned off, as in benchmarks.load; a series of its own has all of them.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.load import environ, services, serving
from benchmarks.measure import python


@dataclass(frozen=True)
class Phase:
    """What a part of a run took, and the process's highest memory until then."""

    wall_seconds: float
    cpu_seconds: float
    peak_mb: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, nargs="*", default=[10, 100, 1_000, 10_000])
    parser.add_argument("--pdf", type=int, nargs="*", default=[10, 100, 300], help="sessions of the series with it")
    parser.add_argument("--as", dest="role", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.role:
        print(json.dumps({name: asdict(phase) for name, phase in _work(*args.role).items()}))
        return
    for sessions, documents, title in (
        (args.sessions, "none", "without PDF, HTML and Summary page"),
        (args.pdf, "all", "with PDF, HTML and Summary page"),
    ):
        if sessions:
            _series(sessions, documents, title)


def _series(sessions: list[int], documents: str, title: str) -> None:
    print(f"{title}; seconds are wall / CPU, milliseconds are CPU of a session")
    head = (
        "sessions",
        "first run",
        "all sessions",
        "ms each",
        "ms first 10%",
        "ms last 10%",
        "peak MB",
        "next run",
    )
    print("".join(f"{name:>15}" for name in head))
    for count in sessions:
        with serving(count, hours=40) as (url, _), tempfile.TemporaryDirectory() as folder:
            first, again = (_run(url, folder, documents) for _ in range(2))
            mails = len(list(Path(folder, "outbox").glob("*.eml")))
        if mails != count:
            sys.exit(f"{mails} emails for {count} sessions")
        tenth = max(count // 10, 1)
        tick, work, begin, end = (first[name] for name in ("tick", "work", "begin", "end"))
        cells = (
            f"{count}", _both(tick), _both(work), _each(work, count), _each(begin, tenth), _each(end, tenth),
            f"{work.peak_mb:.0f}", _both(again["tick"]),
        )  # fmt: skip
        print("".join(f"{cell:>15}" for cell in cells), flush=True)


def _both(phase: Phase) -> str:
    return f"{phase.wall_seconds:.2f} / {phase.cpu_seconds:.2f}"


def _each(phase: Phase, sessions: int) -> str:
    return f"{phase.cpu_seconds / sessions * 1000:.1f}"


def _run(url: str, folder: str, documents: str) -> dict[str, Phase]:
    """A process of its own."""
    command = python("-m", "benchmarks.scale", "--as", url, folder, documents)
    done = subprocess.run(command, env=environ(), check=True, capture_output=True, text=True)
    return {name: Phase(**phase) for name, phase in json.loads(done.stdout).items()}


def _work(url: str, folder: str, documents: str) -> dict[str, Phase]:
    """Do what `debrief run` does, timing its reconciliation, all sessions, and the first and last tenth of them."""
    from debrief.pipeline.reconcile import reconcile
    from debrief.runner import run

    opened = services(url, folder, "0", documents=documents == "all")
    marks = [_mark()]
    orders = reconcile(opened)
    marks.append(_mark())
    tenth = max(len(orders) // 10, 1)
    for number, outcome in enumerate(run(opened, orders), start=1):
        if not outcome.is_well:
            sys.exit(f"{outcome.order.cue_point_id}: {outcome.reason} {outcome.mail_problems}")
        if number in {tenth, len(orders) - tenth}:
            marks.append(_mark())
    marks.append(_mark())
    parts = {"tick": (0, 1), "work": (1, -1), "begin": (1, min(2, len(marks) - 1)), "end": (-2, -1)}
    return {name: _between(marks[start], marks[end]) for name, (start, end) in parts.items()}


def _mark() -> Phase:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return Phase(time.perf_counter(), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _between(start: Phase, end: Phase) -> Phase:
    return Phase(end.wall_seconds - start.wall_seconds, end.cpu_seconds - start.cpu_seconds, end.peak_mb)


if __name__ == "__main__":
    main()
