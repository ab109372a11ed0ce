from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.delivery.ledger.serialization import time_text, to_record, to_row
from debrief.model import Part

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 28), timezones=ZONES)  # noqa: DTZ001
TIME = datetime(2024, 8, 1, 10, 1, tzinfo=UTC)
WIDTH = len("2024-08-01T10:01:00.000000Z")


@given(TIMES, TIMES)
def test_times_sort_as_their_texts_do(one: datetime, other: datetime) -> None:
    assert (one < other) == (time_text(one) < time_text(other))
    assert len(time_text(one)) == WIDTH


@given(TIMES)
def test_a_time_comes_back_to_the_microsecond(moment: datetime) -> None:
    record = SessionRecord("1_cue", "1_entry", moment, moment, due=moment)
    back = to_record(SessionRecord, to_row(record))
    assert back == record
    assert back.end.tzinfo == UTC


FIGURES = st.dictionaries(st.text(max_size=9), st.floats(allow_nan=False, allow_infinity=False), max_size=3)


@given(
    st.lists(st.builds(Part, st.text(max_size=9), TIMES, TIMES), max_size=3).map(tuple),
    st.dictionaries(st.integers(1, 999_999), FIGURES, max_size=3),
)
def test_parts_and_history_come_back_as_they_were(
    parts: tuple[Part, ...], history: dict[int, dict[str, float]]
) -> None:
    record = SessionRecord("1_cue", "1_entry", TIME, TIME, parts=parts, history=history)
    back = to_record(SessionRecord, to_row(record))
    assert back == record
    assert all(type(figure) is float for figures in back.history.values() for figure in figures.values())


def test_parts_and_history_are_compact_json_and_nothing_where_there_are_none() -> None:
    record = SessionRecord("1_cue", "1_entry", TIME, TIME)
    assert (to_row(record)["parts"], to_row(record)["history"]) == (None, None)
    joint = replace(record, parts=(Part("1_a", TIME, TIME),), history={10: {"attendees": 2.0}, 2: {}})
    time = "2024-08-01T10:01:00.000000Z"
    assert to_row(joint)["parts"] == f'[["1_a","{time}","{time}"]]'
    assert to_row(joint)["history"] == '{"2":{},"10":{"attendees":2.0}}'


def test_a_row_of_an_earlier_version_takes_the_defaults() -> None:
    row = {"cue_point_id": "1_cue", "entry_id": "1_entry", "start": "2024-08-01T09:00:00.000000Z"}
    record = to_record(SessionRecord, row | {"end": "2024-08-01T10:00:00.000000Z", "surplus": "x"})
    assert (record.state, record.version, record.due) == ("waiting", 0, None)
    assert (record.kind, record.parts, record.history) == ("session", (), {})
