"""The lists for follow-up across the sessions of one room, from Kaltura to the archive."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from debrief.orders import ExportOrder
from debrief.pipeline.erasure.erase_person import erase, find_person
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.maintenance.verify import verify
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.revisions import Files, manifest_of
from debrief.pipeline.state.session_records import export_order_of
from debrief.segment import file_of
from kaltura_standin.account import Account, Attendance, Room, Run
from support.world import World, seconds, world

FIRST = datetime.fromisoformat("2026-10-12T09:00:00+00:00")
WEEK, LENGTH = timedelta(weeks=1), timedelta(minutes=60)
ROOM = "1_room0001"
QUICK: dict[str, object] = {"pdf": False, "html": False, "portal_url": ""}
HOST = "host@example.com"


def account(*crowds: Sequence[str], then: Sequence[str] = ()) -> Account:
    """A room with a session a week; with `then` the last one is interrupted and goes on for these people."""
    runs = [_run(number, FIRST + number * WEEK, people) for number, people in enumerate(crowds)]
    if then:
        runs.append(_run(len(crowds), FIRST + (len(crowds) - 1) * WEEK + LENGTH + timedelta(minutes=9), then))
    return Account(rooms=(Room(ROOM, "Weekly", tuple(runs)),))


def _run(number: int, start: datetime, people: Sequence[str]) -> Run:
    whole = (seconds(start), seconds(start + LENGTH))
    who = [Attendance(one, one.title(), f"{one}@example.org", stays=(whole,)) for one in people]
    return Run(f"1_cue{number:05d}", *whole, HOST, (Attendance(HOST, "Host", HOST, stays=(whole,)), *who))


def order(number: int) -> ExportOrder:
    start = FIRST + number * WEEK
    return ExportOrder(f"1_cue{number:05d}", ROOM, start, start + LENGTH, mail=False)


def folder(number: int) -> str:
    return f"reports/date={FIRST + number * WEEK:%Y-%m-%d}/session=1_cue{number:05d}/"


def export(place: World, *numbers: int, **changes: object) -> None:
    """Each in a process of its own."""
    for number in numbers:
        with place.services(**QUICK | changes) as services:
            run_export(services, order(number))


def section(place: World, where: str) -> dict[str, Any]:
    """The summary's section on lists."""
    found: dict[str, Any] = json.loads(place.read(where + "summary.json"))["sections"]["segments"]
    return found


def lists_in_summary(place: World, where: str) -> dict[str, Any]:
    """The rows of it by key."""
    return {row["key"]: row for row in section(place, where)["rows"]}


def listed(place: World, where: str, key: str) -> dict[str, str]:
    """Who is on a list, and why."""
    text = place.read(f"{where}follow-up/{key}.csv").decode("utf-8-sig")
    return {row["user_id"]: row["reason"] for row in csv.DictReader(io.StringIO(text))}


def revision(place: World, where: str) -> tuple[int, str]:
    manifest = json.loads(place.read(where + "manifest.json"))
    return manifest["revision"], manifest["state"]


@pytest.fixture
def weekly(tmp_path: Path) -> Iterator[World]:
    """Five sessions of one room, a day after the last of them."""
    crowds = (["ann", "bob"], ["ann", "cy"], ["ann", "bob"], ["bob"], ["ann", "dan"])
    with world(tmp_path, account(*crowds), FIRST + 4 * WEEK + timedelta(days=2)) as place:
        yield place


def test_lists_know_the_rooms_archived_sessions(weekly: World) -> None:
    export(weekly, 0, 1, 2, 3, 4)
    last = folder(4)
    assert listed(weekly, last, "first-time") == {"dan": "not in any of the last 4 sessions"}
    assert listed(weekly, last, "came-back") == {"ann": "in 3 of the last 4 sessions (the latest on 2026-10-26)"}
    assert listed(weekly, last, "used-to-come") == {
        "bob": "in 2 of the last 3 sessions (the latest on 2026-11-02) and not in this one"
    }
    assert "first-time" not in {key for key, row in lists_in_summary(weekly, folder(0)).items() if "file" in row}


