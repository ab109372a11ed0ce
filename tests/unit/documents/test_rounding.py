"""One rounding for page, PDF, email and lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.documents.html.attendees import FIELDS, data_value
from debrief.documents.text import figures
from debrief.documents.view import headline
from debrief.documents.view.model import AttendeeRowView
from debrief.util.rounding import short_minutes


@pytest.mark.parametrize(("part", "whole"), [(2_999, 3_000), (99_999, 100_000), (1, 3_000), (1, 100_000)])
def test_a_share_that_is_not_all_is_not_100_and_one_that_is_some_is_not_0(part: int, whole: int) -> None:
    assert figures.percent(part / whole) == ("99.9%" if part > 1 else "0.1%")
    assert data_value(part / whole, 1, is_share=True) == (99.9 if part > 1 else 0.1)
    assert headline.format_headline("present_75", part / whole) == figures.percent(part / whole)


def test_all_and_none_are_printed_as_such() -> None:
    assert (figures.percent(1.0), figures.percent(0.0)) == ("100.0%", "0.0%")


@pytest.mark.parametrize(("half", "up"), [(0.5, "1"), (2.5, "3"), (12.5, "13"), (14.5, "15"), (1_000.5, "1,001")])
def test_halves_are_rounded_up_on_the_page_and_in_the_pdf(half: float, up: str) -> None:
    assert figures.count(half) == up
    assert data_value(half, 0) == int(up.replace(",", ""))


@given(st.floats(0, 1, allow_subnormal=False))
def test_the_page_holds_a_share_as_the_pdf_prints_it(ratio: float) -> None:
    engagement = next(field for field in FIELDS if field.key == "engagement")
    assert f"{engagement.printed(AttendeeRowView('', engagement=ratio))}%" == figures.percent(ratio)


@given(st.floats(0, 100_000, allow_subnormal=False))
def test_a_list_says_minutes_as_the_page_does(minutes: float) -> None:
    words, printed = short_minutes(minutes), figures.minutes(minutes)
    assert words == figures.tick(minutes)
    assert words in {printed, printed.removesuffix(".0")}
