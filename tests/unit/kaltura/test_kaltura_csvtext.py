"""Tables as the Kaltura server writes them: no quoting, line breaks as they are."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from kaltura_wire import BOM, written

from debrief.errors import ReportChanged
from debrief.kaltura.reports.csv_reader import Shape, read_csv
from debrief.kaltura.reports.room_reports import ATTENDEES, BREAKOUTS, ROOMS, Report, parse
from debrief.model import AttendeeRow, BreakoutRow, RoomRow
from debrief.util.values import number

HOSTILE = st.one_of(
    st.sampled_from(["", '"', '""', '"a', 'b"', "a\nb", "\n", "\n\n", "a\n\nb", "\na", "a\n", "x,y", "=1+1", "a\r\nb"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.text("ab ,\n\"'", max_size=12),
)
IDS = st.text("01_abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=10)
NUMBERS = st.one_of(
    st.sampled_from(["", "0", "1.0E-5", "58.166666666667", "-1", "nan", "INF", "1e999"]),
    st.floats(0, 1e6).map(repr),
)
TIMES = st.integers(1_600_000_000, 1_900_000_000).map(str)
TYPES = st.sampled_from(["Guest", "User"])

_ATTENDEES = st.tuples(IDS, IDS, HOSTILE, HOSTILE, HOSTILE, TYPES, NUMBERS, NUMBERS)
_ROOMS = st.tuples(IDS, HOSTILE, st.just("") | IDS, IDS, TIMES, TIMES, HOSTILE, NUMBERS, NUMBERS)
_BREAKOUTS = st.tuples(IDS, HOSTILE, IDS, HOSTILE, IDS, HOSTILE, TIMES, TIMES, NUMBERS, NUMBERS, NUMBERS)
NAMES = {
    ROOMS: {"entry_name", "session_host_user_id"},
    ATTENDEES: {"user_id", "user_name", "user_email"},
    BREAKOUTS: {"parent_entry_name", "breakout_entry_name", "session_initiator"},
}
ORDER = "entry_id cue_point_id user_id user_name user_email user_type meeting_view_time meeting_engaged_play_time_ratio"


def one_line(cell: str) -> str:
    """A name as it can be read back: commas and line breaks became spaces, one layer of quotes is gone."""
    cell = cell.replace(",", " ").replace("\n", " ")
    return cell[1:-1].replace('""', '"') if len(cell) >= 2 and cell[0] == cell[-1] == '"' else cell


@pytest.mark.parametrize(("report", "rows"), [(ROOMS, _ROOMS), (ATTENDEES, _ATTENDEES), (BREAKOUTS, _BREAKOUTS)])
@settings(max_examples=80)
@given(data=st.data())
def test_any_table_with_columns_as_documented_is_read_back_cell_by_cell(
    report: Report[RoomRow] | Report[AttendeeRow] | Report[BreakoutRow],
    rows: st.SearchStrategy[tuple[str, ...]],
    data: st.DataObject,
) -> None:
    table = data.draw(st.lists(rows, max_size=6))
    read = parse(report, written(report.columns, table))
    assert sorted(map(tuple, read.rows)) == sorted(tuple(map(one_line, row)) for row in table)
    assert read.count == len(table)


@settings(max_examples=100)
@given(table=st.lists(_ATTENDEES, max_size=6), order=st.permutations(range(9)))
def test_with_columns_in_any_order_and_one_more_every_row_comes_with_its_ids_and_numbers(
    table: list[tuple[str, ...]], order: list[int]
) -> None:
    """Only if names are at both ends of a row can a line break belong to the other row; ids have none."""
    header = (*ATTENDEES.columns, "new_column")
    shuffled = [[(*row, "17")[place] for place in order] for row in table]
    read = parse(ATTENDEES, written([header[place] for place in order], shuffled))
    assert sorted((row[:2], row[5:]) for row in read.rows) == sorted((row[:2], row[5:]) for row in table)
    if not {order[0], order[-1]} <= {2, 3, 4, 8}:
        named = [(*row[:2], *map(one_line, row[2:5]), *row[5:]) for row in table]
        assert sorted(map(tuple, read.rows)) == sorted(named)
    assert [finding.code for finding in read.findings] == ["UNKNOWN_COLUMN"]


def attendees(*rows: Sequence[str], order: str = ORDER) -> list[AttendeeRow]:
    """What is read of rows given in documented order and written in another."""
    places = [ATTENDEES.columns.index(name) for name in order.split()]
    body = written(order.split(), [[row[place] for place in places] for row in rows])
    return parse(ATTENDEES, body).rows


ANN = ("1_room", "1_cue", "ann", "Ann\nMarie\nLee", "a@x.io", "User", "58.166666666667", "0.91")
BOB = ("1_room", "1_cue", "bob", "\nBob\n", "b\n@x.io", "Guest", "3.5", "0")
PLAIN = ("1_room", "1_cue", "cy", "Cy", "", "User", "1", "1")
NAME_FIRST = "user_name entry_id cue_point_id user_id user_email user_type meeting_view_time "
NAME_LAST = "entry_id cue_point_id user_id user_email user_type meeting_view_time meeting_engaged_play_time_ratio "


@pytest.mark.parametrize(
    "order", [ORDER, NAME_FIRST + "meeting_engaged_play_time_ratio", NAME_LAST + "user_name"], ids=["", "first", "last"]
)
def test_names_broken_over_several_lines_are_put_together_wherever_they_stand(order: str) -> None:
    rows = attendees(PLAIN, ANN, BOB, PLAIN, ANN, order=order)
    assert [row.user_name for row in rows] == ["Cy", "Ann Marie Lee", " Bob ", "Cy", "Ann Marie Lee"]
    assert [row.user_email for row in rows] == ["", "a@x.io", "b @x.io", "", "a@x.io"]
    assert [row.meeting_view_time for row in rows] == ["1", "58.166666666667", "3.5", "1", "58.166666666667"]


def test_a_lone_quote_swallows_nothing() -> None:
    rows = attendees((*ANN[:3], '"', *ANN[4:]), (*BOB[:3], 'say "hi', *BOB[4:]), PLAIN)
    assert [row.user_name for row in rows] == ['"', 'say "hi', "Cy"]


def test_a_value_that_a_definition_quoted_loses_one_layer_of_quotes() -> None:
    assert attendees((*ANN[:3], '"a ""b"" c"', *ANN[4:]))[0].user_name == 'a "b" c'


@pytest.mark.parametrize("blank_lines", ["\n", "\n\n\n"])
def test_empty_lines_between_rows_are_no_rows(blank_lines: str) -> None:
    body = written(ORDER.split(), [PLAIN, BOB]).replace(
        b"\n1_room,1_cue,bob", blank_lines.encode() + b"1_room,1_cue,bob"
    )
    assert [row.user_id for row in parse(ATTENDEES, body + b"\n").rows] == ["cy", "bob"]


def test_a_surplus_comma_goes_back_into_the_name_that_it_came_from() -> None:
    body = written(ORDER.split(), [PLAIN, ANN]).replace(b"Cy", b"Cy, Jr, PhD")
    assert [row.user_name for row in parse(ATTENDEES, body).rows] == ["Cy  Jr  PhD", "Ann Marie Lee"]


@pytest.mark.parametrize(
    ("numbers", "read"),
    [("14,25,0.5", ("14.25", "0.5")), ("14.25,0,5", ("14.25", "0.5")), ("14,25,0,5", ("14.25", "0.5"))],
)
def test_a_number_with_a_decimal_comma_is_put_together_and_never_half_of_it(
    numbers: str, read: tuple[str, str]
) -> None:
    body = written(ORDER.split(), [PLAIN]).replace(b"User,1,1", f"User,{numbers}".encode())
    (row,) = parse(ATTENDEES, body).rows
    assert (row.user_name, row.user_type, *row[-2:]) == ("Cy", "User", *read)


def test_a_surplus_comma_that_may_be_of_a_name_or_of_a_number_makes_a_row_unreadable() -> None:
    room = ("1_room", "Room", "", "1_cue", "1795014000", "1795017720", "ines", "1972", "0,73")
    body = BOM + ",".join(ROOMS.columns).encode() + b"\n" + ",".join(room).encode() + b"\n"
    table = parse(ROOMS, body)
    assert (table.rows, table.count) == ([], 1)
    assert [finding.code for finding in table.findings] == ["UNREADABLE_ROWS"]


def test_lines_that_are_not_rows_are_counted_and_reported_and_the_others_kept() -> None:
    lost = b"1_room,1_cue,half,a row\nrubbish\n" + b"x," * 30 + b"\n"
    table = parse(ATTENDEES, written(ORDER.split(), [PLAIN]) + lost + written([], [ANN])[5:])
    assert [row.user_id for row in table.rows] == ["cy", "ann"]
    assert table.count == 5
    assert [finding.code for finding in table.findings] == ["UNREADABLE_ROWS"]
    assert "3 lines of report 6001" in table.findings[0].message


def test_a_row_cut_off_at_the_end_is_counted_and_reported() -> None:
    table = parse(ATTENDEES, written(ORDER.split(), [PLAIN]) + b"1_room,1_cue,ann,Ann\n")
    assert (len(table.rows), table.count, table.findings[0].code) == (1, 2, "UNREADABLE_ROWS")


@pytest.mark.parametrize("body", [BOM + b"\n", BOM, b"", b"\n"])
def test_an_empty_table_without_column_names_is_empty(body: bytes) -> None:
    assert parse(ATTENDEES, body).rows == []


def test_an_empty_table_with_column_names_is_empty() -> None:
    table = parse(ROOMS, written(ROOMS.columns, []))
    assert (table.rows, table.count, table.findings) == ([], 0, ())


def test_rows_without_column_names_are_an_error_and_not_an_empty_table() -> None:
    with pytest.raises(ReportChanged):
        parse(ATTENDEES, written([], [PLAIN]))


@pytest.mark.parametrize("report", [ROOMS, ATTENDEES, BREAKOUTS])
def test_a_required_column_that_is_missing_is_named_and_a_descriptive_one_is_blank(
    report: Report[RoomRow] | Report[AttendeeRow] | Report[BreakoutRow],
) -> None:
    row = dict.fromkeys(report.columns, "1700000000")
    for name in report.columns:
        left = {key: value for key, value in row.items() if key != name}
        body = written(list(left), [list(left.values())])
        if name in NAMES[report] - {"user_id"}:
            table = parse(report, body)
            assert getattr(table.rows[0], name) == ""
            assert [(finding.code, name in finding.message) for finding in table.findings] == [("MISSING_COLUMN", True)]
        else:
            with pytest.raises(ReportChanged, match=f"{report.number} no longer has the column {name}"):
                parse(report, body)


def test_a_renamed_column_is_a_missing_one() -> None:
    with pytest.raises(ReportChanged, match="meeting_view_time"):
        parse(ATTENDEES, written(ORDER.replace("meeting_view_time", "view_time").split(), [PLAIN]))


def test_column_names_may_be_quoted_and_spaced() -> None:
    header = [f' "{name}"' if place % 2 else f" {name} " for place, name in enumerate(ATTENDEES.columns)]
    header = [name.strip() if '"' in name else name for name in header]
    assert parse(ATTENDEES, written(header, [PLAIN])).rows[0].user_name == "Cy"


def test_of_two_columns_of_one_name_the_first_counts() -> None:
    table = parse(ATTENDEES, written([*ATTENDEES.columns, "user_id"], [[*PLAIN, "other"]]))
    assert table.rows[0].user_id == "cy"


def test_bytes_that_are_no_utf_8_cost_a_character_and_no_row() -> None:
    body = written(ORDER.split(), [PLAIN, ANN]).replace(b"Cy", b"C\xff\xfey")
    assert [row.user_name for row in parse(ATTENDEES, body).rows] == ["C\ufffd\ufffdy", "Ann Marie Lee"]


def test_a_table_of_nothing_but_line_breaks_takes_no_time() -> None:
    """Joining line by line would take the square of their number."""
    order = (NAME_FIRST + "meeting_engaged_play_time_ratio").split()
    table = parse(ATTENDEES, BOM + ",".join(order).encode() + b"\nx" * 200_000 + b"\n")
    assert table.rows == []
    assert table.findings[0].code == "UNREADABLE_ROWS"


def test_what_a_table_prints_names_nobody() -> None:
    assert "ann" not in repr(parse(ATTENDEES, written(ORDER.split(), [ANN])))


@given(st.text(max_size=8))
@example("nan")
@example("1e999")
@example("1_000")
@example("9" * 400)
def test_a_number_is_finite_or_none(cell: str) -> None:
    value = number(cell)
    assert value is None or abs(value) < 1e15
    assert value is None or "_" not in cell


def test_numbers_are_read_as_php_prints_them() -> None:
    assert [number(cell) for cell in ("1.0E-5", "0.91", "3", "-2")] == [1e-5, 0.91, 3.0, -2.0]


def test_rows_in_another_order_are_the_same_rows() -> None:
    rows = [PLAIN, ANN, BOB]
    for seed in range(5):
        order = ORDER.split()
        random.Random(seed).shuffle(order)
        ends = {order[0], order[-1]}
        if not ends <= {"user_id", "user_name", "user_email", "user_type"}:
            assert attendees(*rows, order=" ".join(order)) == attendees(*rows)


def test_a_long_table_comes_whole_whatever_its_order_and_odd_names() -> None:
    rng = random.Random(3)
    names = ["Zoë", "", '"Bob" B', '"quoted"', "漢字", "a b"]
    table = [("1_r", "1_c", f"u{one % 1500}", rng.choice(names), "", "User", str(one), "0.5") for one in range(2001)]
    read = parse(ATTENDEES, written(ATTENDEES.columns, rng.sample(table, len(table))))
    assert sorted(map(tuple, read.rows)) == sorted(tuple(map(one_line, row)) for row in table)
    assert (read.count, read.findings) == (2001, ())


def test_rows_that_are_to_come_in_order_come_as_they_were_written() -> None:
    body = b"a,b\n2,x\n1,y\n3,z\n"
    shape = Shape({}, ())
    assert list(map(list, read_csv(body, lambda _: shape).rows)) == [["2", "x"], ["1", "y"], ["3", "z"]]
    assert sorted(map(list, read_csv(body, lambda _: shape, in_order=False).rows)) == [
        ["1", "y"],
        ["2", "x"],
        ["3", "z"],
    ]
