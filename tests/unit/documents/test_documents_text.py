"""Strings from outside, made printable."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.documents.text.sanitize import clean, clean_sentence

ANYTHING = st.text(st.characters(exclude_categories=[]), max_size=400)


@given(ANYTHING)
def test_any_string_becomes_one_short_line_that_can_be_encoded(raw: str) -> None:
    cleaned = clean(raw, 40)
    cleaned.encode("utf-8")
    assert len(cleaned) <= 40
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f]", cleaned)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  Ana \t\r\n Souza\x00 ", "Ana Souza"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\ud800b", "a\ufffdb"),
        ("Jose\u0301", "Jos\u00e9"),
        ("\u200b\u2060\ufeff", ""),
        ("a" + "\u0336" * 50, "a" + "\u0336" * 3),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("\u3164", ""),
        ("\u2800 \u2800", ""),
        ("\u115f\u1160", ""),
        ("\u034f", ""),
        ("\uffa0\u180e", ""),
        ("\u200d\ufe0f\u200c", ""),
        ("\U000e0101", ""),
        ("A\u3164nn", "Ann"),
        ("\u2764\ufe0f", "\u2764\ufe0f"),
        ("", ""),
    ],
)
def test_clean_keeps_letters_and_drops_what_only_harms(raw: str, expected: str) -> None:
    assert clean(raw) == expected


def test_a_long_name_ends_in_an_ellipsis() -> None:
    assert clean("A" * 300, 10) == "A" * 9 + "\N{HORIZONTAL ELLIPSIS}"


def test_a_long_sentence_is_never_cut() -> None:
    sentence = "A sentence of many words. " * 40
    assert clean_sentence(sentence) == sentence.strip()
