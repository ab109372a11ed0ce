"""Registrations of a session: CPU seconds and memory of its export, with and without a list.

    python -m benchmarks.registrants [--people 20000] [--attendees 2000] [--runs 3]

The stand-in serves from a process of its own. Each export is a separate process: without registrations, with those in
Kaltura, in files, and in both. They take turns. Half of the attendees are registered. All exports have every document;
CPU seconds and memory are those of the whole process. An export without all registrants fails.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.load import environ, services
from benchmarks.measure import Taken, median, python, run

END = datetime(2026, 11, 2, 10, tzinfo=UTC)
START = END - timedelta(hours=1)
ROOM, SESSION, EVENT = "1_room0001", "1_cue00001", "77"
_ORIGINS = ("registration", "invite", "sso")
# What each export has: registrations in Kaltura, and the suffix of a file.
SOURCES = {
    "none": ("", ""),
    "Kaltura": ("yes", ""),
    "CSV": ("", "csv"),
    "XLSX": ("", "xlsx"),
    "Kaltura and CSV": ("yes", "csv"),
    "Kaltura and XLSX": ("yes", "xlsx"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--attendees", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--as", dest="role", choices=_ROLES, help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.role:
        _ROLES[args.role](*args.rest)
        return
    with serving(args.people, args.attendees) as url:
        rounds = [{name: _export(url, name, args.people) for name in SOURCES} for _ in range(args.runs)]
    print(f"{args.people} registrants, {args.attendees} attendees, medians of {args.runs}")
    medians = {name: median([taken[name] for taken in rounds]) for name in SOURCES}
    without = medians["none"]
    for name, found in medians.items():
        more = f"{found.cpu_seconds - without.cpu_seconds:+.2f} s CPU, {found.peak_mb - without.peak_mb:+.0f} MB"
        print(f"  {name:<17}{found.cpu_seconds:6.2f} s CPU {found.peak_mb:5.0f} MB  ({more})")


def _export(url: str, source: str, people: int) -> Taken:
    kaltura, suffix = SOURCES[source]
    with tempfile.TemporaryDirectory() as folder:
        if suffix:
            _write_list(Path(folder, "archive", "registrations", f"event={EVENT}.{suffix}"), people)
        taken = run(_role("export", url, folder, kaltura))
        (file,) = Path(folder, "archive", "reports").rglob("summary.json")
        metrics = json.loads(file.read_text())["metrics"]
    registered = metrics["registered"]["value"] if "registered" in metrics else 0
    if registered != (people if kaltura or suffix else 0):
        sys.exit(f"the report with the source {source} has {registered} registered people")
    return taken


@contextlib.contextmanager
def serving(people: int, attendees: int) -> Iterator[str]:
    """Serve the stand-in from a process of its own; yield its address."""
    command = _role("server", str(people), str(attendees))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ()) as server:
        assert server.stdout
        yield server.stdout.readline().strip() or sys.exit("the stand-in did not start")
        server.kill()


def _serve(people: str, attendees: str) -> None:
    """Serve until a line comes in."""
    from kaltura_standin.server import StandIn

    with StandIn(_account(int(people), int(attendees))) as kaltura:
        print(kaltura.url, flush=True)
        sys.stdin.readline()


def _account(people: int, attendees: int) -> Any:
    """An event's session; every second attendee is registered."""
    from kaltura_standin.account import Account, Attendance, Room, Run, User
    from kaltura_standin.catalogue import App, Registrations, UserProfile, VirtualEvent

    start, end = int(START.timestamp()), int(END.timestamp())
    host = User("host@example.com", "Ann", "Lee", "host@example.com")
    came = tuple(
        Attendance(_address(number if number % 2 else people + number), f"Person {number}", "", stays=((start, end),))
        for number in range(attendees)
    )
    first = datetime(2026, 10, 1)  # noqa: DTZ001 - written with its zone below
    profiles = tuple(
        UserProfile(
            f"{number:024x}",
            _address(number),
            origin=_ORIGINS[number % 3],
            answers={"industry": f"Industry {number % 15}", "role": "Engineer", "howDidYouHear": "A colleague said so"},
            created=f"{(first + timedelta(seconds=number)).isoformat()}.000Z",
        )
        for number in range(people)
    )
    users = (User(_address(number), f"Person{number}", "Example", _address(number)) for number in range(people))
    return Account(
        rooms=(Room(ROOM, "Webinar", (Run(SESSION, start, end, host.id, came),), virtual_event_id=EVENT),),
        users=(host, *users),
        virtual_events=(VirtualEvent(EVENT, "Autumn"),),
        registrations=Registrations((App("65f0c1d2e3a4b5c6d7e8f901", EVENT, profiles=profiles),)),
    )


def _address(number: int) -> str:
    return f"person.number{number}@example.com"


def _write_list(file: Path, people: int) -> None:
    file.parent.mkdir(parents=True)
    rows = [("Email", "First name", "Last name", "Company", "Status", "Industry", "Source")]
    for number in range(people):
        name, company, trade = f"Person{number}", f"Company {number % 900}", f"Trade {number % 15}"
        rows.append((_address(number), name, "Example", company, "Registered", trade, _ORIGINS[number % 3]))
    if file.suffix == ".csv":
        with file.open("w", newline="") as out:
            csv.writer(out).writerows(rows)
        return
    from openpyxl import Workbook

    made = Workbook(write_only=True)
    sheet = made.create_sheet()
    for row in rows:
        sheet.append(row)
    made.save(file)


def _export_session(url: str, folder: str, kaltura: str) -> None:
    """Export the session once, with every document."""
    from debrief.orders import ExportOrder
    from debrief.pipeline.stages import run_export
    from debrief.wiring import connect

    opened = services(url, folder, "0", documents=True)
    registrations = f"{url}/registrations"  # the path of all three services at the stand-in
    settings = replace(
        opened.settings,
        registrations=True,
        registration_urls=(registrations,) * 3 if kaltura else (),
        registration_columns=(("answer", "Industry"),),
    )
    order = ExportOrder(SESSION, ROOM, START, END, mail=False)
    run_export(connect(settings, clock=lambda: END + timedelta(days=2)), order)


def _role(role: str, *rest: str) -> list[str]:
    return python("-m", "benchmarks.registrants", "--as", role, *rest)


_ROLES: dict[str, Callable[..., None]] = {"server": _serve, "export": _export_session}

if __name__ == "__main__":
    main()
