"""The three room reports: bytes, windows, filters and limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standin_client import WINDOW, Client, T

from kaltura_standin.account import Account, Attendance, Room, Run
from kaltura_standin.csv_writer import csv_bytes, php_float
from kaltura_standin.reports import Table, report_table

ROOMS, ATTENDEES, BREAKOUTS = 6000, 6001, 6002


def test_rooms_come_as_exact_bytes(client: Client) -> None:
    body = client.csv(ROOMS, f"{WINDOW};entry_ids=1_efgh5678").content
    assert body == (
        b"\xef\xbb\xbfentry_id,entry_name,parent_entry_id,cue_point_id,session_start_time,session_end_time,"
        b"session_host_user_id,meeting_view_period_unique_users,meeting_engaged_play_time_ratio\n"
        b"1_efgh5678,Other,,1_cue00003,1795014600,1795015200,nobody-known,1,1\n"
    )


def test_attendees_show_guests_unknown_and_deleted_users_as_kaltura_does(client: Client) -> None:
    assert client.rows(ATTENDEES, f"{WINDOW};cue_point_ids=1_cue00001") == [
        ["1_abcd1234", "1_cue00001", "", "", "", "", "10", "1"],
        ["1_abcd1234", "1_cue00001", "9f2c41", "Guest 7", "", "Guest", "3.5", "0"],
        ["1_abcd1234", "1_cue00001", "Unknown", "", "", "User", "12", "0.25"],
        [
            "1_abcd1234",
            "1_cue00001",
            "ann@example.com",
            "Ann Lee",
            "ann@example.com",
            "User",
            "58.166666666667",
            "0.91",
        ],
    ]


def test_breakouts_name_their_room_and_who_started_them(client: Client) -> None:
    assert client.rows(BREAKOUTS) == [
        [
            *("1_abcd1234", "Sales  EMEA kickoff", "1_brk00001", "Group 1", "1_cue00002", "Hana Host"),
            *(str(T + 600), str(T + 1800), "1200", "1", "0.91"),
        ]
    ]


def test_the_answer_is_a_file_that_anyone_may_cache(client: Client) -> None:
    headers = client.csv(ROOMS, f"{WINDOW};entry_ids=1_abcd1234").headers
    assert headers["Content-Type"] == "text/csv;charset=UTF-8"
    assert headers["Content-Disposition"] == (
        f'attachment; filename="Report_6000_12345_from_date_{T}_to_date_{T + 7200}'
        '_entry_ids_1_abcd1234_partner_id_12345.csv"'
    )
    assert headers["Cache-Control"] == "public, max-age=8640000, max-stale=0"
    assert "X-Kaltura" not in headers


def test_a_file_name_holds_nothing_that_a_header_may_not(client: Client) -> None:
    headers = client.csv(ROOMS, f'{WINDOW};x="\r\nSet-Cookie: a=ü').headers
    assert "Set-Cookie" not in headers
    assert headers["Content-Disposition"].count('"') == 2


def test_get_csv_takes_key_value_pairs_in_both_styles(client: Client) -> None:
    pairs = {"from_date": T, "to_date": T + 7200, "entry_ids": "1_efgh5678"}
    form = {}
    for number, (key, value) in enumerate(pairs.items()):
        form |= {f"params:{number}:key": key, f"params:{number}:value": value}
    expected = client.csv(ROOMS, f"{WINDOW};entry_ids=1_efgh5678").content
    assert client.post("report", "getCsv", id=ROOMS, **form).content == expected
    body = {"ks": client.ks, "id": ROOMS, "params": [{"key": key, "value": value} for key, value in pairs.items()]}
    assert client.http.post(client.url("report", "getCsv"), json=body, timeout=30).content == expected


def test_a_report_that_does_not_exist_gives_an_empty_body_and_a_header(client: Client) -> None:
    answer = client.csv(9999)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["X-Kaltura"] == "error- REPORT_NOT_FOUND"
    assert answer.headers["X-Kaltura-App"] == 'exiting on error REPORT_NOT_FOUND - Report id "9999" not found'


def test_a_missing_id_is_a_serialized_error(client: Client) -> None:
    answer = client.csv(None)  # type: ignore[arg-type]
    assert answer.json()["args"] == {"PARAM_NAME": "id"}


@pytest.mark.parametrize("params", ["", f"from_date={T}", f"to_date={T}", f"fromDate={T};toDate={T + 9}"])
def test_a_missing_date_is_an_internal_error_without_a_name(client: Client, params: str) -> None:
    answer = client.csv(ROOMS, params).json()
    assert (answer["code"], answer["args"]) == ("INTERNAL_SERVERL_ERROR", [])


@pytest.mark.parametrize("names", [("from_date", "to_date"), ("fromDate", "toDate")])
def test_breakouts_take_either_spelling_of_the_dates(client: Client, names: tuple[str, str]) -> None:
    params = f"{names[0]}={T};{names[1]}={T + 7200}"
    assert len(client.rows(BREAKOUTS, params)) == 1


def test_a_room_asked_for_brings_its_breakouts(client: Client) -> None:
    params = f"{WINDOW};entry_ids=1_abcd1234"
    assert [row[0] for row in client.rows(ROOMS, params)] == ["1_abcd1234", "1_brk00001"]
    assert {row[0] for row in client.rows(ATTENDEES, params)} == {"1_abcd1234", "1_brk00001"}


@pytest.mark.parametrize("blank", ["", ";entry_ids=", ";entry_ids=;virtual_event_ids="])
def test_a_blank_filter_gives_the_whole_account(client: Client, blank: str) -> None:
    assert len(client.rows(ROOMS, WINDOW + blank)) == 3


@pytest.mark.parametrize(
    ("filter_", "sessions"),
    [
        ("entry_ids=1_brk00001,1_efgh5678", ["1_cue00002", "1_cue00003"]),
        ("entry_ids=1_brk00001, 1_efgh5678", ["1_cue00002"]),  # not trimmed
        ("entry_ids=nosuch", []),
        ("virtual_event_ids=77", ["1_cue00003"]),
        ("virtual_event_ids=77;entry_ids=1_abcd1234", []),
        ("cue_point_ids=1_cue00001", ["1_cue00001", "1_cue00002", "1_cue00003"]),  # not a parameter of 6000
        ("partner_id=999;PARTNER_ID=998", ["1_cue00001", "1_cue00002", "1_cue00003"]),
        ("entry_ids=1_abcd1234;entry_ids=1_efgh5678", ["1_cue00003"]),  # the later wins
    ],
)
def test_filters_of_the_room_report(client: Client, filter_: str, sessions: list[str]) -> None:
    assert sorted(row[3] for row in client.rows(ROOMS, f"{WINDOW};{filter_}")) == sessions


@pytest.mark.parametrize(
    ("filter_", "users"),
    [
        ("user_ids=ann@example.com", ["ann@example.com", "ann@example.com"]),
        ("user_ids=ann@example.com;cue_point_ids=1_cue00002", ["ann@example.com"]),
        ("user_ids=Unknown", ["Unknown"]),
        ("user_ids=nobody", []),
    ],
)
def test_filters_of_the_attendee_report(client: Client, filter_: str, users: list[str]) -> None:
    assert [row[2] for row in client.rows(ATTENDEES, f"{WINDOW};{filter_}")] == users


def test_breakouts_are_found_by_their_main_room(client: Client) -> None:
    assert len(client.rows(BREAKOUTS, f"{WINDOW};parentEntryIds=1_nosuch01,1_abcd1234")) == 1
    assert client.rows(BREAKOUTS, f"{WINDOW};parentEntryIds=1_nosuch01") == []


def test_a_window_counts_only_what_lies_in_it(client: Client) -> None:
    """Of four people one is there; the session's own times stay whole."""
    window = f"from_date={T + 1200};to_date={T + 1800};cue_point_ids=1_cue00001"
    assert [(row[2], row[6]) for row in client.rows(ATTENDEES, window)] == [("ann@example.com", "10")]
    [room] = client.rows(ROOMS, f"from_date={T + 1800};to_date={T + 2400};entry_ids=1_abcd1234")
    assert room[4:8] == [str(T), str(T + 3660), "host@example.com", "2"]


