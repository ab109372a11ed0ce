"""The tokens in links."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.links.tokens import token_hash, token_of
from debrief.errors import BadSettings

KEY = "k" * 43
FIELDS = ("1_cue00001", 1, "b4c9a289323b21a0", "", "full")


def test_the_same_email_has_the_same_token_in_every_process() -> None:
    assert token_of(KEY, *FIELDS) == "we5oug35ikpdezjoe7qvgvma3757f2zy"


def test_a_token_has_160_bits_in_characters_that_no_email_program_changes() -> None:
    assert re.fullmatch(r"[a-z2-7]{32}", token_of(KEY, *FIELDS))


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        ("l" * 43, FIELDS),
        (KEY, ("1_cue00002", *FIELDS[1:])),
        (KEY, ("1_cue00001", 2, *FIELDS[2:])),
        (KEY, ("1_cue00001", 1, "93b0af429de1631e", "", "full")),
        (KEY, (*FIELDS[:3], "link-2026-11-24", "full")),
        (KEY, (*FIELDS[:4], "totals")),
    ],
)
def test_key_session_revision_recipient_occasion_and_tier_each_make_another_token(key: str, fields: tuple) -> None:
    assert token_of(key, *fields) != token_of(KEY, *FIELDS)


def test_a_key_that_could_be_guessed_is_refused_and_not_repeated() -> None:
    with pytest.raises(BadSettings, match="at least 32 characters") as refused:
        token_of("hunter2" * 4, *FIELDS)
    assert "hunter2" not in str(refused.value)


@given(st.text())
def test_any_text_has_a_hash(text: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", token_hash(text))


def test_text_that_no_encoding_can_hold_has_a_hash_too() -> None:
    assert len(token_hash("\ud800")) == 64
