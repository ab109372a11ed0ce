"""The CSVs: faithful for machines, harmless for spreadsheets, the same whatever order the rows came in."""

from __future__ import annotations

import csv
import io
import random
import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from debrief.documents.data import csv_tables
from debrief.metrics.attendees import breakout_minutes
from debrief.metrics.profiles import added_columns, profiles
from debrief.model import AttendeeRow, BreakoutRow, RoomRow, Session, SessionData
from debrief.util.values import moment

START, END = moment("1795014000"), moment("1795017600")
assert START is not None
assert END is not None
SESSION = Session("1_cue", "1_room", START, END, "Weekly")

ADDED = """breakout_minutes title company country role industry reactions raised_hands chat_messages polls_answered
qna_threads attachments_downloaded event_id"""
STARTS = "=+-@"
KEPT = "\t\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"  # a tab stays, line breaks become spaces
TURNING = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
MARKS = "\u061c\u200e\u200f"
HOSTILE = [
    "=1+1",
    "+1",
    "-2+3",
    "@sum(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\r\n=1",
    '"=1"',
    "'=1",
    " =1",
    ",=1",
    'a"b',
    "a,b",
    "a\nb",
    "a\r\nb",
    "a\u2028b",
    "a\x85b",
    "\x00",
    "\u202eabc",
    "\u3000",
    "",
    "-",
    "=",
    "0\n",
    "x;=cmd",
    'x; \u200b"=cmd',
    "x\t=cmd",
    "Lee, -Ann",
    "\u200b=1",
    "\ufeff@x",
    "\uff1d1",
    "\u3000\uff20x",
    "\x00=1",
    "=1\x002",
    ";;+1",
]
CELLS = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"]), max_size=8))
USERS = st.sampled_from(["", "Unknown", "ann", "bob", "=cmd", "zoë"])
NUMBERS = st.sampled_from(["0", "58.166666666667", "1.0E-5", "-5", "+3", "", "-2+3", "=1", "-"])
OWN = st.builds(
    AttendeeRow, st.just("1_room"), st.just("1_cue"), USERS, CELLS, CELLS, st.just("User"), NUMBERS, NUMBERS
)
SIDES = st.builds(
    AttendeeRow, st.just("1_brk"), st.just("1_side"), USERS, CELLS, CELLS, st.just("User"), NUMBERS, NUMBERS
)


def person(user_id: str, minutes: str = "1", name: str = "") -> AttendeeRow:
    return AttendeeRow("1_room", "1_cue", user_id, name, "", "User", minutes, "0.5")


def aside(user_id: str, minutes: str = "1", name: str = "", entry: str = "1_brk") -> AttendeeRow:
    return AttendeeRow(entry, f"{entry}cue", user_id, name, "", "Guest", minutes, "0.7")


def attendees(own: list[AttendeeRow], apart: list[AttendeeRow] | None = None) -> list[csv_tables.Row]:
    data = SessionData(SESSION, attendees=own, breakout_attendees=apart or [])
    return csv_tables.attendees(data, added_columns(data, profiles(data)))


def read(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8"), newline=""), strict=True))


def one_line(cell: str) -> str:
    cell = "".join(letter for letter in cell if letter in KEPT or not is_control(letter))
    return re.sub(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+", " ", cell)


def is_control(letter: str) -> bool:
    return unicodedata.category(letter) == "Cc" or unicodedata.bidirectional(letter) in TURNING or letter in MARKS


def starts_a_formula(piece: str) -> bool:
    rest = piece.lstrip(" \"'`\u200b\u2060\ufeff\u3000\u00a0\u201c\u200d\u3164\ufe0f\u00ad\u2800")
    return rest[:1] in set("=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b") and not piece.startswith("'")


@settings(max_examples=80)
@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=5))
@example(rows=[HOSTILE[:3], HOSTILE[9:12]])
def test_a_machine_csv_is_read_back_cell_by_cell(rows: list[list[str]]) -> None:
    body = csv_tables.machine_csv(rows)
    assert read(body) == [[one_line(cell) for cell in row] for row in rows]
    assert body.count(b"\n") == len(rows)
    assert b"\r" not in body
    assert body.endswith(b"\n")