def test_the_window_is_half_open(client: Client) -> None:
    assert client.rows(ROOMS, f"from_date={T - 100};to_date={T}") == []
    assert len(client.rows(ROOMS, f"from_date={T};to_date={T + 1}")) == 1


def test_an_empty_report_is_a_header_or_a_blank_line(client: Client) -> None:
    nothing = f"from_date={T - 10};to_date={T - 5}"
    assert client.csv(BREAKOUTS, nothing).content.startswith(b"\xef\xbb\xbfparent_entry_id,")
    client.kaltura.account = replace(client.kaltura.account, static_header=False)
    assert client.csv(BREAKOUTS, nothing).content == b"\xef\xbb\xbf\n"


def test_excluded_fields_match_exactly(client: Client) -> None:
    answer = client.csv(ATTENDEES, excludedFields="user_email,user_name, user_type,USER_ID")
    header = answer.content.decode("utf-8-sig").splitlines()[0]
    expected = "entry_id,cue_point_id,user_id,user_type,meeting_view_time,meeting_engaged_play_time_ratio"
    assert header == expected


def account_of(number: int, **more: Any) -> Account:
    people = tuple(Attendance(f"u{count}") for count in range(number))
    return Account(rooms=(Room("1_room0001", "Big", (Run("1_cue00009", T, T + 600, "u0", people),)),), **more)


