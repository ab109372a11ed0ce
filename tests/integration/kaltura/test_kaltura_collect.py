"""Everything of one session, and nothing of any other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from kaltura_over_http import (
    Line,
    at,
    client,
    connected,
    minutes_by_user,
    person,
    presence,
    run,
    session_of_run,
)

from debrief.env import AdminSecret
from debrief.errors import ReportTooLarge
from debrief.kaltura.session_data.collect import collect
from debrief.kaltura.sessions.discovery import discover
from debrief.model import RawAnswer, RoomRow, Session, SessionData
from kaltura_standin.account import Account, Room, Run, User
from kaltura_standin.faults import Fault
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account


@pytest.fixture(scope="module")
def sample() -> Iterator[Line]:
    with connected(sample_account()) as line:
        yield line


def ended(account: Account) -> list[tuple[Room, Run]]:
    return [(room, run) for room, run in account.sessions() if run.end > run.start]


def collected(account: Account, session: Session, **changes: Any) -> SessionData:
    with connected(account, **changes) as line:
        return collect(line.kaltura, session)


def session_in(account: Account, cue_point_id: str) -> Session:
    return next(session_of_run(room, run) for room, run in account.sessions() if run.id == cue_point_id)


def test_every_session_of_the_sample_account_has_exactly_its_people_and_their_minutes(sample: Line) -> None:
    for room, one in ended(sample.standin.account):
        data = collect(sample.kaltura, session_of_run(room, one))
        assert minutes_by_user(list(data.attendees)) == pytest.approx(presence(one)), one.id
        assert {(row.entry_id, row.cue_point_id) for row in data.attendees} <= {(room.id, one.id)}
        assert sum(row.user_id == "" for row in data.attendees) == sum(who.user_id == "" for who in one.attendances)
        own_rows = [row for row in data.rooms if row.cue_point_id == one.id]
        assert len(own_rows) == bool(one.attendances)


def test_the_workshop_has_its_breakouts_and_the_one_who_was_only_there(sample: Line) -> None:
    account = sample.standin.account
    data = collect(sample.kaltura, session_in(account, "1_wrkcue01"))
    sides = [run for room, run in account.sessions() if room.parent == "1_wrkshp01"]
    assert sorted(row.cue_point_id for row in data.breakouts) == sorted(side.id for side in sides)
    expected = {user: minutes for side in sides for user, minutes in presence(side).items()}
    assert minutes_by_user(list(data.breakout_attendees)) == pytest.approx(expected)
    only_there = {row.user_id for row in data.breakout_attendees} - {row.user_id for row in data.attendees}
    assert len(only_there) == 1
    assert [row.parent_entry_id for row in data.rooms] == ["", *["1_wrkshp01"] * len(sides)]


def test_the_room_has_its_exact_name_and_the_host_an_address(sample: Line) -> None:
    data = collect(sample.kaltura, session_in(sample.standin.account, "1_brfcue01"))
    assert data.session.entry_name == "Partner briefing, EMEA"
    assert data.rooms[0].entry_name == "Partner briefing  EMEA"
    assert data.host is not None
    assert data.host.email.startswith("tomasz.")


def test_a_session_nobody_attended_has_no_rows_and_no_host_unless_it_is_given(sample: Line) -> None:
    data = collect(sample.kaltura, session_in(sample.standin.account, "1_clncue01"))
    assert (data.rooms, data.attendees, data.host) == ([], [], None)
    assert data.session.entry_name == "Customer clinic"


def test_the_same_session_twice_is_the_same_to_the_byte(sample: Line) -> None:
    session = session_in(sample.standin.account, "1_wrkcue01")
    assert collect(sample.kaltura, session) == collect(sample.kaltura, session)


def test_the_answers_are_kept_as_they_were_received(sample: Line) -> None:
    data = collect(sample.kaltura, session_in(sample.standin.account, "1_wrkcue01"))
    names = [raw.name for raw in data.raw if raw.name.endswith(".csv")]
    assert names == ["6000.csv", "6001.csv", "6001-breakouts.csv", "6002.csv"]
    assert all(raw.body.startswith(b"\xef\xbb\xbf") for raw in data.raw if raw.name.endswith(".csv"))


NEXT_DOOR = Account(
    rooms=(
        Room(
            "1_main",
            "Main",
            (
                run("1_one", 2, 20, person("ann", (2, 20)), person("bob", (2, 8))),
                run("1_two", 20, 50, person("ann", (20, 50)), person("", (25, 30))),
            ),
        ),
        Room(
            "1_brk",
            "Side",
            (run("1_side1", 5, 20, person("cy", (5, 20))), run("1_side2", 20, 40, person("cy", (22, 40)))),
            parent="1_main",
        ),
        Room("1_other", "Other", (run("1_else", 2, 50, person("ann", (2, 50)), person("dan", (2, 50))),)),
        Room("1_far", "Other's side", (run("1_away", 2, 50, person("eve", (2, 50))),), parent="1_other"),
    ),
)


@pytest.mark.parametrize(
    ("cue_point_id", "people", "breakout", "minutes"),
    [("1_one", {"ann": 18, "bob": 6}, "1_side1", 15), ("1_two", {"ann": 30, "": 5}, "1_side2", 18)],
)
@pytest.mark.parametrize("widest", [None, 1.0], ids=["whole", "in parts"])
def test_two_sessions_of_a_room_in_one_hour_stay_apart_and_so_do_their_uses_of_one_breakout(
    cue_point_id: str, people: dict[str, float], breakout: str, minutes: float, widest: float | None
) -> None:
    """The second starts when the first ends, and so does its breakout; the room's filter brings breakouts along."""
    account = replace(NEXT_DOOR, druid_max_window_hours=widest)
    data = collected(account, session_in(account, cue_point_id))
    assert minutes_by_user(list(data.attendees)) == pytest.approx(people)
    assert [row.cue_point_id for row in data.breakouts] == [breakout]
    assert minutes_by_user(list(data.breakout_attendees)) == pytest.approx({"cy": minutes})
    assert [(row.entry_id, row.cue_point_id) for row in data.rooms] == [("1_main", cue_point_id), ("1_brk", breakout)]


