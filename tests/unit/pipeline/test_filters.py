from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.model import Session
from debrief.pipeline.state.filters import matches, too_few, why_skipped
from debrief.settings import Settings

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
SESSION = Session("1_cue00001", "1_room0001", START, START + timedelta(minutes=20), "Sales, EMEA")


def test_without_filters_nothing_is_skipped() -> None:
    assert why_skipped(SESSION, Settings()) == ""
    assert too_few(None, Settings()) == ""


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        (Settings(only_rooms=("1_other",)), "DEBRIEF_ONLY_ROOMS"),
        (Settings(name_patterns=("Town hall*",)), "DEBRIEF_NAME_PATTERNS"),
        (Settings(min_minutes=30), "30 minutes"),
    ],
)
def test_a_skipped_session_has_a_reason_that_names_the_setting(settings: Settings, word: str) -> None:
    assert word in why_skipped(SESSION, settings)


def test_an_open_session_is_not_too_short_yet() -> None:
    assert why_skipped(replace(SESSION, end=START), Settings(min_minutes=30)) == ""


def test_a_name_that_is_not_known_yet_is_not_judged() -> None:
    assert why_skipped(replace(SESSION, entry_name=""), Settings(name_patterns=("Town hall*",))) == ""


@pytest.mark.parametrize(
    ("patterns", "fits"),
    [
        ((), True),
        (("sales*",), True),
        (("*EMEA",), True),
        (("Sales",), False),
        (("!*test*",), True),
        (("!*emea",), False),
        (("Sales*", "!*emea"), False),
        (("Sales? EMEA",), True),
    ],
)
def test_patterns_want_and_leave_out_names_in_any_case(patterns: tuple[str, ...], *, fits: bool) -> None:
    assert matches("Sales, EMEA", patterns) is fits


@given(st.text(max_size=30), st.lists(st.text(max_size=10), max_size=4))
def test_a_pattern_that_leaves_out_wins_over_all_others(name: str, wanted: list[str]) -> None:
    assert not matches(name, (*wanted, "!*"))


def test_too_few_attendees_are_counted_against_the_setting() -> None:
    settings = Settings(min_attendees=5)
    assert too_few(5, settings) == ""
    assert "5 attendees" in too_few(4, settings)
    assert too_few(None, settings)
