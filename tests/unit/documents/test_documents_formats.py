"""Numbers, dates and clocks as readers of a language write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.documents.text import figures, times
from debrief.documents.text.locale_formats import formats_of, language_of
from debrief.model import Part

AFTERNOON = datetime(2026, 11, 7, 15, 4, tzinfo=UTC)
SPACE = "\N{NO-BREAK SPACE}"
ZONE = ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("tag", "small", "large", "minutes", "percent", "day", "clock"),
    [
        ("en", "1,234", "1,234,567", "1,041.3", "66.6%", "Sat 7 November 2026", "15:04"),
        ("en-GB", "1,234", "1,234,567", "1,041.3", "66.6%", "Sat 7 November 2026", "15:04"),
        ("en-US", "1,234", "1,234,567", "1,041.3", "66.6%", "Sat, November 7, 2026", "3:04_PM"),
        ("de-DE", "1.234", "1.234.567", "1.041,3", "66,6_%", "Sat 7 November 2026", "15:04"),
        ("fr-FR", "1_234", "1_234_567", "1_041,3", "66,6_%", "Sat 7 November 2026", "15:04"),
        ("es-ES", "1234", "1.234.567", "1041,3", "66,6_%", "Sat 7 November 2026", "15:04"),
        ("it-IT", "1234", "1.234.567", "1041,3", "66,6%", "Sat 7 November 2026", "15:04"),
        ("nl-NL", "1.234", "1.234.567", "1.041,3", "66,6%", "Sat 7 November 2026", "15:04"),
        ("pt-BR", "1.234", "1.234.567", "1.041,3", "66,6%", "Sat 7 November 2026", "15:04"),
        ("sv-SE", "1_234", "1_234_567", "1_041,3", "66,6_%", "Sat 7 November 2026", "15:04"),
        ("pl-PL", "1234", "1_234_567", "1041,3", "66,6%", "Sat 7 November 2026", "15:04"),
        ("ja-JP", "1,234", "1,234,567", "1,041.3", "66.6%", "Sat 2026-11-07", "15:04"),
        ("de-CH", "1'234", "1'234'567", "1'041.3", "66.6%", "Sat 7 November 2026", "15:04"),
    ],
)
def test_figures_and_dates_are_written_as_the_language_does(
    tag: str, small: str, large: str, minutes: str, percent: str, day: str, clock: str
) -> None:
    formats = formats_of(tag)
    printed = (formats.count(1234), formats.count(1_234_567), formats.minutes(1041.25001), formats.percent(0.6655))
    assert [each.replace(SPACE, "_") for each in printed] == [small, large, minutes, percent]
    assert times.day(AFTERNOON, ZONE, formats) == day
    assert times.clock(AFTERNOON, ZONE, formats).replace(SPACE, "_") == clock


@pytest.mark.parametrize(
    ("tag", "like"),
    [
        ("DE_at", "de-AT"),
        ("de-LU", "de"),
        ("fr-Latn-CH", "fr-CH"),
        ("zh-Hant-TW", "zh-TW"),
        ("tlh", "en"),
        ("", "en"),
        ("-", "en"),
        ("<script>", "en"),
        ("en-SCOTLAND", "en"),
    ],
)
def test_an_unknown_tag_has_the_nearest_languages_formats(tag: str, like: str) -> None:
    assert formats_of(tag) == formats_of(like)


@pytest.mark.parametrize(
    ("tag", "declared"),
    [("de-DE", "en"), ("en-US", "en-US"), ("en_GB", "en-GB"), ("", "en"), ('en"><script>', "en"), ("eng", "en")],
)
def test_texts_are_declared_to_be_english(tag: str, declared: str) -> None:
    assert language_of(tag) == declared


@given(st.floats(-1e9, 1e9), st.sampled_from(["de-DE", "fr-FR", "es-ES", "pl-PL", "en-US", "de-CH"]))
def test_no_digit_is_lost_on_the_way(value: float, tag: str) -> None:
    formats = formats_of(tag)
    for english, written in (
        (figures.count(value), formats.count(value)),
        (figures.minutes(value), formats.minutes(value)),
        (figures.percent(value), formats.percent(value)),
        (figures.tick(value), formats.tick(value)),
    ):
        assert [char for char in written if char.isdigit()] == [char for char in english if char.isdigit()]


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("Kaltura estimates 1,250 people; 12 have no name.", "Kaltura estimates 1.250 people; 12 have no name."),
        ("A rate of 66.6%, with ±2%.", "A rate of 66,6_%, with ±2_%."),
        ("At most 10,000 minutes, 1,041.5 of them known.", "At most 10.000 minutes, 1.041,5 of them known."),
        ("Report 6001, 3 November 2026, 15:04, 1_abcd1,234.", "Report 6001, 3 November 2026, 15:04, 1_abcd1,234."),
        ("Columns 1,2 and 3,4; version 1.2.3.", "Columns 1,2 and 3,4; version 1.2.3."),
    ],
)
def test_figures_in_a_sentence_are_written_as_the_language_does(english: str, german: str) -> None:
    assert formats_of("de-DE").in_sentence(english).replace(SPACE, "_") == german
    assert formats_of("en").in_sentence(english) == english


def test_a_figure_that_is_none_is_a_dash_in_every_language() -> None:
    assert formats_of("fr").percent(None) == formats_of("es").count(float("nan")) == figures.DASH


@pytest.mark.parametrize(
    ("hour", "clock"), [(0, "12:04 AM"), (1, "1:04 AM"), (11, "11:04 AM"), (12, "12:04 PM"), (23, "11:04 PM")]
)
def test_the_clock_of_twelve_hours(hour: int, clock: str) -> None:
    at = AFTERNOON.replace(hour=hour)
    assert times.clock(at, ZONE, formats_of("en-US")).replace(SPACE, " ") == clock


@pytest.mark.parametrize(("tag", "day"), [("en", "Sat 7 Nov"), ("en-US", "Sat Nov 7"), ("ja", "Sat Nov 7")])
def test_a_day_without_its_year(tag: str, day: str) -> None:
    assert times.short_day(date(2026, 11, 7), formats_of(tag)) == day


def parts(*minutes: int) -> list[Part]:
    """Parts from and to these minutes after 10:00."""
    at = [datetime(2026, 11, 7, 10, tzinfo=UTC) + timedelta(minutes=minute) for minute in minutes]
    return [Part(f"1_{n}", start, end) for n, (start, end) in enumerate(zip(at[::2], at[1::2], strict=True))]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        ((), ""),
        ((0, 31), ""),
        ((0, 31, 43, 90), "10:00-10:31 and 10:43-11:30, interrupted for 12 minutes"),
        ((0, 31, 32, 90), "10:00-10:31 and 10:32-11:30, interrupted for 1 minute"),
        ((0, 31, 30, 90), "10:00-10:31 and 10:30-11:30, without interruption"),
        ((0, 60, 10, 20, 60, 70), "10:00-11:00, 10:10-10:20 and 11:00-11:10, without interruption"),
        ((0, 31, 20, 40, 50, 90), "10:00-10:40 and 10:50-11:30, interrupted for 10 minutes"),
        ((0, 10, 20, 30, 35, 40), "10:00-10:10, 10:20-10:30 and 10:35-10:40, interrupted for 10 and 5 minutes"),
        (tuple(range(0, 160, 10)), "8 parts, interrupted 7 times for 70 minutes in all"),
    ],
)
def test_the_parts_of_an_interrupted_session_are_listed_with_their_gaps(minutes: tuple[int, ...], words: str) -> None:
    assert times.interrupted(parts(*minutes), ZONE).replace("\N{EN DASH}", "-") == words