def test_an_archive_of_version_1_0_is_read_as_it_is_until_its_lists_are_written_again(weekly: World) -> None:
    export(weekly, 0, 1, 2, 3, 4)
    place = weekly.root / "archive" / folder(4)
    manifest = place / "manifest.json"
    manifest.write_text(manifest.read_text().replace("/follow-up/", "/follow-up-"))
    for path in place.glob("follow-up/*.csv"):
        path.rename(place / f"follow-up-{path.name}")
    with weekly.services(**QUICK) as services:
        record = services.ledger.session("1_cue00004")
        assert record is not None
        assert verify(services, record).differences == []
        listing = manifest_of(services, record.start, record.cue_point_id)
        assert listing is not None
        files = Files(services, listing)
        file = files.named(file_of("first-time"))
        assert file is not None
        assert b"dan" in files.read(file)
        replay(services, record)
    assert sorted(path.name for path in place.glob("follow-up-*")) == []
    assert listed(weekly, folder(4), "first-time") == {"dan": "not in any of the last 4 sessions"}


def test_every_list_is_vouched_for_and_none_names_staff_or_is_in_the_summary(weekly: World) -> None:
    export(weekly, 0, 1, 2, 3, 4, staff=("dan",))
    manifest = json.loads(weekly.read(folder(4) + "manifest.json"))
    rows = {
        file["key"].removeprefix(folder(4)): file["rows"] for file in manifest["files"] if "follow-up" in file["key"]
    }
    assert rows == {file_of(key): row.get("people", 0) for key, row in lists_in_summary(weekly, folder(4)).items()}
    assert len(rows) == 7
    for key, row in lists_in_summary(weekly, folder(4)).items():
        if "file" in row:
            assert not {"dan", HOST} & set(listed(weekly, folder(4), key))
    assert "@" not in json.dumps(lists_in_summary(weekly, folder(4)))


def test_an_interrupted_session_is_one_earlier_session(tmp_path: Path) -> None:
    """Its rows stand in the tables of its parts."""
    built = account(["ann"], ["ann", "bob"], then=["ann", "cy"])
    later = Run("1_cue00009", *(seconds(FIRST + 2 * WEEK + part) for part in (timedelta(0), LENGTH)), HOST, ())
    (room,) = built.rooms
    people = tuple(Attendance(one, one, "", stays=((later.start, later.end),)) for one in ("ann", "bob", "cy", "new"))
    runs = (*room.runs, Run(later.id, later.start, later.end, HOST, people))
    built = Account(rooms=(Room(ROOM, "Weekly", runs),))
    with world(tmp_path, built, FIRST + 2 * WEEK + timedelta(days=2)) as place:
        export(place, 0, 1)
        start = FIRST + WEEK
        second = start + LENGTH + timedelta(minutes=9)
        with place.services(**QUICK) as services:
            run_export(services, ExportOrder("1_cue00002", ROOM, second, second + LENGTH, mail=False))
            joint = services.ledger.session("joint-1_cue00001")
            assert joint
            run_export(services, export_order_of(joint, mail=False))
            third = FIRST + 2 * WEEK
            run_export(services, ExportOrder(later.id, ROOM, third, third + LENGTH, mail=False))
        where = "reports/date=2026-10-26/session=1_cue00009/"
        assert listed(place, where, "came-back") == {
            "ann": "in 2 of the last 2 sessions (the latest on 2026-10-19)",
            "bob": "in 1 of the last 2 sessions (the latest on 2026-10-19)",
            "cy": "in 1 of the last 2 sessions (the latest on 2026-10-19)",
        }
        assert list(listed(place, where, "first-time")) == ["new"]
        together = "reports/date=2026-10-19/session=joint-1_cue00001/"
        assert set(listed(place, together, "came-back")) == {"ann"}
        assert set(listed(place, together, "first-time")) == {"bob", "cy"}
        assert section(place, together)["people"] == 3


@pytest.mark.parametrize("damage", [b"half a table", None])
def test_an_earlier_list_that_cannot_be_read_holds_no_report_back(weekly: World, damage: bytes | None) -> None:
    export(weekly, 2, 3)
    path = weekly.root / "archive/attendees/date=2026-11-02/session=1_cue00003/attendees.csv"
    path.unlink() if damage is None else path.write_bytes(damage)
    export(weekly, 4)
    assert listed(weekly, folder(4), "came-back") == {"ann": "in the last session (on 2026-10-26)"}
    assert "unavailable" in lists_in_summary(weekly, folder(4))["used-to-come"]


def test_a_damaged_manifest_of_an_earlier_session_holds_no_report_back(weekly: World) -> None:
    export(weekly, 3)
    (weekly.root / "archive" / folder(3) / "manifest.json").write_bytes(b"{")
    export(weekly, 4)
    assert "no earlier session" in lists_in_summary(weekly, folder(4))["first-time"]["unavailable"]


