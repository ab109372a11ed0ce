"""Extraction: one session of nearly 100,000 attendees, from HTTP to the archived CSVs, summary and manifest.

    python -m benchmarks.extraction [--attendees N] [--runs N]

Beside it, in the same run: a plain pass that fetches report 6001 alone, splits it at commas, adds up the minutes and
writes one CSV; and the export with everything behind the Summary page, which fetches everybody a second time. The
stand-in serves from a process of its own and has the answer of 6001 ready, but not those of the page. The default is
one attendee fewer than Kaltura's row cap: an answer at the cap is treated as cut.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.measure import Taken, median, python, run

ATTENDEES = 99_999
SESSION, ROOM = "1_bigcue01", "1_bigroom1"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attendees", type=int, default=ATTENDEES)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--as", dest="role", choices=_ROLES, help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.role:
        _ROLES[args.role](*args.rest)
    else:
        compare(args.attendees, args.runs)


def compare(attendees: int, runs: int) -> None:
    """Run all in turn and print the medians; a first round warms up and is not counted."""
    taken: dict[str, list[Taken]] = {"plain pass": [], "three reports": [], "whole page": []}
    with _server(attendees) as url, tempfile.TemporaryDirectory() as folder:
        for place in range(runs + 1):
            taken["plain pass"].append(run(_role("plain", url, f"{folder}/{place}.csv")))
            taken["three reports"].append(run(_role("debrief", url, f"{folder}/{place}", "rooms")))
            taken["whole page"].append(run(_role("debrief", url, f"{folder}/{place}-page", "page")))
    _print(attendees, {name: median(all_runs[1:]) for name, all_runs in taken.items()})


def _print(attendees: int, taken: dict[str, Taken]) -> None:
    plain = taken["plain pass"]
    print(f"{attendees} attendees from HTTP to archive, whole processes, medians")
    print(f"{'':<14} {'wall s':>7} {'CPU s':>7} {'ratio':>7} {'peak MB':>8} {'rows/s':>8}")
    for name, one in taken.items():
        ratio, rate = one.cpu_seconds / plain.cpu_seconds, attendees / one.wall_seconds
        print(f"{name:<14} {one.wall_seconds:7.2f} {one.cpu_seconds:7.2f} {ratio:7.2f} {one.peak_mb:8.0f} {rate:8.0f}")


def _role(role: str, *rest: str) -> list[str]:
    return python("-m", "benchmarks.extraction", "--as", role, *rest)


@contextlib.contextmanager
def _server(attendees: int) -> Iterator[str]:
    with subprocess.Popen(_role("server", str(attendees)), stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield server.stdout.readline().strip() or sys.exit("the stand-in did not start")
        server.kill()


def _serve(attendees: str) -> None:
    """The stand-in, for ever; its large answer is made before the address is printed."""
    import threading

    from debrief.standin.crowd import big_account
    from debrief.standin.server import StandIn

    with StandIn(big_account(int(attendees))) as kaltura:
        _fetch(kaltura.url)
        print(kaltura.url, flush=True)
        threading.Event().wait()


def _fetch(url: str) -> bytes:
    """Report 6001 over plain HTTP."""
    import time

    import requests

    from debrief.kaltura.keys import generate_ks

    ks = generate_ks("0123456789abcdef0123456789abcdef", "12345", expiry=int(time.time()) + 600, noise=bytes(16))
    params = f"from_date=1795010400;to_date=1795021200;entry_ids={ROOM};cue_point_ids={SESSION}"
    fields = {"id": "6001", "params": params, "ks": ks, "format": "1"}
    return requests.post(f"{url}/api_v3/service/report/action/getCsvFromStringParams", data=fields, timeout=60).content


def _plain(url: str, out: str) -> None:
    lines = _fetch(url).decode("utf-8-sig").split("\n")
    rows = [line.split(",") for line in lines[1:] if line]
    minutes = sum(float(row[6]) for row in rows)
    text = "\n".join([lines[0], *map(",".join, rows), ""])
    Path(out).write_text(text)
    print(len(rows), minutes)


def _debrief(url: str, out: str, page: str) -> None:
    from debrief.pipeline.records import order_for
    from debrief.pipeline.selection import Selection, select
    from debrief.runner import run as run_orders
    from debrief.settings import AdminSecret, Settings
    from debrief.wiring import connect

    secret = AdminSecret("0123456789abcdef0123456789abcdef")
    settings = Settings(
        service_url=url, partner_id="12345", credential=secret, archive=out, outbox=f"{out}-mail",
        pdf=False, html=False, page=page == "page", report_attendees=500,
    )  # fmt: skip
    services = connect(settings)
    (session,) = select(services, Selection(sessions=(SESSION,)))
    (outcome,) = run_orders(services, [order_for(session, mail=False)])
    print(outcome.result, outcome.reason)
    sys.exit(outcome.result != "exported")


_ROLES: dict[str, Callable[..., None]] = {"server": _serve, "plain": _plain, "debrief": _debrief}

if __name__ == "__main__":
    main()
