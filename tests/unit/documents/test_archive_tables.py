"""What the tables of the archive hold: their columns, what these mean, and the line of a session's figures."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from debrief.documents.data import csv_tables, dictionary, summary_row
from debrief.documents.data.summary_json import to_json
from debrief.metrics.event import facts_of, summarize_event
from debrief.model import AttendeeRow, BreakoutRow, Metric, RoomRow, Session, SessionData, Summary
from support.archive_page import EVENT_METRICS, METRICS, columns_of
from support.event_samples import EVENT, row, session
from support.opencsv import BACKSLASH, split

SESSION = Session(
    "1_cue", "1_room", datetime(2026, 11, 18, 9, tzinfo=UTC), datetime(2026, 11, 18, 10, 1, tzinfo=UTC), "Weekly, 1"
)
NEVER_WRITTEN = "\N{PARAGRAPH SEPARATOR}"  # what infra/athena.yaml names as the escape character
CELLS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\",\\' \u2029\n"), max_size=8)


def summary(**metrics: Metric) -> Summary:
    return Summary(SESSION, None, "final", 2, metrics, {"attendees": {"rows": [{"name": "Ann"}]}})


def figure(value: float | str | None, unit: str = "ratio") -> Metric:
    return Metric(value, unit, "In words.", "6001", None if value is not None else "nobody came")


def test_every_file_has_the_columns_of_the_dictionary_in_their_order() -> None:
    data = SessionData(SESSION)
    made = {
        "rooms": csv_tables.rooms(data),
        "attendees": csv_tables.attendees(data, {}),
        "breakouts": csv_tables.breakouts(data),
    }
    for name, (header, *_) in made.items():
        assert [column.name for column in columns_of(name)] == list(header)
    assert (made["rooms"][0], made["breakouts"][0]) == (RoomRow._fields, BreakoutRow._fields)
    assert made["attendees"][0] == (*AttendeeRow._fields, *csv_tables.ADDED_COLUMNS)


def test_the_line_of_a_session_has_the_columns_of_the_dictionary_in_their_order() -> None:
    metrics = {key: figure(None, one.unit) for key, one in METRICS.items()}
    line = json.loads(summary_row.to_line(summary(**metrics)))
    assert list(line) == [column.name for column in columns_of("summaries")]


def test_a_column_of_whole_numbers_never_has_a_figure_with_decimals() -> None:
    """Three people came to two, one and one of two sessions: 1.3 sessions per person."""
    rows = [row("ann", 60), row("bob", 30)], [row("ann", 20), row("cid", 40)]
    event = summarize_event(
        EVENT, facts_of([session(number, each) for number, each in enumerate(rows)]), attendee_limit=9
    )
    whole = {column.name for column in columns_of("events") if column.type == "bigint"}
    values = {key: metric.value for key, metric in event.metrics.items() if metric.value is not None}
    assert {key: value for key, value in values.items() if key in whole and value != int(value)} == {}


def test_no_table_has_a_column_twice() -> None:
    for name, added in dictionary.ADDED.items():
        names = [column.name for column in (*columns_of(name), *added)]
        assert len(names) == len(set(names))


def test_every_column_says_what_it_means_and_where_it_comes_from() -> None:
    for name, added in dictionary.ADDED.items():
        for column in (*columns_of(name), *added):
            assert column.meaning.endswith(".")
            assert column.source
            assert bool(column.unit) == (column.type in {"bigint", "double", "timestamp"}), column


def test_the_dictionary_is_a_table_of_all_columns_of_the_files() -> None:
    header, *rows = dictionary.dictionary(METRICS)
    assert tuple(header) == ("table", "name", "type", "unit", "meaning", "source", "label")
    assert ("attendees", "breakout_minutes", "double", "minutes") in {tuple(row[:4]) for row in rows}
    assert len(rows) == sum(len(columns_of(name)) for name in dictionary.FILES) - len(EVENT_METRICS)
    assert csv_tables.machine_csv([header, *rows]).count(b"\n") == len(rows) + 1


def test_the_dictionary_can_be_made_from_a_summary_alone() -> None:
    """As for a bundle: its metrics know their meaning."""
    made = summary(minutes_total=figure(1.0, "minutes"))
    wanted = ("minutes_total", "double", "minutes", "In words.", "6001", "Minutes attended")
    assert ("summaries", *wanted) in dictionary.dictionary(made.metrics)
    assert dictionary.dictionary(made.metrics, "events")[-1] == ("events", *wanted)


def test_a_session_is_one_line_with_its_figures_as_numbers_and_null_for_none() -> None:
    body = summary_row.to_line(
        summary(unique_attendees=figure(3, "people"), engagement_rate=figure(0.5), polls_users_rate=figure(None))
    )
    assert body.endswith(b"\n")
    assert body.count(b"\n") == 1
    assert json.loads(body) == {
        "schema": "debrief.summaries/1",
        "session": "1_cue",
        "entry_id": "1_room",
        "entry_name": "Weekly, 1",
        "parent_entry_id": None,
        "host_user_id": "",
        "started_at": "2026-11-18T09:00:00Z",
        "ended_at": "2026-11-18T10:01:00Z",
        "duration_minutes": 61.0,
        "state": "final",
        "revision": 2,
        "unique_attendees": 3,
        "engagement_rate": 0.5,
        "polls_users_rate": None,
        "event_id": None,
    }


def test_the_line_says_the_same_as_the_summary_and_names_no_attendee() -> None:
    made = summary(minutes_average=figure(1 / 3, "minutes"))
    line, written = json.loads(summary_row.to_line(made)), json.loads(to_json(made))
    assert {key: line[key] for key in made.metrics} == {key: one["value"] for key, one in written["metrics"].items()}
    assert (line["started_at"], line["ended_at"]) == (written["session"]["start"], written["session"]["end"])
    assert b"Ann" not in summary_row.to_line(made)


@given(st.text(max_size=20))
@example("a\nb\r\nc")
@example("\ud800")
def test_whatever_a_room_is_called_its_session_is_one_line_of_utf_8(name: str) -> None:
    body = summary_row.to_line(replace(summary(), session=replace(SESSION, entry_name=name)))
    assert body.count(b"\n") == 1
    assert json.loads(body.decode())["entry_name"] == name.encode("utf-8", "replace").decode()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_json_is_never_written(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        summary_row.to_line(summary(minutes_average=figure(value, "minutes")))


@given(st.lists(CELLS, min_size=2, max_size=5))
@example(["Doe, Jane \\", "x"])
@example(['"', '""', ',"', '" "'])
@example([NEVER_WRITTEN + '"', "\N{LINE SEPARATOR}"])
def test_athena_reads_each_cell_as_it_was_written(row: list[str]) -> None:
    """Line breaks and control characters apart, which the files do not hold."""
    line = csv_tables.machine_csv([row]).decode().removesuffix("\n")
    assert NEVER_WRITTEN not in line
    assert split(line, NEVER_WRITTEN) == [
        csv_tables._LINE_BREAKS.sub(" ", csv_tables._CONTROLS.sub("", cell)) for cell in row
    ]


def test_with_its_own_escape_character_athena_would_lose_letters_and_cells() -> None:
    lines = csv_tables.machine_csv([["CORP\\jane", "x"], ["Doe, Jane \\", "x"]]).decode().splitlines()
    assert [split(line, BACKSLASH) for line in lines] == [["CORPjane", "x"], []]
