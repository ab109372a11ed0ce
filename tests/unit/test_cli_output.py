"""What commands print, whatever names and ids hold."""

from __future__ import annotations

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.cli.output import VisibleFormatter, named, result, say, visible

ANYTHING = st.text(st.characters(exclude_categories=[]), max_size=60)
HOSTILE = "1_cue\x1b[2J\x9b31m\r\n\u202egnp\u2028\x00\ud800"


def is_harmless(line: str) -> bool:
    return not any(
        letter < " " or "\x7f" <= letter <= "\x9f" or letter in "\u202e\u2028\u200f\ud800" for letter in line
    )


def test_no_control_character_reaches_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say(HOSTILE)
    result(HOSTILE)
    result(json.dumps({"entry_name": HOSTILE}, ensure_ascii=False))
    lines = [line for text in capsys.readouterr() for line in text.split("\n")]
    assert len(lines) == 5
    assert all(map(is_harmless, lines))


def test_a_log_line_cannot_move_the_cursor_either() -> None:
    record = logging.LogRecord("debrief", logging.WARNING, "", 0, "Session %s.", (HOSTILE,), None)
    assert is_harmless(VisibleFormatter().format(record))


@given(ANYTHING)
def test_json_says_the_same_after_its_controls_are_escaped(text: str) -> None:
    line = visible(json.dumps(text, ensure_ascii=False))
    assert is_harmless(line)
    assert json.loads(line) == text


@pytest.mark.parametrize("name", ["", "\u3164", " \u2800\u200b "])
def test_a_name_that_cannot_be_seen_is_said_to_be_none(name: str) -> None:
    assert named(name) == "unnamed"