@settings(max_examples=80)
@given(own=st.lists(OWN, max_size=5), apart=st.lists(SIDES, max_size=4))
def test_the_copy_for_spreadsheets_has_the_same_rows_with_every_formula_defused(
    own: list[AttendeeRow], apart: list[AttendeeRow]
) -> None:
    rows = attendees(own, apart)
    body = csv_tables.excel_csv(rows)
    assert body.startswith(b"\xef\xbb\xbf")
    found = read(body.removeprefix(b"\xef\xbb\xbf"))
    assert body.count(b"\n") == body.count(b"\r\n") == len(found) == len(rows)
    numeric = {*AttendeeRow._fields[6:], "breakout_minutes"}
    for cells, row in zip(found, rows, strict=True):
        for name, cell, plain in zip(rows[0], cells, row, strict=True):
            assert not any(map(is_control, cell))
            if name in numeric and re.fullmatch(r"[+-]?\d+(\.\d+)?(E[+-]?\d+)?", plain):
                assert cell == plain
                continue
            assert not any(map(starts_a_formula, re.split("[;,]", cell)))
            assert cell.replace("'", "") == one_line(plain).replace("\t", " ").replace("'", "")
            assert cell.count("'") - plain.count("'") <= 1 + len(re.findall("[;,\t]", plain))


PIECES = [
    ("x;=cmd", "x;'=cmd"),
    ('x; \u200b"=cmd', "x;' \u200b\"=cmd"),
    ("x\t=cmd", "x '=cmd"),
    ("Lee, -Ann", "Lee,' -Ann"),
    ("\u200b=1", "'\u200b=1"),
    ("\uff1d1", "'\uff1d1"),
    ("\x00=1", "'=1"),
    ("\n=1", "' =1"),
    ("a-b;c=d,e@f", "a-b;c=d,e@f"),
    ("Ann \u202eLee", "Ann Lee"),
]


@pytest.mark.parametrize(("cell", "shown"), PIECES)
def test_each_piece_of_a_cell_is_defused(cell: str, shown: str) -> None:
    (_, row) = read(csv_tables.excel_csv(attendees([person("ann", name=cell)])).removeprefix(b"\xef\xbb\xbf"))
    assert row[3] == shown


@pytest.mark.parametrize("start", list(STARTS))
@pytest.mark.parametrize("column", range(len(AttendeeRow._fields)))
def test_a_formula_is_defused_in_every_column(start: str, column: int) -> None:
    cells = list(person("ann"))
    cells[column] = f"{start}cmd|' /C calc'!A0"
    (_, row) = read(csv_tables.excel_csv(attendees([AttendeeRow(*cells)])).removeprefix(b"\xef\xbb\xbf"))
    assert row[column] == f"'{one_line(cells[column])}"


@pytest.mark.parametrize(("start", "shown"), [("\t", "' '=1"), ("\r", "' =1")])
def test_blanks_before_a_formula_do_not_hide_it(start: str, shown: str) -> None:
    (_, row) = read(csv_tables.excel_csv(attendees([person("ann", name=f"{start}=1")])).removeprefix(b"\xef\xbb\xbf"))
    assert row[3] == shown


@pytest.mark.parametrize("number", ["-5", "+3", "-1.5E-7", "-.5"])
def test_a_number_stays_a_number_in_a_column_of_numbers_and_nowhere_else(number: str) -> None:
    row = person("ann", minutes=number, name=number)
    (_, cells) = read(csv_tables.excel_csv(attendees([row])).removeprefix(b"\xef\xbb\xbf"))
    assert (cells[6], cells[3]) == (number, f"'{number}")


def test_a_formula_that_needs_quotes_is_defused_inside_them() -> None:
    assert b""""'=HYPERLINK(""x"",""y"")\"""" in csv_tables.excel_csv(
        attendees([person("a", name='=HYPERLINK("x","y")')])
    )


def test_the_documented_columns_come_first_and_the_added_ones_follow() -> None:
    assert list(attendees([])[0]) == [*AttendeeRow._fields, *ADDED.split()]
    assert csv_tables.rooms(SessionData(SESSION)) == [RoomRow._fields]
    assert csv_tables.breakouts(SessionData(SESSION)) == [BreakoutRow._fields]
    assert csv_tables.machine_csv(csv_tables.rooms(SessionData(SESSION))) == (
        b"entry_id,entry_name,parent_entry_id,cue_point_id,session_start_time,session_end_time,session_host_user_id,"
        b"meeting_view_period_unique_users,meeting_engaged_play_time_ratio\n"
    )


@pytest.mark.parametrize("number", ["58.166666666667", "1.0E-5", "0.73118279569892", "12", "0", "-0", "007", ""])
def test_numbers_keep_the_precision_received(number: str) -> None:
    (_, row) = attendees([person("ann", minutes=number)])
    assert row[6] == number


