"""A report is read whole, however often it has to be asked for."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import fsum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kaltura_wire import TOO_WIDE, Reply, Wire, csv_reply, over, reports_of, written

from debrief.errors import BadSettings, ReportTooLarge
from debrief.kaltura.api.errors import QueryTooWide
from debrief.kaltura.reports.reader import merge_rows, read_report
from debrief.kaltura.reports.room_reports import ATTENDEES, BREAKOUTS, ROOMS, Report
from debrief.kaltura.reports.window import HOUR, Window
from debrief.model import AttendeeRow, BreakoutRow, RoomRow
from kaltura_standin.account import Account, Attendance, Room, Run

T = 1_795_014_000  # on the hour
HOURS = 4
START = datetime.fromtimestamp(T, UTC)
WINDOW = Window(START, START + HOURS * HOUR)
ROOM = {"entry_ids": ["1_room"]}


def stays(hours: int = HOURS) -> st.SearchStrategy[tuple[int, int]]:
    start = st.integers(0, hours * 3600 - 60)
    return start.flatmap(lambda at: st.tuples(st.just(T + at), st.integers(T + at + 10, T + hours * 3600)))


ATTENDANCES = st.builds(
    Attendance,
    st.sampled_from(["", "Unknown", "ann", "bob", "cy", "dan", "eve", "flo", "gus"]),
    stays=st.lists(stays(), min_size=1, max_size=2).map(tuple),
    engaged=st.integers(0, 1000).map(lambda part: part / 1000),
)


def account_of(*runs: list[Attendance]) -> Account:
    made = (Run(f"1_cue{place}", T, T + HOURS * 3600, "host", tuple(who)) for place, who in enumerate(runs))
    return Account(rooms=(Room("1_room", "Room", tuple(made)),))


def totals(rows: list[AttendeeRow]) -> dict[tuple[str, ...], tuple[int, float, float]]:
    """By person: rows (of deleted users: none counted), minutes and engaged minutes."""
    found: dict[tuple[str, ...], list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        minutes = float(row.meeting_view_time)
        found[row[:3]].append((minutes, minutes * float(row.meeting_engaged_play_time_ratio)))
    return {
        key: (len(parts) if key[2] else 0, fsum(part[0] for part in parts), fsum(part[1] for part in parts))
        for key, parts in found.items()
    }


def cells(account: Account, since: int, until: int) -> int:
    """Rows of report 6001 for one window."""
    window = Window(datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(until, UTC))
    return len(read_report(over(reports_of(account)), ATTENDEES, window, ROOM).rows)


@settings(max_examples=60)
@given(
    runs=st.lists(st.lists(ATTENDANCES, max_size=7), min_size=1, max_size=2),
    limit=st.integers(2, 8),
    by_session=st.booleans(),
    knows_sessions=st.booleans(),
)
def test_an_answer_as_large_as_the_cap_is_read_in_parts_that_give_the_same(
    runs: list[list[Attendance]], limit: int, by_session: bool, knows_sessions: bool
) -> None:
    """No person is lost or doubled, minutes and engagement are the same, unidentified rows are kept."""
    account = account_of(*runs)
    filters = {**ROOM, **({"cue_point_ids": ["1_cue0", "1_cue1", "1_none"]} if by_session else {})}
    whole = read_report(over(reports_of(account)), ATTENDEES, WINDOW, filters)
    wire = reports_of(replace(account, row_cap=limit))
    if not knows_sessions:
        play = wire._play
        assert play is not None
        wire._play = lambda form: play({**form, "params": form["params"].replace("cue_point_ids", "unknown")})
    kaltura = over(wire, report_row_limit=limit)
    try:
        parts = read_report(kaltura, ATTENDEES, WINDOW, filters)
    except ReportTooLarge:
        assert any(cells(account, T + hour * 3600, T + (hour + 1) * 3600) >= limit for hour in range(HOURS))
        return
    expected, found = totals(whole.rows), totals(parts.rows)
    assert found.keys() == expected.keys()
    for key, (rows, minutes, engaged) in expected.items():
        assert found[key] == (rows, pytest.approx(minutes, abs=1e-9), pytest.approx(engaged, abs=1e-9))


def test_an_answer_one_row_below_the_cap_is_whole() -> None:
    wire = reports_of(account_of([Attendance("ann"), Attendance("bob")]))
    reading = read_report(over(wire, report_row_limit=3), ATTENDEES, WINDOW, ROOM)
    assert (len(reading.rows), len(wire.requests), reading.findings) == (2, 1, [])


def test_the_limit_is_sent_only_when_it_is_smaller_than_kalturas_own() -> None:
    wire = reports_of(account_of([]))
    read_report(over(wire), ATTENDEES, WINDOW, ROOM)
    for limit in (50, 99_999, 100_000):
        read_report(over(wire, report_row_limit=limit), ATTENDEES, WINDOW, ROOM)
    assert [params.get("limit") for params in wire.params] == [None, "50", "99999", None]


def test_a_part_that_cannot_be_split_further_is_an_error_and_no_short_table() -> None:
    crowd = [Attendance(f"user{number}", stays=((T, T + 60),)) for number in range(5)]
    with pytest.raises(ReportTooLarge, match="6001 has 4 rows or more for a single hour"):
        read_report(over(reports_of(account_of(crowd)), report_row_limit=4), ATTENDEES, WINDOW, ROOM)


def test_lines_that_could_not_be_read_count_towards_the_cap() -> None:
    row = ["1_room", "1_cue", "ann", "Ann", "", "User", "1", "1"]
    full = written(ATTENDEES.columns, [row] * 3) + b"half,a,row\n"
    wire = Wire(csv_reply(full), *[csv_reply(written(ATTENDEES.columns, []))] * 2)
    read_report(over(wire, report_row_limit=4), ATTENDEES, WINDOW, ROOM)
    assert len(wire.requests) == 3


def test_rooms_are_split_before_time_so_that_rows_stay_as_they_are() -> None:
    rooms = tuple(
        Room(f"1_room{n}", "R", (Run(f"1_cue{n}", T, T + 7200, attendances=(Attendance("a"),)),)) for n in "12"
    )
    wire = reports_of(Account(rooms=rooms))
    reading = read_report(over(wire, report_row_limit=2), ATTENDEES, WINDOW, {"entry_ids": ["1_room1", "1_room2"]})
    assert [params["entry_ids"] for params in wire.params] == ["1_room1,1_room2", "1_room1", "1_room2"]
    assert sorted(row.meeting_view_time for row in reading.rows) == ["120", "120"]
    assert reading.findings == []


@pytest.mark.parametrize(("report", "limit"), [(ROOMS, 4), (ATTENDEES, 6)])
def test_a_room_that_brings_its_breakouts_along_gives_each_row_once(
    report: Report[RoomRow] | Report[AttendeeRow], limit: int
) -> None:
    """Two users deleted since may look the same, so equal rows of one room are two people."""
    ann, gone = Attendance("ann"), Attendance("", stays=((T, T + 60),))
    crowds = {"1_main": (ann,), "1_x": (ann,), "1_brk": (ann, gone, gone), "1_y": (ann,)}
    rooms = (
        Room(entry, entry, (Run(f"{entry}cue", T, T + 600, attendances=who),), "1_main" if entry == "1_brk" else "")
        for entry, who in crowds.items()
    )
    account, filters = Account(rooms=tuple(rooms)), {"entry_ids": list(crowds)}
    whole = read_report(over(reports_of(account)), report, WINDOW, filters)
    wire = reports_of(account)
    parts = read_report(over(wire, report_row_limit=limit), report, WINDOW, filters)
    assert Counter(parts.rows) == Counter(whole.rows)
    assert [params["entry_ids"] for params in wire.params[1:]] == ["1_main,1_x", "1_brk,1_y"]
    assert len(whole.rows) == limit


def test_a_filter_that_kaltura_does_not_know_doubles_nobody() -> None:
    ann, blank = ["1_a", "1_c", "ann", "Ann", "", "User", "1", "1"], ["1_a", "1_c", "", "", "", "", "1", "1"]
    full = csv_reply(written(ATTENDEES.columns, [ann] * 4))
    wire = Wire(full, *[csv_reply(written(ATTENDEES.columns, [ann, blank, blank]))] * 2)
    reading = read_report(over(wire, report_row_limit=4), ATTENDEES, WINDOW, {"entry_ids": ["1_a", "1_b"]})
    assert sorted(row.user_id for row in reading.rows) == ["", "", "ann"]


def test_a_question_too_wide_for_kaltura_is_asked_again_for_shorter_times() -> None:
    account = replace(
        account_of([Attendance("ann"), Attendance("bob", stays=((T, T + 90),))]), druid_max_window_hours=1
    )
    wire = reports_of(account)
    reading = read_report(over(wire), ATTENDEES, WINDOW, {**ROOM, "cue_point_ids": ["1_cue0", "1_cue1"]})
    assert sorted((row.user_id, float(row.meeting_view_time)) for row in reading.rows) == [("ann", 240), ("bob", 1.5)]
    assert {params["cue_point_ids"] for params in wire.params} == {"1_cue0,1_cue1"}
    (finding,) = reading.findings
    assert (finding.code, "4 pieces" in finding.message) == ("SPLIT", True)


def test_an_hour_too_wide_for_kaltura_is_split_by_room_and_then_given_back_to_the_queue() -> None:
    wire = Wire(*[TOO_WIDE] * 9)
    with pytest.raises(QueryTooWide):
        read_report(over(wire), ROOMS, Window(START, START + HOUR), {"entry_ids": ["1_a", "1_b"]})
    assert [params["entry_ids"] for params in wire.params] == ["1_a,1_b", "1_a"]


@pytest.mark.parametrize("values", [[], [""], ["1_room", ""], ["1_room", " "]])
def test_a_filter_without_values_is_never_asked(values: list[str]) -> None:
    wire = Wire()
    with pytest.raises(BadSettings):
        read_report(over(wire), ATTENDEES, WINDOW, {"entry_ids": values})
    assert not wire.requests


def test_breakouts_are_asked_for_with_both_spellings_of_the_dates() -> None:
    wire = reports_of(account_of([]))
    read_report(over(wire), BREAKOUTS, WINDOW, {"parentEntryIds": ["1_room"]})
    since, until = str(T), str(T + HOURS * 3600)
    dates = {"from_date": since, "to_date": until, "fromDate": since, "toDate": until}
    assert wire.params == [{**dates, "parentEntryIds": "1_room"}]


def test_every_answer_of_every_part_is_kept_and_a_finding_is_reported_once() -> None:
    full = csv_reply(written([*ATTENDEES.columns, "mood"], [["1_a", "1_c", "u", "", "", "", "1", "1", "fine"]] * 4))
    empty = csv_reply(written([*ATTENDEES.columns, "mood"], []))
    reading = read_report(over(Wire(full, empty, empty), report_row_limit=4), ATTENDEES, WINDOW, ROOM)
    assert len(reading.answers) == 2
    assert [finding.code for finding in reading.findings] == ["UNKNOWN_COLUMN", "SPLIT"]


def test_of_estimates_in_parts_the_largest_stays() -> None:
    room = RoomRow("1_a", "A", "", "1_c", "1", "2", "h", "7", "0.5")
    breakout = BreakoutRow("1_a", "A", "1_b", "B", "1_c", "h", "1", "2", "1", "3", "0.5")
    assert merge_rows([room, room._replace(meeting_view_period_unique_users="9")])[0][7] == "9"
    assert merge_rows([breakout, breakout._replace(participant_count="2")]) == [breakout]
    for few, many in (("9", "10"), ("", "1"), ("x", "1")):
        for cells in ((few, many), (many, few)):
            rooms = [room._replace(meeting_view_period_unique_users=cell) for cell in cells]
            sides = [breakout._replace(participant_count=cell) for cell in cells]
            assert [one.meeting_view_period_unique_users for one in merge_rows(rooms)] == [many]
            assert [one.participant_count for one in merge_rows(sides)] == [many]


def test_of_a_person_in_parts_what_cannot_be_read_weighs_nothing() -> None:
    row = AttendeeRow("1_a", "1_c", "ann", "Ann", "", "User", "10", "0.5")
    for cells in (("", "1"), ("x", "1"), ("0", "1"), ("0", "")):
        other = row._replace(meeting_view_time=cells[0], meeting_engaged_play_time_ratio=cells[1])
        (found,) = merge_rows([row, other])
        assert (found.meeting_view_time, found.meeting_engaged_play_time_ratio) == ("10.0", "0.5")
    (none,) = merge_rows([other, other])
    assert (none.meeting_view_time, none.meeting_engaged_play_time_ratio) == ("0.0", "0.0")
    (half,) = merge_rows([row, row._replace(meeting_engaged_play_time_ratio="")])
    assert (half.meeting_view_time, half.meeting_engaged_play_time_ratio) == ("20.0", "0.25")


def test_what_a_reading_prints_names_nobody() -> None:
    reading = read_report(over(reports_of(account_of([Attendance("ann")]))), ATTENDEES, WINDOW, ROOM)
    assert "ann" not in repr(reading)


@given(
    start=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC)),  # noqa: DTZ001
    minutes=st.integers(0, 6000),
)
def test_a_window_is_on_full_hours_with_an_hour_on_both_sides(start: datetime, minutes: int) -> None:
    end = start + timedelta(minutes=minutes)
    window = Window.around(start, end)
    assert all((one.minute, one.second, one.microsecond) == (0, 0, 0) for one in (window.start, window.end))
    assert HOUR <= start - window.start < 2 * HOUR
    assert HOUR <= window.end - end < 2 * HOUR


@given(hours=st.integers(1, 500))
def test_halves_make_the_whole_and_a_single_hour_has_none(hours: int) -> None:
    window = Window(START, START + hours * HOUR)
    halves = window.halves()
    if halves is None:
        assert hours == 1
    else:
        first, second = halves
        assert (first.start, first.end, second.end) == (window.start, second.start, window.end)
        assert min(one.end - one.start for one in halves) >= HOUR


def test_a_cut_answer_is_asked_for_again() -> None:
    whole = csv_reply(written(ATTENDEES.columns, [["1_room", "1_c", "ann", "Ann", "", "User", "1", "1"]]))
    wire = Wire(Reply(whole.body[:-4], headers=whole.headers), whole)
    assert len(read_report(over(wire), ATTENDEES, WINDOW, ROOM).rows) == 1
    assert len(wire.requests) == 2
