"""Which sessions exist: none lost, none twice, breakouts with their main room."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from kaltura_over_http import T, at, connected, person, run

from debrief.errors import ReportChanged, UnknownSession
from debrief.kaltura.sessions.discovery import discover, find_sessions, sessions_of_rooms
from debrief.model import Session
from kaltura_standin.account import Account, Room, Run
from kaltura_standin.faults import Fault
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account

DAY = timedelta(days=1)
SINCE, UNTIL = at(T) - timedelta(hours=24), at(T) + timedelta(hours=24)


def ids(sessions: list[Session]) -> list[str]:
    return [session.cue_point_id for session in sessions]


def discovered(
    account: Account, since: datetime = SINCE, until: datetime = UNTIL, **options: list[str]
) -> list[Session]:
    with connected(account) as line:
        return discover(line.kaltura, since, until, **options)


def test_the_sample_account_of_two_days_is_listed_by_end_with_one_open_and_one_that_nobody_attended() -> None:
    found = discovered(sample_account(), SAMPLE_NOW - 2 * DAY, SAMPLE_NOW)
    times = {"1_clncue02": "open"}
    assert ids(found) == [
        "1_brfcue01",
        "1_brfcue02",
        "1_allcue01",
        "1_cdycue02",
        "1_drlcue01",
        "1_wrkcue01",
        "1_clncue01",
        "1_wbncue01",
        "1_onbcue02",
        "1_temcue01",
        "1_clncue02",
        "1_brfcue03",
    ]
    assert {one.cue_point_id: "open" for one in found if one.is_open} == times
    assert ids([one for one in found if not one.has_figures]) == ["1_clncue01"]
    assert [one.entry_name for one in found if not one.has_figures] == ["Customer clinic"]


@pytest.mark.parametrize("cap", [2, 3, 5])
def test_discovery_through_answers_cut_at_the_cap_finds_the_same(cap: int) -> None:
    rooms = tuple(
        Room(f"1_r{n}", f"R{n}", (run(f"1_c{n}", 60 * n, 60 * n + 30, person("x", (60 * n, 60 * n + 30))),))
        for n in range(9)
    )
    with connected(Account(rooms=rooms, row_cap=cap), report_row_limit=cap) as line:
        assert ids(discover(line.kaltura, SINCE, UNTIL)) == [f"1_c{n}" for n in range(9)]


def test_discovery_through_answers_for_short_times_finds_the_same() -> None:
    account = sample_account()
    since = SAMPLE_NOW - 2 * DAY
    assert discovered(replace(account, druid_max_window_hours=12), since, SAMPLE_NOW) == discovered(
        account, since, SAMPLE_NOW
    )


def test_sessions_are_selected_by_their_end_from_since_to_before_until() -> None:
    account = Account(rooms=(Room("1_a", "A", (run("1_c", 0, 60, person("x", (0, 60))),)),))
    end = at(T + 3600)
    second = timedelta(seconds=1)
    assert ids(discovered(account, end, end + second)) == ["1_c"]
    assert discovered(account, end + second, end + DAY) == []
    assert discovered(account, end - DAY, end) == []


def test_a_room_left_open_for_hours_after_the_last_person_went_is_found() -> None:
    account = Account(rooms=(Room("1_a", "A", (run("1_c", 0, 20 * 60, person("x", (0, 60))),)),))
    end = at(T + 20 * 3600)
    assert ids(discovered(account, end - timedelta(minutes=15), end + timedelta(minutes=1))) == ["1_c"]


MAIN = Room("1_main", "Main", (run("1_m", 0, 60, person("x", (0, 60))),))


@pytest.mark.parametrize("times", [(0, 60), (10, 20), (50, 70), (59, 60), (10, 10)])
def test_a_breakout_during_its_main_rooms_session_is_no_session_of_its_own(times: tuple[int, int]) -> None:
    side = Room("1_b", "B", (run("1_s", *times, person("y", (times[0], times[1] + 1))),), parent="1_main")
    assert ids(discovered(Account(rooms=(MAIN, side)))) == ["1_m"]


@pytest.mark.parametrize("times", [(60, 70), (90, 120)])
def test_a_breakout_at_another_time_than_any_session_of_its_main_room_is_kept(times: tuple[int, int]) -> None:
    side = Room("1_b", "B", (run("1_s", *times, person("y", times)),), parent="1_main")
    found = discovered(Account(rooms=(MAIN, side)))
    assert ids(found) == ["1_m", "1_s"]
    assert found[1].parent_entry_id == "1_main"


def test_a_breakout_whose_main_room_is_unknown_is_kept() -> None:
    side = Room("1_b", "B", (run("1_s", 0, 9, person("y", (0, 9))),), parent="1_gone")
    assert ids(discovered(Account(rooms=(side,)))) == ["1_s"]


def test_a_breakout_whose_main_room_nobody_entered_belongs_to_that_rooms_session() -> None:
    rooms = (
        Room("1_main", "Main", (run("1_m", 0, 60),)),
        Room("1_b", "B", (run("1_s", 5, 50, person("y", (5, 50))),), parent="1_main"),
    )
    found = discovered(Account(rooms=rooms))
    assert [(one.cue_point_id, one.has_figures) for one in found] == [("1_m", False)]


def test_a_breakout_during_a_session_still_open_waits_for_it_and_one_before_it_does_not() -> None:
    going_on = run("1_m", 120, 300, person("x", (120, 130)))
    sides = (run("1_before", 0, 60, person("y", (0, 60))), run("1_during", 130, 140, person("y", (130, 140))))
    rooms = (Room("1_main", "Main", (going_on,)), Room("1_b", "B", sides, parent="1_main"))
    found = discovered(Account(rooms=rooms, now=at(T + 200 * 60)))
    assert [(one.cue_point_id, one.is_open) for one in found] == [("1_before", False), ("1_m", True)]


def test_a_session_is_its_main_rooms_even_if_a_breakout_carries_its_id() -> None:
    side = Room("1_b", "B", (run("1_m", 5, 50, person("y", (5, 50))),), parent="1_main")
    for rooms in ((MAIN, side), (side, MAIN)):
        (found,) = discovered(Account(rooms=rooms))
        assert (found.entry_id, found.parent_entry_id) == ("1_main", None)


def test_rooms_asked_for_are_the_only_ones_and_keep_their_names() -> None:
    account = sample_account()
    found = discovered(account, SAMPLE_NOW - 2 * DAY, SAMPLE_NOW, rooms=["1_wrkshp01", "1_cl1n1c01"])
    assert [(one.cue_point_id, one.entry_name) for one in found] == [
        ("1_wrkcue01", "Calibration workshop: ship, shore & lab"),
        ("1_clncue01", "Customer clinic"),
        ("1_clncue02", "Customer clinic"),
    ]


def test_a_breakout_room_asked_for_by_itself_is_given() -> None:
    found = discovered(sample_account(), SAMPLE_NOW - 2 * DAY, SAMPLE_NOW, rooms=["1_brk00001"])
    assert ids(found) == ["1_brkcue01"]


def test_events_asked_for_are_the_only_ones() -> None:
    rooms = (replace(MAIN, virtual_event_id="77"), Room("1_z", "Z", (run("1_y", 0, 9, person("x", (0, 9))),)))
    assert ids(discovered(Account(rooms=rooms), events=["77"])) == ["1_m"]


def test_a_row_that_cannot_be_read_hides_no_other_session_and_its_room_is_asked_for_cue_points(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rooms = (MAIN, Room("1_odd", "Odd", (run("1_o", 0, 30, person("x", (0, 30))),)))
    with connected(Account(rooms=rooms)) as line:
        body = line.kaltura.csv(6000, {"from_date": str(T), "to_date": str(T + 7200)})
        odd = next(row for row in body.splitlines() if row.startswith(b"1_odd"))
        bad = body.replace(odd, odd.replace(b",%d," % T, b",soon,"))
        line.kaltura.csv = lambda *_: bad  # type: ignore[method-assign]
        assert ids(discover(line.kaltura, SINCE, UNTIL)) == ["1_o", "1_m"]
    assert "1 rows of report 6000" in caplog.text


def test_no_row_that_can_be_read_is_a_changed_report() -> None:
    with connected(Account(rooms=(MAIN,))) as line:
        body = line.kaltura.csv(6000, {"from_date": str(T), "to_date": str(T + 7200)})
        line.kaltura.csv = lambda *_: body.replace(b",%d," % T, b",soon,")  # type: ignore[method-assign]
        with pytest.raises(ReportChanged):
            discover(line.kaltura, SINCE, UNTIL)


def test_without_the_right_to_list_cue_points_the_attended_sessions_are_found_and_it_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    with connected(sample_account()) as line:
        line.standin.faults.add(Fault("api_error", times=None, service="cuepoint_cuepoint", code="SERVICE_FORBIDDEN"))
        found = discover(line.kaltura, SAMPLE_NOW - 2 * DAY, SAMPLE_NOW)
    assert len(found) == 11
    assert "without attendees are not found" in caplog.text


def test_a_quiet_account_has_no_sessions_and_is_asked_for_no_cue_points() -> None:
    with connected(Account()) as line:
        assert discover(line.kaltura, SINCE, UNTIL) == []
        assert line.asked("list", "cuepoint_cuepoint") == 0


@pytest.mark.parametrize("static_header", [True, False])
def test_an_empty_report_may_come_without_column_names(static_header: bool) -> None:
    assert discovered(Account(static_header=static_header)) == []


def many(count: int, *, apart: int = 60) -> Account:
    """A room with so many sessions that nobody attended, and one that somebody did."""
    runs = tuple(Run(f"1_n{n:04}", T + n * apart, T + n * apart + 30) for n in range(count))
    return Account(rooms=(Room("1_a", "A", (*runs, run("1_last", 0, 9, person("x", (0, 9))))),))


@pytest.mark.parametrize(("count", "apart"), [(498, 60), (499, 60), (500, 60), (1200, 60), (1200, 0), (1200, 1)])
def test_cue_points_of_many_pages_are_all_found_once(count: int, apart: int) -> None:
    with connected(many(count, apart=apart)) as line:
        found = discover(line.kaltura, at(T - 1), at(T + count * 60 + 3600))
        assert len(ids(found)) == len(set(ids(found))) == count + 1
        pages = [
            int(request.params["pager"]["pageIndex"])
            for request in line.standin.requests
            if request.service == "cuepoint_cuepoint"
        ]
    assert apart == 0 or set(pages) == {1}


def test_all_sessions_of_a_room_are_listed_by_end() -> None:
    with connected(sample_account()) as line:
        assert ids(sessions_of_rooms(line.kaltura, ["1_onb0ard1"])) == ["1_onbcue01", "1_onbcue02"]
        assert sessions_of_rooms(line.kaltura, ["0_none"]) == []


def test_sessions_are_found_by_their_ids_in_the_order_asked_for() -> None:
    with connected(sample_account()) as line:
        found = find_sessions(line.kaltura, ["1_onbcue02", "1_clncue01"])
        assert ids(found) == ["1_onbcue02", "1_clncue01"]
        assert found[1].end == datetime(2026, 11, 18, 14, 15, tzinfo=UTC)
        with pytest.raises(UnknownSession, match="1_nothing"):
            find_sessions(line.kaltura, ["1_onbcue02", "1_nothing"])


def test_more_sessions_than_a_list_may_name_are_asked_for_in_pages() -> None:
    account = many(700)
    wanted = [f"1_n{n:04}" for n in range(700)]
    with connected(account) as line:
        assert ids(find_sessions(line.kaltura, wanted)) == wanted


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"id": "1_c"},
        {"id": "1_c", "entryId": "1_a"},
        {"id": "1_c", "entryId": "1_a", "startTime": "soon"},
        "1_c",
        None,
    ],
)
def test_a_cue_point_that_cannot_be_read_hides_no_other(broken: object) -> None:
    whole = {"id": "1_ok", "entryId": "1_a", "startTime": T * 1000, "endTime": T + 60, "createdAt": T}
    with connected(Account()) as line:
        line.kaltura.call = lambda *_: {"objects": [broken, whole]}  # type: ignore[method-assign]
        (found,) = sessions_of_rooms(line.kaltura, ["1_a"])
    assert (found.cue_point_id, found.start, found.end) == ("1_ok", at(T), at(T + 60))


@pytest.mark.parametrize("answer", [None, [], {}, {"objects": None}, "text"])
def test_a_list_without_objects_is_an_empty_one(answer: object) -> None:
    with connected(Account()) as line:
        line.kaltura.call = lambda *_: answer  # type: ignore[method-assign]
        assert sessions_of_rooms(line.kaltura, ["1_a"]) == []
