"""Interrupted sessions: found by their room's cue points, and collected as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from kaltura_over_http import T, at, client, connected, minutes_by_user, person, run, session_of_run

from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.session_data.collect import collect
from debrief.kaltura.session_data.summary_page import PageOptions
from debrief.kaltura.sessions.discovery import neighbours
from debrief.kaltura.sessions.interruptions import group_around
from debrief.metrics.definition import Facts
from debrief.metrics.summary import summarize
from debrief.model import Part, Session, SessionData
from kaltura_standin.account import Account, Room
from kaltura_standin.faults import Fault
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account

GAP = timedelta(minutes=30)
ONE = run("1_one", 0, 20, person("ann", (0, 20)), person("bob", (0, 8)), person("Unknown", (1, 5)))
TWO = run("1_two", 32, 50, person("ann", (32, 50)), person("cyd", (40, 50)), person("Unknown", (33, 35)))
NEXT = run("1_next", 85, 110, person("dan", (85, 110)))
MAIN = Room("1_main", "Main, room", (ONE, TWO, NEXT))
SIDES = (
    run("1_side1", 5, 15, person("bob", (5, 15))),
    run("1_gap", 22, 30, person("eve", (22, 30))),
    run("1_side2", 35, 45, person("cyd", (35, 45)), person("fay", (35, 40))),
    run("1_late", 90, 100, person("dan", (90, 100))),
)
ROOMS = (MAIN, Room("1_brk", "Side", SIDES, parent="1_main"))
ACCOUNT = Account(rooms=ROOMS)


def joint(*runs: object, room: Room = MAIN) -> Session:
    """The joint session of these runs."""
    sessions = [session_of_run(room, one) for one in runs]  # type: ignore[arg-type]
    parts = tuple(Part(one.cue_point_id, one.start, one.end) for one in sessions)
    return Session(f"joint-{parts[0].cue_point_id}", room.id, parts[0].start, parts[-1].end, parts=parts)


def collected(account: Account, session: Session) -> SessionData:
    with connected(account) as line:
        return collect(line.kaltura, session)


def test_a_joint_session_has_the_rows_of_all_its_parts_and_of_nothing_else() -> None:
    data = collected(ACCOUNT, joint(ONE, TWO))
    assert minutes_by_user(list(data.attendees)) == pytest.approx({"ann": 38, "bob": 8, "cyd": 10, "Unknown": 6})
    assert {row.cue_point_id for row in data.attendees} == {"1_one", "1_two"}
    assert [row.cue_point_id for row in data.rooms] == ["1_one", "1_two", "1_side1", "1_side2"]
    assert (data.session.cue_point_id, data.session.entry_name) == ("joint-1_one", "Main, room")
    assert (data.session.start, data.session.end) == (at(T), at(T + 50 * 60))


def test_breakouts_count_when_they_overlap_a_part_and_not_when_they_fill_the_gap() -> None:
    data = collected(ACCOUNT, joint(ONE, TWO))
    assert [row.cue_point_id for row in data.breakouts] == ["1_side1", "1_side2"]
    assert minutes_by_user(list(data.breakout_attendees)) == pytest.approx({"bob": 10, "cyd": 10, "fay": 5})


def test_rows_of_a_session_between_the_parts_are_left_out() -> None:
    data = collected(ACCOUNT, joint(ONE, NEXT))
    assert {row.cue_point_id for row in data.attendees} == {"1_one", "1_next"}
    assert [row.cue_point_id for row in data.breakouts] == ["1_late", "1_side1"]


def test_it_asks_once_over_the_whole_span() -> None:
    with connected(ACCOUNT) as line:
        collect(line.kaltura, joint(ONE, TWO))
        asked = [str(one.params["params"]) for one in line.standin.requests if "params" in one.params]
    assert len(asked) == 4  # 6002, 6000, 6001, and 6001 of the breakouts
    assert "cue_point_ids=1_one,1_two" in asked[2]
    assert not any("joint-" in params for params in asked)


@pytest.mark.parametrize("widest", [1.0, 2.0])
def test_in_parts_by_time_it_is_the_same(widest: float) -> None:
    whole = collected(ACCOUNT, joint(ONE, TWO))
    split = collected(replace(ACCOUNT, druid_max_window_hours=widest), joint(ONE, TWO))
    assert minutes_by_user(list(split.attendees)) == pytest.approx(minutes_by_user(list(whole.attendees)))
    assert len(split.attendees) == len(whole.attendees)


def test_a_part_that_nobody_attended_takes_nothing_away() -> None:
    rooms = (replace(MAIN, runs=(replace(ONE, attendances=()), TWO)),)
    data = collected(Account(rooms=rooms), joint(replace(ONE, attendances=()), TWO))
    assert [row.cue_point_id for row in data.rooms] == ["1_two"]
    assert (data.session.host_user_id, data.session.start) == ("host", at(T))


def test_people_of_several_parts_are_one_line_each_in_the_summary() -> None:
    found = summarize(Facts(collected(ACCOUNT, joint(ONE, TWO))), attendee_limit=100)
    people = {row["user_id"]: row["minutes"] for row in found.sections["attendees"]["rows"] if row["user_id"] == "ann"}
    assert people == pytest.approx({"ann": 38})


def test_its_own_parts_are_no_neighbours_and_another_session_in_the_hour_is_one() -> None:
    with connected(ACCOUNT) as line:
        assert neighbours(line.kaltura, session_of_run(MAIN, ONE)).in_its_hours
        assert not neighbours(line.kaltura, joint(ONE, TWO)).in_its_hours
        assert neighbours(line.kaltura, joint(ONE, NEXT)).in_its_hours


def test_the_interrupted_briefing_of_the_sample_account_is_one_page_over_both_halves() -> None:
    with connected(sample_account()) as line:
        room = next(room for room in line.standin.account.rooms if room.id == "1_br1ef1ng")
        data = collect(line.kaltura, joint(*room.runs[:2], room=room), PageOptions(SAMPLE_NOW, 5))
    assert data.page is not None
    assert not data.page.is_shared
    assert (data.page.start, data.page.end) == (at(room.runs[0].start), at(room.runs[1].end))
    minutes = [row["position"] for row in data.page.rows("60004-getTable")]
    assert len(minutes) == 66
    assert "SHARED_HOUR" not in {one.code for one in data.findings}
    assert {row["user_id"] for row in data.page.rows("60010-getTable")} >= {
        row.user_id for row in data.attendees if row.user_id
    }


def ids(chain: list[Session]) -> list[str]:
    return [one.cue_point_id for one in chain]


def around(kaltura: Kaltura, cue_point_id: str, room: Room = MAIN) -> list[str]:
    (one,) = [one for one in room.runs if one.id == cue_point_id]
    return ids(group_around(kaltura, session_of_run(room, one), GAP))


def test_every_link_finds_the_same_chain_in_one_call() -> None:
    with connected(ACCOUNT) as line:
        assert around(line.kaltura, "1_one") == around(line.kaltura, "1_two") == ["1_one", "1_two"]
        assert around(line.kaltura, "1_next") == ["1_next"]
        assert line.asked("list") == 3


def test_a_room_that_is_open_again_is_part_of_the_chain() -> None:
    with connected(replace(ACCOUNT, now=at(T + 35 * 60))) as line:
        chain = group_around(line.kaltura, session_of_run(MAIN, ONE), GAP)
    assert [(one.cue_point_id, one.is_open) for one in chain] == [("1_one", False), ("1_two", True)]


def test_the_room_keeps_the_name_that_the_session_had_and_gets_the_times_that_kaltura_has() -> None:
    with connected(ACCOUNT) as line:
        stale = Session("1_one", "1_main", at(T), at(T + 60), entry_name="Main")
        chain = group_around(line.kaltura, stale, GAP)
    assert [(one.end, one.entry_name) for one in chain] == [(at(T + 1200), "Main"), (at(T + 3000), "Main")]


def test_a_chain_of_days_is_found_whole_from_its_middle_and_both_ends() -> None:
    runs = tuple(run(f"1_c{n:03}", n * 60, n * 60 + 45) for n in range(100))
    room = Room("1_long", "Never empty", (*runs, run("1_apart", 100 * 60 + 30, 100 * 60 + 40)))
    with connected(Account(rooms=(room,))) as line:
        expected = [one.id for one in runs]
        for cue_point_id in ("1_c000", "1_c050", "1_c099"):
            assert around(line.kaltura, cue_point_id, room) == expected
        assert line.asked("list") <= 15


def test_a_room_that_was_never_empty_is_not_searched_for_ever() -> None:
    runs = tuple(run(f"1_c{n:04}", n * 24 * 60, (n + 1) * 24 * 60) for n in range(400))
    room = Room("1_long", "Never empty", runs)
    with connected(Account(rooms=(room,))) as line:
        assert len(around(line.kaltura, "1_c0200", room)) > 100
        assert line.asked("list") <= 10


@pytest.mark.parametrize("code", ["SERVICE_FORBIDDEN", "SERVICE_DOES_NOT_EXISTS"])
def test_where_cue_points_may_not_be_listed_a_session_is_by_itself(code: str) -> None:
    with connected(ACCOUNT) as line:
        line.standin.faults.add(Fault("api_error", times=None, service="cuepoint_cuepoint", code=code))
        assert around(line.kaltura, "1_one") == ["1_one"]


def test_a_session_that_its_room_does_not_list_any_more_is_by_itself() -> None:
    with connected(Account()) as line:
        assert around(line.kaltura, "1_one") == ["1_one"]


def test_a_breakout_is_by_itself_and_nothing_is_asked() -> None:
    side = replace(session_of_run(ROOMS[1], SIDES[0]), parent_entry_id="1_main")
    with connected(ACCOUNT) as line:
        assert group_around(line.kaltura, side, GAP) == [side]
        assert not line.standin.requests


def test_two_clients_find_the_chain_of_the_sample_account() -> None:
    with connected(sample_account()) as line:
        room = next(room for room in line.standin.account.rooms if room.id == "1_br1ef1ng")
        assert around(client(line.standin), "1_brfcue02", room) == ["1_brfcue01", "1_brfcue02"]
