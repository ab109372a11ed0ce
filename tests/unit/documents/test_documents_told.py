"""Whether an organizer would want to hear of changed figures."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.documents.text.locale_formats import formats_of
from debrief.documents.view.headline import HEADLINE, changed_clearly, difference, format_headline, headline_figures
from debrief.model import Metric
from support import summaries
from support.summaries_with_registrations import with_registrations

FIGURES = st.fixed_dictionaries(
    {},
    optional={
        "unique_attendees": st.integers(0, 500).map(float),
        "peak_live_viewers": st.integers(0, 500).map(float),
        "presence_average": st.floats(0, 300),
        "present_75": st.floats(0, 1),
        "engagement_rate": st.floats(0, 1),
    },
)
REGISTERED = "registration_rate"
ALWAYS = [key for key in HEADLINE if key != REGISTERED]
THRESHOLDS = st.floats(0, 3)


def test_headline_figures_are_the_figures_that_the_summary_has() -> None:
    figures = headline_figures(with_registrations(summaries.webinar(), scope="session"))
    assert list(figures) == list(HEADLINE)
    assert (figures["unique_attendees"], figures["peak_live_viewers"]) == (141.0, 354.0)
    assert "peak_live_viewers" not in headline_figures(summaries.rich())
    broken = replace(summaries.rich(), metrics={"present_75": Metric(float("nan"), "ratio", "", "")})
    assert headline_figures(broken) == {}


@pytest.mark.parametrize(
    ("key", "before", "after", "expected"),
    [
        ("unique_attendees", 2, 3, False),
        ("unique_attendees", 2, 4, True),
        ("unique_attendees", 100, 109, False),
        ("unique_attendees", 100, 110, True),
        ("unique_attendees", 0, 2, True),
        ("presence_average", 4, 4.9, False),
        ("presence_average", 4, 5, True),
        ("presence_average", 40, 43.9, False),
        ("present_75", 0.05, 0.0699, False),
        ("present_75", 0.64, 0.66, False),
        ("present_75", 0.1, 0.12, True),
        ("engagement_rate", 0.5, 0.55, True),
        ("peak_live_viewers", 300, 329, False),
        ("peak_live_viewers", 300, 330, True),
        ("registration_rate", 0.61, 0.58, False),
        ("registration_rate", 0.61, 0.54, True),
        ("registration_rate", 0.1, 0.119, False),
    ],
)
def test_a_change_counts_from_a_tenth_on_unless_it_is_small_in_itself(
    key: str, before: float, after: float, *, expected: bool
) -> None:
    assert changed_clearly({key: before}, {key: after}, 0.1) is expected


def test_figures_of_an_older_version_which_knew_the_main_room_only_are_not_compared_by_how_long_people_stayed() -> None:
    older = {"unique_attendees": 10.0, "minutes_average": 20.0, "stayed_75": 0.1}
    newer = {"unique_attendees": 10.0, "presence_average": 80.0, "present_75": 0.9}
    assert not changed_clearly(older, newer, 0.1)
    assert changed_clearly(older, newer | {"unique_attendees": 20.0}, 0.1)


@given(FIGURES, FIGURES, THRESHOLDS)
def test_the_order_of_the_two_does_not_matter(one: dict[str, float], other: dict[str, float], least: float) -> None:
    assert changed_clearly(one, other, least) == changed_clearly(other, one, least)


@given(FIGURES, THRESHOLDS)
def test_what_stays_the_same_never_counts(figures: dict[str, float], least: float) -> None:
    assert not changed_clearly(figures, dict(figures), least)


@given(FIGURES, FIGURES, THRESHOLDS, THRESHOLDS)
def test_a_higher_threshold_never_finds_more(
    one: dict[str, float], other: dict[str, float], low: float, high: float
) -> None:
    low, high = sorted((low, high))
    assert changed_clearly(one, other, low) or not changed_clearly(one, other, high)


@given(st.sampled_from(HEADLINE), st.floats(2, 500), THRESHOLDS)
def test_from_nothing_to_something_counts_whatever_the_threshold(key: str, value: float, least: float) -> None:
    assert changed_clearly({key: 0.0}, {key: value}, least)
    assert changed_clearly({key: value}, {key: 0.0}, least)


@given(FIGURES, THRESHOLDS)
def test_a_late_list_of_registrations_counts_and_one_that_vanishes_does_not(
    figures: dict[str, float], least: float
) -> None:
    assert changed_clearly(figures, {**figures, REGISTERED: 0.6}, least)
    assert not changed_clearly({**figures, REGISTERED: 0.6}, figures, least)


@given(FIGURES, st.sampled_from(ALWAYS), THRESHOLDS)
def test_a_figure_that_appears_or_vanishes_counts(figures: dict[str, float], key: str, least: float) -> None:
    without = {name: value for name, value in figures.items() if name != key}
    assert changed_clearly(without, {**without, key: 0.0}, least)
    assert changed_clearly({**without, key: 0.0}, without, least)


@given(FIGURES, THRESHOLDS)
def test_figures_that_no_email_states_never_count(figures: dict[str, float], least: float) -> None:
    assert not changed_clearly(figures, {**figures, "guests": 99.0}, least)


@given(st.sampled_from(HEADLINE), st.floats(0, 1000), st.floats(0, 1000))
def test_a_difference_is_none_exactly_when_both_are_printed_the_same(key: str, one: float, other: float) -> None:
    way, words = difference(key, one, other)
    assert (way == 0) == (format_headline(key, one) == format_headline(key, other))
    assert difference(key, other, one) == (-way, words)


def test_written_figures_carry_their_unit_and_follow_the_formats() -> None:
    assert [
        format_headline(key, value) for key, value in zip(HEADLINE, (1234, 0.6264, 41.25, 0.6655, 1, None), strict=True)
    ] == [
        "1,234",
        "62.6%",
        "41.3 min",
        "66.6%",
        "100.0%",
        "\N{EN DASH}",
    ]
    assert format_headline("present_75", 0.6655, formats_of("de-DE")) == "66,6\N{NO-BREAK SPACE}%"
