"""A room's first session is compared with the account's other sessions, if enough of them are comparable."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from debrief.documents.data.summary_json import from_json
from debrief.documents.view.comparison import changes, with_what
from debrief.orders import ExportOrder
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.session.account_sessions import LEAST, LOOK_BACK
from debrief.pipeline.stages import run_export
from kaltura_standin.account import Account, Attendance, Room, Run
from support.world import World, seconds, world

FIRST = datetime.fromisoformat("2026-10-12T09:00:00+00:00")
DAY = timedelta(days=1)
NEW = FIRST + 10 * DAY
QUICK: dict[str, object] = {"pdf": False, "html": False, "portal_url": ""}


def room(number: int, start: datetime, *, people: int = 4, minutes: float = 60) -> Room:
    whole = (seconds(start), seconds(start + timedelta(minutes=minutes)))
    short = (whole[0], whole[0] + round(minutes * 6))
    there = [
        Attendance(f"p{one}", f"P{one}", f"p{one}@example.org", stays=(short if one == 0 else whole,), engaged=0.5)
        for one in range(people)
    ]
    run = Run(f"1_cue{number:05d}", *whole, "p1", tuple(there))
    return Room(f"1_room{number:04d}", f"Room {number}", (run,))


def others(count: int, **different: Any) -> list[Room]:
    return [room(number, FIRST + number * DAY / 4, **different) for number in range(1, count + 1)]


def export(place: World, *rooms: Room) -> None:
    for one in rooms:
        run = one.runs[0]
        start, end = (datetime.fromtimestamp(at, FIRST.tzinfo) for at in (run.start, run.end))
        with place.services(**QUICK) as services:
            run_export(services, ExportOrder(run.id, one.id, start, end, mail=False))


def summary_of(place: World) -> bytes:
    return place.read(f"reports/date={NEW:%Y-%m-%d}/session=1_cue00000/summary.json")


def compared(tmp_path: Path, rooms: list[Room], at: datetime = NEW) -> dict[str, Any]:
    first = room(0, NEW)
    with world(tmp_path, Account(rooms=(*rooms, first)), max(at, NEW) + 3 * DAY) as place:
        export(place, *rooms, first)
        return json.loads(summary_of(place))["sections"]["earlier"]


def test_a_first_session_is_compared_with_five_others_by_shares_only(tmp_path: Path) -> None:
    section = compared(tmp_path, others(LEAST))
    assert section == {
        "sessions": [],
        "others": 5,
        "figures": {"present_75": pytest.approx(0.75), "engagement_rate": pytest.approx(0.5)},
        "instead": {},
    }


@pytest.mark.parametrize(
    "rooms",
    [
        others(LEAST - 1),
        others(LEAST, people=9),
        others(LEAST, minutes=125),
        [room(number, NEW + number * DAY / 8) for number in range(1, LEAST + 1)],
        [room(number, NEW - LOOK_BACK - number * DAY) for number in range(1, LEAST + 1)],
    ],
    ids=["too few", "larger", "longer", "later", "long ago"],
)
def test_others_that_are_not_comparable_do_not_count(tmp_path: Path, rooms: list[Room]) -> None:
    assert compared(tmp_path, rooms) == {"sessions": [], "figures": {}, "instead": {}}


def test_documents_name_the_others_and_compare_no_number_of_people(tmp_path: Path) -> None:
    first = room(0, NEW, people=5)
    with world(tmp_path, Account(rooms=(*others(7), first)), NEW + 3 * DAY) as place:
        export(place, *others(7), first)
        summary = from_json(summary_of(place))
    assert changes(summary) == {
        "present_75": "\N{BLACK UP-POINTING TRIANGLE} 5.0 points more than usual (75.0%)",
        "engagement_rate": "= the same as usual (50.0%)",
    }
    assert "is the mean of 7 other sessions of this account with a similar length" in with_what(
        summary, place.settings.zone
    )


def test_a_replay_and_a_later_check_keep_the_comparison(tmp_path: Path) -> None:
    first, more = room(0, NEW), room(6, FIRST + 2 * DAY, people=6)
    with world(tmp_path, Account(rooms=(*others(LEAST), first, more)), NEW + 3 * DAY) as place:
        export(place, *others(LEAST), first)
        before = summary_of(place)
        export(place, more)
        with place.services(**QUICK) as services:
            record = services.ledger.session("1_cue00000")
            assert record is not None
            assert replay(services, record).change == "same"
        export(place, first)
        assert summary_of(place) == before


def test_a_later_check_keeps_that_there_was_no_comparison(tmp_path: Path) -> None:
    first, rooms = room(0, NEW), others(LEAST)
    with world(tmp_path, Account(rooms=(*rooms, first)), NEW + 3 * DAY) as place:
        export(place, *rooms[1:], first)
        before = summary_of(place)
        export(place, rooms[0], first)
        assert summary_of(place) == before
