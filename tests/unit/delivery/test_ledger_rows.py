from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.ledger import SessionRecord
from debrief.delivery.rows import time_text, to_record, to_row

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 28), timezones=ZONES)  # noqa: DTZ001
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


def test_a_row_of_an_earlier_version_takes_the_defaults() -> None:
    row = {"cue_point_id": "1_cue", "entry_id": "1_entry", "start": "2024-08-01T09:00:00.000000Z"}
    record = to_record(SessionRecord, row | {"end": "2024-08-01T10:00:00.000000Z", "surplus": "x"})
    assert (record.state, record.version, record.due) == ("waiting", 0, None)
