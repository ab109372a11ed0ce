"""Which archived sessions of a room a report compares with: one rule for page, email and lists."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.orders import ExportOrder
from debrief.pipeline.session.earlier_sessions import MOST_CANDIDATES, SESSIONS
from debrief.pipeline.session.interrupted import MOST_PARTS
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.session_records import export_order_of
from kaltura_standin.account import Account, Attendance, Room, Run
from support.world import World, seconds, world

FIRST = datetime.fromisoformat("2026-10-12T09:00:00+00:00")
DAY = timedelta(days=1)
ROOM, HOST = "1_room0001", "host@example.com"
QUICK: dict[str, object] = {"pdf": False, "html": False, "portal_url": ""}


def run(number: int, minutes: float, people: Sequence[str], host: str = HOST) -> Run:
    start = FIRST + number * DAY
    whole = (seconds(start), seconds(start + timedelta(minutes=minutes)))
    there = tuple(Attendance(one, one.title(), f"{one}@example.org", stays=(whole,)) for one in (host, *people))
    return Run(f"1_cue{number:05d}", *whole, host, there)


def room(*runs: Run) -> Account:
    return Account(rooms=(Room(ROOM, "Daily", runs),))


def export(place: World, *runs: Run, **changes: object) -> None:
    for one in runs:
        start, end = (datetime.fromtimestamp(at, FIRST.tzinfo) for at in (one.start, one.end))
        with place.services(**QUICK | changes) as services:
            run_export(services, ExportOrder(one.id, ROOM, start, end, mail=False))


def compared_with(tmp_path: Path, *runs: Run, **changes: object) -> list[str]:
    """The sessions that the last of these is compared with, by page and email; by the lists too."""
    with world(tmp_path, room(*runs), FIRST + (len(runs) + 2) * DAY) as place:
        export(place, *runs, **changes)
        return read(place, runs[-1])


def read(place: World, one: Run) -> list[str]:
    start = datetime.fromtimestamp(one.start, FIRST.tzinfo)
    sections: dict[str, Any] = json.loads(place.read(f"reports/date={start:%Y-%m-%d}/session={one.id}/summary.json"))[
        "sections"
    ]
    assert sections["segments"]["sessions"] == sections["earlier"]["sessions"]
    return [session["cue_point_id"] for session in sections["earlier"]["sessions"]]


def test_a_rehearsal_of_staff_alone_is_no_earlier_session(tmp_path: Path) -> None:
    runs = [run(0, 60, ["ann"]), run(1, 60, ["colleague"]), run(2, 60, []), run(3, 60, ["ann"])]
    assert compared_with(tmp_path, *runs, staff=("colleague",)) == ["1_cue00000"]


def test_nor_is_one_of_another_host_alone(tmp_path: Path) -> None:
    runs = [run(0, 60, ["ann"]), run(1, 60, [], host="other"), run(2, 60, ["ann", "other"])]
    assert compared_with(tmp_path, *runs) == ["1_cue00000"]


@pytest.mark.parametrize(("minutes", "is_like"), [(28, False), (30, True), (120, True), (123, False)])
def test_an_earlier_session_lasted_between_half_and_double_as_long(
    tmp_path: Path, minutes: float, is_like: bool
) -> None:
    runs = [run(0, minutes, ["ann"]), run(1, 60, ["ann"])]
    assert compared_with(tmp_path, *runs) == ["1_cue00000"] * is_like


def test_at_most_five_are_looked_back_for_past_those_that_do_not_fit(tmp_path: Path) -> None:
    runs = [*(run(number, 60, ["ann"]) for number in range(6)), *(run(number, 5, ["ann"]) for number in range(6, 20))]
    last = run(20, 60, ["ann"])
    assert compared_with(tmp_path, *runs, last) == [f"1_cue{number:05d}" for number in (5, 4, 3, 2, 1)]
    assert SESSIONS == 5


def test_how_far_is_looked_back_is_limited(tmp_path: Path) -> None:
    first, last = run(0, 60, ["ann"]), run(MOST_CANDIDATES + 2, 60, ["ann"])
    between = [run(number, 2, ["ann"]) for number in range(1, MOST_CANDIDATES + 1)]
    with world(tmp_path, room(first, *between, last), FIRST + 60 * DAY) as place:
        export(place, first, last)
        assert read(place, last) == []


def test_a_session_that_no_list_can_be_read_of_is_not_compared_with(tmp_path: Path) -> None:
    """Without the list it is unknown whether anybody except staff came."""
    runs = [run(0, 60, ["ann"]), run(1, 60, ["ann"]), run(2, 60, ["ann"])]
    with world(tmp_path, room(*runs), FIRST + 5 * DAY) as place:
        export(place, *runs[:2])
        (place.root / "archive/attendees/date=2026-10-13/session=1_cue00001/attendees.csv").unlink()
        export(place, runs[2])
        assert read(place, runs[2]) == ["1_cue00000"]


def test_a_stretch_of_an_interrupted_session_is_not_compared_with_the_stretch_before_it(tmp_path: Path) -> None:
    """One of more parts than a report takes is cut."""
    first, last = run(0, 40, ["ann"]), run(1, 30, ["ann"])
    parts = [_part(last, number) for number in range(MOST_PARTS)]
    with world(tmp_path, room(first, *parts, last), FIRST + 5 * DAY) as place:
        export(place, first, parts[0], parts[1], last)
        with place.services(**QUICK) as services:
            stretch = services.ledger.session(f"joint-{parts[0].id}")
            assert stretch
            assert len(stretch.parts) == MOST_PARTS
            for part in stretch.parts:
                record = SessionRecord(part.cue_point_id, ROOM, part.start, part.end)
                record = services.ledger.session(part.cue_point_id) or record
                services.ledger.save(replace(record, merged_id=stretch.cue_point_id))
            run_export(services, export_order_of(stretch, mail=False))
        export(place, last)
        assert read(place, last) == [first.id]


def _part(last: Run, number: int) -> Run:
    """One of many minutes before a session, half of it in use."""
    start = last.start - (MOST_PARTS - number + 5) * 60
    whole = (start, start + 30)
    return Run(f"1_part{number:05d}", *whole, HOST, (Attendance("ann", "Ann", "", stays=(whole,)),))
