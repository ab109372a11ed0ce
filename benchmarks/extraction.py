"""Extraction: one session of nearly 100,000 attendees, from HTTP to the archived CSVs, summary and manifest.

    python -m benchmarks.extraction [--attendees N] [--runs N] [--only PROGRAM …]

Beside it, in the same rounds, each as a process of its own: a plain pass that fetches report 6001 alone, splits it at
commas, adds up the minutes and writes one CSV; the pandas script that does the same; dlt's REST source with the
filesystem destination, once with the rows as dictionaries and once as an Arrow table; and the export with everything
behind the Summary page, which fetches everybody a second time. The stand-in serves from a process of its own and has
the answer of 6001 ready, but not those of the page. The default is one attendee fewer than Kaltura's row cap: an
answer at the cap is treated as cut.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Container, Iterator
from dataclasses import asdict
from pathlib import Path

from benchmarks.extractors import PROGRAMS, Program, fetch
from benchmarks.measure import Taken, median, python, run

ATTENDEES = 99_999
# dlt: nothing is sent home, and CSVs are left unpacked as ours are, which is faster.
DLT = {"RUNTIME__DLTHUB_TELEMETRY": "false", "NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION": "true"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attendees", type=int, default=ATTENDEES)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", metavar="PROGRAM", nargs="+", choices=PROGRAMS, default=list(PROGRAMS))
    parser.add_argument("--as", dest="role", choices=["server", *PROGRAMS], help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.role == "server":
        serve(args.attendees)
    elif args.role:
        work(args.role, *args.rest)
    else:
        compare(args.attendees, args.runs, {"plain pass", *args.only})


def compare(attendees: int, runs: int, only: Container[str]) -> None:
    """Run all in turn and print the medians; a first round warms up and is not counted."""
    there = [name for name, program in PROGRAMS.items() if name in only and _is_there(name, program)]
    wholes: dict[str, list[Taken]] = {name: [] for name in there}
    works: dict[str, list[Taken]] = {name: [] for name in there}
    with _server(attendees) as url:
        for _ in range(runs + 1):
            for name in there:
                with tempfile.TemporaryDirectory() as place:
                    wholes[name].append(run(_role(name, url, f"{place}/out"), DLT_DATA_DIR=place, **DLT))
                    told = json.loads(Path(place, "taken.json").read_text())
                assert told.pop("rows") == attendees, name
                works[name].append(Taken(**told))
    _print(attendees, *({name: median(taken[1:]) for name, taken in every.items()} for every in (wholes, works)))


def work(name: str, url: str, out: str) -> None:
    """One program: its work after imports is noted beside its folder, with how many attendees are in its CSV."""
    do = PROGRAMS[name].prepare(url, Path(out))
    wall, cpu = time.perf_counter(), time.process_time()
    made = do()
    taken = Taken(time.perf_counter() - wall, time.process_time() - cpu, 0)
    with made.open("rb") as lines:
        rows = sum(1 for _ in lines) - 1
    Path(out).with_name("taken.json").write_text(json.dumps(asdict(taken) | {"rows": rows}))


def serve(attendees: int) -> None:
    """The stand-in, for ever; its large answer is made before the address is printed."""
    import threading

    from kaltura_standin.crowd import big_account
    from kaltura_standin.server import StandIn

    with StandIn(big_account(attendees)) as kaltura:
        fetch(kaltura.url)
        print(kaltura.url, flush=True)
        threading.Event().wait()


@contextlib.contextmanager
def _server(attendees: int) -> Iterator[str]:
    command = _role("server", "--attendees", str(attendees))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield server.stdout.readline().strip() or sys.exit("the stand-in did not start")
        server.kill()


def _role(role: str, *rest: str) -> list[str]:
    return python("-m", "benchmarks.extraction", "--as", role, *rest)


def _is_there(name: str, program: Program) -> bool:
    """Whether it can be run; asking also reads its files into memory."""
    imports = "; ".join(f"import {module}" for module in program.modules)
    there = not subprocess.run(python("-c", imports), check=False, capture_output=True).returncode
    if not there:
        print(f"{name} is left out because it is not installed; `make bench` does that.")
    return there


def _print(attendees: int, wholes: dict[str, Taken], works: dict[str, Taken]) -> None:
    print(f"{attendees} attendees from HTTP to files, medians; ratios are of CPU seconds, the plain pass is 1")
    print(f"{'':<15} {'work, after imports':>23} {'whole process':>23}")
    print(f"{'':<15}{'  CPU s   wall s   ratio' * 2} {'peak MB':>8} {'rows/s':>8}")
    for name, whole in wholes.items():
        times = "".join(_times(every[name], every["plain pass"]) for every in (works, wholes))
        print(f"{name:<15}{times} {whole.peak_mb:8.0f} {attendees / whole.wall_seconds:8.0f}")


def _times(taken: Taken, plain: Taken) -> str:
    ratio = taken.cpu_seconds / plain.cpu_seconds
    return f"{taken.cpu_seconds:7.2f} {taken.wall_seconds:8.2f} {ratio:7.2f}"


if __name__ == "__main__":
    main()