def test_an_earlier_session_archived_later_changes_no_final_report_until_it_is_exported_again(weekly: World) -> None:
    export(weekly, 3, 4)
    before = {key: digest for key, digest in weekly.archived().items() if folder(4) in key}
    export(weekly, 2)
    assert {key: digest for key, digest in weekly.archived().items() if folder(4) in key} == before
    export(weekly, 4)
    assert revision(weekly, folder(4)) == (2, "final")
    export(weekly, 4)
    assert revision(weekly, folder(4)) == (2, "final")


def test_a_list_that_changes_alone_makes_a_new_revision(weekly: World) -> None:
    """The figures are the same, but somebody else usually comes."""
    export(weekly, 2, 3, 4)
    assert list(listed(weekly, folder(4), "used-to-come")) == ["bob"]
    counts = lists_in_summary(weekly, folder(4))
    (room,) = weekly.kaltura.account.rooms
    (other,) = account([], [], ["ann", "eve"], ["eve"]).rooms
    weekly.kaltura.account = Account(rooms=(Room(ROOM, "Weekly", (*other.runs, room.runs[4])),))
    export(weekly, 2, 3, 4)
    assert lists_in_summary(weekly, folder(4)) == counts
    assert list(listed(weekly, folder(4), "used-to-come")) == ["eve"]
    assert revision(weekly, folder(4)) == (2, "final")


@pytest.mark.parametrize(("numbers", "is_known"), [((1, 2, 3, 4), True), ((2, 3, 4), False)])
def test_nobody_stays_on_a_list_that_is_empty_now_or_not_known_any_more(
    weekly: World, numbers: tuple[int, ...], is_known: bool
) -> None:
    export(weekly, *numbers)
    assert list(listed(weekly, folder(4), "used-to-come")) == ["bob"]
    export(weekly, 4, staff=("b*",))
    assert listed(weekly, folder(4), "used-to-come") == {}
    assert ("unavailable" not in lists_in_summary(weekly, folder(4))["used-to-come"]) is is_known


def test_a_replay_makes_the_same_lists_byte_for_byte(weekly: World) -> None:
    export(weekly, 0, 1, 2, 3, 4)
    before = weekly.archived()
    with weekly.services(**QUICK) as services:
        for number in range(5):
            record = services.ledger.session(f"1_cue{number:05d}")
            assert record
            assert replay(services, record).change == "same"
    assert weekly.archived() == before


def test_the_parts_of_an_interrupted_session_are_not_each_others_past(tmp_path: Path) -> None:
    with world(tmp_path, account(["ann"], then=["ann"]), FIRST + timedelta(days=2)) as place:
        second = FIRST + LENGTH + timedelta(minutes=9)
        export(place, 0)
        with place.services(**QUICK) as services:
            run_export(services, ExportOrder("1_cue00001", ROOM, second, second + LENGTH, mail=False))
        where = "reports/date=2026-10-12/session=1_cue00001/"
        assert "no earlier session" in lists_in_summary(place, where)["first-time"]["unavailable"]


def test_nor_are_they_when_the_export_of_the_first_was_killed_before_it_was_noted(tmp_path: Path) -> None:
    with world(tmp_path, account(["ann"], then=["ann"]), FIRST + timedelta(days=2)) as place:
        export(place, 0)
        second = FIRST + LENGTH + timedelta(minutes=9)
        with place.services(**QUICK) as services:
            record = services.ledger.session("1_cue00000")
            assert record
            services.ledger.save(replace(record, merged_id="", revision=0, state="waiting"))
            run_export(services, ExportOrder("1_cue00001", ROOM, second, second + LENGTH, mail=False))
        where = "reports/date=2026-10-12/session=1_cue00001/"
        assert "no earlier session" in lists_in_summary(place, where)["first-time"]["unavailable"]


def test_an_erased_person_is_on_no_list_of_a_session_that_they_stayed_away_from(weekly: World) -> None:
    export(weekly, 2, 3, 4, link_key="k" * 32)
    assert b"bob@example.org" in weekly.read(folder(4) + "follow-up/used-to-come.csv")
    with weekly.services(**QUICK | {"link_key": "k" * 32}) as services:
        erase(services, find_person(services, "bob@example.org"), None)
    left = [key for key in weekly.archived() if re.search(rb"\bbob\b", weekly.read(key), re.IGNORECASE)]
    assert left == []
    export(weekly, 4, link_key="k" * 32)
    assert b"bob" not in weekly.read(folder(4) + "follow-up/used-to-come.csv")
