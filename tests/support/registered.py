"""A session with a list of registrations, and what its summary says of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from debrief.orders import ExportOrder
from debrief.pipeline.stages import run_export
from kaltura_standin.account import Account, Attendance, Room, Run
from support.world import World, seconds, world

START = datetime.fromisoformat("2026-10-12T09:00:00+00:00")
END = START + timedelta(minutes=60)
ROOM, SESSION, HOST = "1_room0001", "1_cue00001", "host@example.com"
FOLDER = f"reports/date=2026-10-12/session={SESSION}/"
HEAD = "First name,Last name,Email Address,Company,Status,Newsletter\n"
LIST = HEAD + (
    "Ann,Ames,ANN@example.org,Acme,Registered,yes\n"
    "Ann,Ames,ann@example.org,Acme,Registered,no\n"  # twice
    "Bea,Bell,bea@example.org,Birch,approved,\n"  # did not come
    "Cy,Cole,cy@example.org,Acme,Cancelled,\n"  # and came all the same
    "Dee,Dorn,dee@example.org,,Waitlisted,\n"
    "Hal,Host,host@example.com,,Registered,\n"  # staff
    "No,Address,,,Registered,\n"
)


def figures(summary: dict[str, Any]) -> dict[str, Any]:
    """The figures of registrations by key, without their prefix."""
    found = summary["metrics"].items()
    return {key.removeprefix("registered_"): one["value"] for key, one in found if "regist" in key or key == "walk_ins"}


@contextmanager
def held_session(tmp_path: Path) -> Iterator[World]:
    """A session with the host, Ann, Cy and Eve, two days later."""
    whole = (seconds(START), seconds(END))
    names = ("ann", "cy", "eve")
    who = [Attendance(f"id-{one}", one.title(), f"{one}@example.org", stays=(whole,)) for one in names]
    run = Run(SESSION, *whole, HOST, (Attendance(HOST, "Host", HOST, stays=(whole,)), *who))
    with world(tmp_path, Account(rooms=(Room(ROOM, "Weekly", (run,)),)), END + timedelta(days=2)) as place:
        yield place


def give(place: World, text: str, name: str = f"session={SESSION}") -> None:
    """Put a file into the archive."""
    file = place.root / "archive" / "registrations" / f"{name}.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def export(place: World) -> dict[str, Any]:
    """The summary of an export without email and documents."""
    with place.services(pdf=False, html=False, portal_url="", registrations=True) as services:
        run_export(services, ExportOrder(SESSION, ROOM, START, END, mail=False))
    found: dict[str, Any] = json.loads(place.read(FOLDER + "summary.json"))
    return found
