"""Weeks and months of digests, in the recipient's time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.rules.rule import Digest
from debrief.pipeline.mailing.periods import period_named, period_of

BERLIN = ZoneInfo("Europe/Berlin")
# Clocks change at midnight in Santiago and Cairo, by half an hour on Lord Howe, and Apia has skipped a day.
ZONES = ["Europe/Berlin", "America/New_York", "America/Santiago", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia"]
MOMENTS = st.integers(1_262_304_000, 2_051_222_400).map(
    lambda stamp: datetime.fromtimestamp(stamp, UTC)
)  # 2010 to 2034


@pytest.mark.parametrize(
    ("sunday", "label", "hours"),
    [("2026-03-29", "2026-W13", 167), ("2026-10-25", "2026-W43", 169), ("2026-11-01", "2026-W44", 168)],
)
def test_a_week_with_a_clock_change_lasts_from_monday_to_monday(sunday: str, label: str, hours: int) -> None:
    period = period_of("weekly", datetime.fromisoformat(f"{sunday}T23:59:59").replace(tzinfo=BERLIN), BERLIN)
    assert period.label == label
    assert period.end - period.start == timedelta(hours=hours)
    assert period.start.astimezone(BERLIN).isoformat()[11:16] == "00:00"
    assert period.due(7).astimezone(BERLIN).isoformat()[11:16] == "07:00"
    after = period_of("weekly", period.end, BERLIN)
    assert (after.start, after.previous()) == (period.end, period)


def test_a_month_with_a_clock_change_lasts_from_the_first_to_the_first() -> None:
    period = period_of("monthly", datetime(2026, 10, 31, 22, 59, tzinfo=UTC), BERLIN)
    assert period.label == "2026-10"
    assert period.end == datetime(2026, 10, 31, 23, tzinfo=UTC)
    assert period.end - period.start == timedelta(days=31, hours=1)


def test_the_zone_decides_the_week() -> None:
    moment = datetime(2026, 11, 30, 3, tzinfo=UTC)  # a Monday in Berlin, a Sunday in New York
    labels = [period_of("weekly", moment, ZoneInfo(zone)).label for zone in ("Europe/Berlin", "America/New_York")]
    assert labels == ["2026-W49", "2026-W48"]


def test_the_year_of_a_week_is_that_of_its_thursday() -> None:
    assert period_of("weekly", datetime(2027, 1, 2, tzinfo=UTC), BERLIN).label == "2026-W53"


@given(moment=MOMENTS, zone=st.sampled_from(ZONES).map(ZoneInfo), digest=st.sampled_from(get_args(Digest)))
def test_every_moment_is_in_one_period_and_periods_have_no_gaps(
    moment: datetime, zone: ZoneInfo, digest: Digest
) -> None:
    period = period_of(digest, moment, zone)
    assert period.start <= moment < period.end
    assert period.previous().end == period.start
    assert period_named(period.label, zone) == period
    assert period.due(0) >= period.end
    assert period_of(digest, period.end, zone).previous() == period