def test_a_session_of_many_hours_loses_nobody_at_its_edges() -> None:
    account = Account(
        rooms=(Room("1_a", "A", (run("1_long", 59, 599, person("x", (59, 60)), person("y", (598, 599))),)),)
    )
    data = collected(account, session_in(account, "1_long"))
    assert minutes_by_user(list(data.attendees)) == pytest.approx({"x": 1, "y": 1})


def test_people_who_linger_after_the_end_count() -> None:
    account = Account(rooms=(Room("1_a", "A", (run("1_c", 0, 60, person("x", (0, 75))),)),))
    assert minutes_by_user(list(collected(account, session_in(account, "1_c")).attendees)) == pytest.approx({"x": 75})


@pytest.mark.parametrize("druid_hours", [1, 2])
def test_an_account_that_answers_for_short_times_only_gives_the_same(druid_hours: float) -> None:
    account = sample_account()
    session = session_in(account, "1_allcue01")
    whole = collected(account, session)
    parts = collected(replace(account, druid_max_window_hours=druid_hours), session)
    assert minutes_by_user(list(parts.attendees)) == pytest.approx(minutes_by_user(list(whole.attendees)))
    people, same = ({row.user_id for row in data.attendees} for data in (whole, parts))
    assert people == same
    assert "SPLIT" in {finding.code for finding in parts.findings}
    assert [raw.name for raw in parts.raw][:2] == ["6000.1.csv", "6000.2.csv"]


def test_a_crowd_beyond_the_cap_of_one_hour_is_an_error() -> None:
    account = sample_account()
    with pytest.raises(ReportTooLarge):
        collected(account, session_in(account, "1_allcue01"), report_row_limit=100)


def test_columns_in_another_order_change_nothing() -> None:
    account = sample_account()
    session = session_in(account, "1_drlcue01")
    with connected(account) as line:
        plain = collect(line.kaltura, session)
        line.standin.faults.add(Fault("reorder_columns", times=None))
        assert collect(line.kaltura, session).attendees == plain.attendees


def test_an_unknown_column_is_reported_once_and_kept_raw() -> None:
    with connected(NEXT_DOOR) as line:
        line.standin.faults.add(Fault("add_column", times=None, report=6001, column="mood", value="fine"))
        data = collect(line.kaltura, session_in(NEXT_DOOR, "1_one"))
    assert [(finding.code, "mood" in finding.message) for finding in data.findings] == [("UNKNOWN_COLUMN", True)]
    assert b",mood\n" in next(raw.body for raw in data.raw if raw.name == "6001.csv")
    assert minutes_by_user(list(data.attendees)) == pytest.approx({"ann": 18, "bob": 6})


def test_names_made_to_break_tables_arrive_with_every_row(sample: Line) -> None:
    account = sample.standin.account
    data = collect(sample.kaltura, session_in(account, "1_drlcue01"))
    drill = next(run for _, run in account.sessions() if run.id == "1_drlcue01")
    expected = {who.user_id: who.name.replace(",", " ").replace("\n", " ") for who in drill.attendances}
    assert {row.user_id: row.user_name for row in data.attendees} == expected


