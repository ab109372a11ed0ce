from datetime import UTC, datetime, timedelta

import pytest

from debrief.pipeline.state.check_schedule import check_minutes
from debrief.settings import Settings

END = datetime(2026, 11, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "check"),
    [(0, None), (44, None), (45, 45), (50, 45), (6 * 60 - 1, 45), (6 * 60, 360), (23 * 60, 360), (10**6, 1440)],
)
def test_the_check_that_is_printed_is_the_last_one_reached(minutes: int, check: float | None) -> None:
    assert check_minutes(END, END + timedelta(minutes=minutes), Settings()) == check


def test_the_check_follows_the_settings() -> None:
    settings = Settings(settle_minutes=10, check_hours=(1, 2))
    assert check_minutes(END, END + timedelta(minutes=15), settings) == 10
    assert check_minutes(END, END + timedelta(minutes=90), settings) == 60