def test_rows_beyond_the_cap_are_dropped_without_a_word(client: Client) -> None:
    client.kaltura.account = account_of(60, row_cap=50)
    assert len(client.rows(ATTENDEES)) == 50
    assert len(client.rows(ATTENDEES, f"{WINDOW};limit=7")) == 7
    assert len(client.rows(ATTENDEES, f"{WINDOW};limit=55")) == 50


def test_rows_come_in_no_useful_order_and_always_in_the_same() -> None:
    params = {"from_date": str(T), "to_date": str(T + 7200)}
    one, other = (report_table(account_of(60), ATTENDEES, params).rows for _ in range(2))
    assert one == other
    assert one != sorted(one)


def test_unique_users_of_a_large_session_are_an_estimate(client: Client) -> None:
    client.kaltura.account = account_of(2000)
    [row] = client.rows(ROOMS)
    assert int(row[7]) != 2000
    assert abs(int(row[7]) - 2000) <= 40


def test_a_window_too_wide_for_the_account_times_out(client: Client) -> None:
    client.kaltura.account = replace(client.kaltura.account, druid_max_window_hours=1.5)
    assert client.csv(ROOMS).json()["code"] == "DRUID_QUERY_TIMED_OUT"
    assert client.rows(ROOMS, f"from_date={T};to_date={T + 5400}")


def test_figures_may_grow_from_one_call_to_the_next(client: Client) -> None:
    def seen_so_far(times: int) -> float:
        return min(0.5 + 0.5 * times, 1.0)

    client.kaltura.account = replace(client.kaltura.account, late_factor=seen_so_far)
    params = f"{WINDOW};user_ids=ann@example.com;cue_point_ids=1_cue00001"
    assert [client.rows(ATTENDEES, params)[0][6] for _ in range(3)] == ["30.5", "58.166666666667", "58.166666666667"]


def test_sessions_appear_open_and_end_as_the_clock_of_the_data_moves_on(client: Client) -> None:
    def at(seconds: int) -> list[tuple[str, int]]:
        now = datetime.fromtimestamp(T + seconds, UTC)
        client.kaltura.account = replace(client.kaltura.account, now=now)
        return [(row[3], int(row[5]) - int(row[4])) for row in client.rows(ROOMS)]

    assert at(-1) == []
    assert at(300) == [("1_cue00001", 0)]
    assert ("1_cue00003", 600) in at(1500)
    assert ("1_cue00001", 3660) in at(3660)


def test_somebody_without_stays_was_there_all_the_time() -> None:
    params = {"from_date": str(T), "to_date": str(T + 7200)}
    assert {row[6] for row in report_table(account_of(3), ATTENDEES, params).rows} == {10}


def test_a_user_who_came_twice_has_one_row(client: Client) -> None:
    run = Run("1_cue00009", T, T + 600, attendances=(Attendance("u", engaged=1.0), Attendance("u", engaged=0.5)))
    client.kaltura.account = Account(rooms=(Room("1_room0001", "Twice", (run,)),))
    assert [row[6:] for row in client.rows(ATTENDEES)] == [["20", "0.75"]]


@given(cut=st.integers(0, 600), stays=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 600)), min_size=1))
def test_two_windows_side_by_side_add_up_to_the_whole(cut: int, stays: list[tuple[int, int]]) -> None:
    """A client may split a report by time and add the minutes."""
    presence = tuple((T + min(stay), T + max(stay)) for stay in stays)
    run = Run("1_cue00009", T, T + 600, attendances=(Attendance("u", stays=presence),))
    account = Account(rooms=(Room("1_room0001", "Split", (run,)),))

    def minutes(since: int, until: int) -> float:
        params = {"from_date": str(T + since), "to_date": str(T + until)}
        return sum(float(row[6]) for row in report_table(account, ATTENDEES, params).rows)

    assert minutes(0, cut) + minutes(cut, 600) == pytest.approx(minutes(0, 600))


def test_nothing_is_quoted_and_only_commas_are_replaced() -> None:
    table = Table(("name", "minutes"), [('Doe, "Robin"', 1.0), ("two\nlines", 0.5), ("=1+1", 0)])
    assert csv_bytes(table) == b'\xef\xbb\xbfname,minutes\nDoe  "Robin",1\ntwo\nlines,0.5\n=1+1,0\n'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (58 + 1 / 6, "58.166666666667"),
        (0.731182795698924, "0.73118279569892"),
        (12.0, "12"),
        (0, "0"),
        (0.0001, "0.0001"),
        (0.00001, "1.0E-5"),
        (0.0000123, "1.23E-5"),
        (1e25, "1.0E+25"),
        (1_795_014_000, "1795014000"),
    ],
)
def test_numbers_are_printed_as_php_prints_them(value: Any, text: str) -> None:
    assert php_float(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_printed_number_keeps_fourteen_digits(value: Any) -> None:
    assert float(php_float(value)) == pytest.approx(value, rel=1e-13, abs=0.0)