def test_without_the_right_to_read_rooms_and_users_a_session_comes_with_findings() -> None:
    with connected(sample_account()) as line:
        line.standin.faults.add(
            Fault("api_error", times=None, service="baseEntry", code="SERVICE_FORBIDDEN"),
            Fault("api_error", times=None, service="user", code="SERVICE_FORBIDDEN"),
        )
        data = collect(line.kaltura, session_in(line.standin.account, "1_brfcue01"))
    assert {finding.code for finding in data.findings} == {"ROOM_NAME_FROM_REPORT", "HOST_UNREADABLE"}
    assert data.session.entry_name == "Partner briefing  EMEA"
    assert data.host is not None
    assert data.host.email == ""


@pytest.mark.parametrize("host", ["Ann Lee", "nobody@example.com"])
def test_a_host_who_is_no_user_is_known_by_what_the_report_says(host: str) -> None:
    account = Account(rooms=(Room("1_a", "A", (run("1_c", 0, 9, person("x", (0, 9)), host=host),)),))
    data = collected(account, session_in(account, "1_c"))
    assert data.host is not None
    assert (data.host.user_id, data.host.email, data.findings) == (host, "", [])


def test_a_room_deleted_since_keeps_the_name_of_the_report() -> None:
    with connected(NEXT_DOOR) as line:
        line.standin.faults.add(Fault("api_error", times=None, service="baseEntry", code="ENTRY_ID_NOT_FOUND"))
        assert collect(line.kaltura, session_in(NEXT_DOOR, "1_one")).session.entry_name == "Main"


def test_a_host_without_a_name_in_first_and_last_is_called_by_the_full_name() -> None:
    user = User("host", first_name="", last_name="Studio", email="studio@example.com")
    account = Account(NEXT_DOOR.rooms, (user,))
    host = collected(account, session_in(account, "1_one")).host
    assert host is not None
    assert (host.name, host.email) == ("Studio", "studio@example.com")


def test_late_data_grows_and_never_shrinks() -> None:
    account = replace(NEXT_DOOR, late_factor=lambda times: 0.5 if times == 0 else 1.0)
    with connected(account) as line:
        session = session_in(account, "1_one")
        first, second = (minutes_by_user(list(collect(line.kaltura, session).attendees)) for _ in range(2))
    assert (first["ann"], second["ann"]) == (9, 18)


def test_a_breakout_by_itself_is_known_by_its_parent() -> None:
    data = collected(NEXT_DOOR, session_in(NEXT_DOOR, "1_side1"))
    assert data.session.parent_entry_id == "1_main"
    assert minutes_by_user(list(data.attendees)) == {"cy": 15}


def test_a_session_that_no_report_knows_is_no_child_of_its_own_breakout() -> None:
    """Everybody was in the breakout, whose rows might carry the main session's id."""
    rooms = (
        Room("1_main", "Main", (run("1_one", 0, 30),)),
        Room("1_brk", "Side", (run("1_one", 5, 20, person("cy", (5, 20))),), parent="1_main"),
    )
    account = Account(rooms=rooms)
    data = collected(account, Session("1_one", "1_main", at(rooms[0].runs[0].start), at(rooms[0].runs[0].end)))
    assert data.session.parent_entry_id is None
    assert (data.attendees, minutes_by_user(list(data.breakout_attendees))) == ([], {"cy": 15})


def test_collecting_what_was_discovered_asks_for_nothing_blank_and_nothing_in_an_address(sample: Line) -> None:
    for session in discover(sample.kaltura, at(0), SAMPLE_NOW):
        collect(sample.kaltura, session)
    for request in sample.standin.requests:
        assert request.method == "POST"
        assert "?" not in request.path
        assert not any(key in request.path for key in sample.tokens())
        assert str(request.params["format"]) == "1"
        for part in str(request.params.get("params", "a=b")).split(";"):
            assert all(value.strip() for value in part.partition("=")[2].split(","))


def test_what_was_collected_prints_no_attendee(sample: Line) -> None:
    data = collect(sample.kaltura, session_in(sample.standin.account, "1_temcue01"))
    others = {row.user_id for row in data.attendees} - {data.session.host_user_id}
    assert others
    assert not any(user in repr(data) for user in others)


def test_an_admin_secret_collects_the_same_as_an_app_token() -> None:
    account = sample_account()
    session = session_in(account, "1_temcue01")
    with connected(account) as line:
        other = client(line.standin, AdminSecret(account.admin_secret))
        assert collect(other, session) == collect(line.kaltura, session)


def test_rows_of_a_breakout_without_ids_are_kept_and_never_asked_for() -> None:
    with connected(NEXT_DOOR) as line:
        line.standin.faults.add(
            Fault("drop_column", times=None, report=6002, column="breakout_entry_id"),
            Fault("add_column", times=None, report=6002, column="breakout_entry_id", value=""),
        )
        data = collect(line.kaltura, session_in(NEXT_DOOR, "1_one"))
    assert [row.breakout_entry_id for row in data.breakouts] == [""]
    assert isinstance(data.rooms[0], RoomRow)
    assert isinstance(data.raw[0], RawAnswer)