@settings(max_examples=100)
@given(own=st.lists(OWN, max_size=6), apart=st.lists(SIDES, max_size=6), seed=st.integers(0, 99))
def test_the_order_of_rows_means_nothing(own: list[AttendeeRow], apart: list[AttendeeRow], seed: int) -> None:
    rng = random.Random(seed)
    shuffled = attendees(rng.sample(own, len(own)), rng.sample(apart, len(apart)))
    assert csv_tables.machine_csv(shuffled) == csv_tables.machine_csv(attendees(own, apart))


@given(st.permutations(range(4)))
def test_the_order_of_rooms_and_breakouts_means_nothing_and_the_main_room_is_first(order: list[int]) -> None:
    rooms = [RoomRow(f"1_r{n}", "", "1_r3" if n < 3 else "", "1_c", "1", "2", "", "", "") for n in range(4)]
    sides = [BreakoutRow("1_r3", "", f"1_r{n}", "", "1_c", "", str(n), "9", "", "", "") for n in range(4)]
    data = SessionData(SESSION, rooms=[rooms[n] for n in order], breakouts=[sides[n] for n in order])
    assert [row[0] for row in csv_tables.rooms(data)[1:]] == ["1_r3", "1_r0", "1_r1", "1_r2"]
    assert [row[2] for row in csv_tables.breakouts(data)[1:]] == ["1_r0", "1_r1", "1_r2", "1_r3"]


@settings(max_examples=100)
@given(own=st.lists(OWN, max_size=6), apart=st.lists(SIDES, max_size=6))
def test_every_row_is_there_and_breakout_minutes_once_a_person(
    own: list[AttendeeRow], apart: list[AttendeeRow]
) -> None:
    rows = attendees(own, apart)[1:]
    minutes = breakout_minutes(apart)
    apart_only = {row.user_id for row in apart} - {row.user_id for row in own}
    assert len(rows) == len(own) + len(apart_only)
    assert sorted(tuple(row[:8]) for row in rows if row[2] not in apart_only) == sorted(map(tuple, own))
    carried = [(row[2], float(row[8])) for row in rows if row[8]]
    assert sorted(carried) == sorted(minutes.items())


def test_somebody_seen_in_breakouts_only_has_a_row_with_the_sessions_ids_and_no_minutes_of_it() -> None:
    rows = attendees([person("ann")], [aside("zed", "4", "Zed"), aside("zed", "2.5", "Zed", "1_other")])
    assert list(rows[2]) == ["1_room", "1_cue", "zed", "Zed", "", "Guest", "", "", "6.5", *[""] * 12]
    assert rows[1][8] == ""


def test_of_several_rows_of_one_person_one_carries_the_breakout_minutes() -> None:
    rows = attendees([person("ann", "2"), person("ann", "1")], [aside("ann", "4")])
    assert [(row[6], row[8]) for row in rows[1:]] == [("1", "4.0"), ("2", "")]


def test_a_lone_surrogate_costs_a_character_and_no_file() -> None:
    assert b"a?b" in csv_tables.machine_csv([["a\ud800b"]])
    assert b"a?b" in csv_tables.excel_csv([["user_name"], ["a\ud800b"]])


def test_the_same_rows_give_the_same_bytes() -> None:
    rows = attendees([person("ann"), person("")], [aside("zed")])
    assert csv_tables.machine_csv(rows) == csv_tables.machine_csv(list(rows))
    assert csv_tables.excel_csv(rows) == csv_tables.excel_csv(list(rows))


def test_odd_cells_among_thousands_of_rows_spoil_no_other_row() -> None:
    rng = random.Random(5)
    names = [*HOSTILE, *["Ann Lee"] * 400]
    people = [person(f"u{one:04}", str(one), rng.choice(names)) for one in range(3000)]
    rows = attendees(rng.sample(people, len(people)))
    plain = [[one_line(cell) for cell in row] for row in rows]
    assert read(csv_tables.machine_csv(rows)) == plain
    found = read(csv_tables.excel_csv(rows, csv_tables.machine_csv(rows)).removeprefix(b"\xef\xbb\xbf"))
    named = [row[3].replace("\t", " ").replace("'", "") for row in plain]
    assert [row[3].replace("'", "") for row in found] == named
    assert not any(starts_a_formula(piece) for row in found for piece in re.split("[;,]", row[3]))
    assert [[*row[:3], *row[4:]] for row in found] == [[*row[:3], *row[4:]] for row in plain]
