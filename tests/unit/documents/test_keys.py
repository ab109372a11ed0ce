"""The archive's keys, letter for letter as the contract promises them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.archive.layout import key, report_key, safe_id

START = datetime(2024, 8, 1, 9, 0, tzinfo=UTC)


def test_a_key_is_the_contracts() -> None:
    assert key("rooms", START, "1_cue00001", "rooms.csv") == "rooms/date=2024-08-01/session=1_cue00001/rooms.csv"
    assert report_key(START, "1_cue00001", "summary.json") == "reports/date=2024-08-01/session=1_cue00001/summary.json"


@pytest.mark.parametrize(("hours", "date"), [(-2, "2024-08-01"), (2, "2024-07-31"), (14, "2024-07-31")])
def test_the_date_is_the_utc_date_of_the_start(hours: int, date: str) -> None:
    local = datetime(2024, 8, 1, 0, 30, tzinfo=timezone(timedelta(hours=hours)))
    assert key("raw", local, "1_c", "x").split("/")[1] == f"date={date}"


@pytest.mark.parametrize(
    ("given_id", "safe"),
    [
        ("1_cue-Z9", "1_cue-Z9"),
        ("..", "%2E%2E"),
        ("a/b", "a%2Fb"),
        ("a\\b", "a%5Cb"),
        ("~", "%7E"),
        ("50%", "50%25"),
        ("é", "%C3%A9"),
        ("a b", "a%20b"),
        ("\0", "%00"),
        ("\ud800", "%ED%A0%80"),
    ],
)
def test_anything_but_letters_digits_underscore_and_hyphen_is_percent_encoded(given_id: str, safe: str) -> None:
    assert safe_id(given_id) == safe


@given(st.text(max_size=20))
def test_an_id_in_a_key_is_safe_and_differs_from_every_other(text: str) -> None:
    safe = safe_id(text)
    assert re.fullmatch(r"(?:[A-Za-z0-9_-]|%[0-9A-F]{2})*", safe)
    assert unquote(safe, errors="surrogatepass") == text
