"""What commands print, whatever names and ids hold."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from debrief.cli.main import BAD_USAGE, main
from debrief.cli.output import (
    VisibleFormatter,
    cut,
    named,
    print_fitted,
    print_row,
    print_table,
    progress,
    result,
    say,
    visible,
)

ANYTHING = st.text(st.characters(exclude_categories=[]), max_size=60)
HOSTILE = "1_cue\x1b[2J\x9b31m\r\n\u202egnp\u2028\x00\ud800"


HEAD = ("session", "state", "room", "why")
ROWS = [
    (
        "1_cue00001",
        "final",
        "客户日现场故事",
        "Nobody is to get a mail, because no rule and no list names anybody at all.",
    ),
    ("1_cue00002", "provisional", "All hands 🎉", "-"),
    ("1_cue00003", "final", "Zoe\u0301s U\u0308bung", "-"),
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Terminal]:
    def opened(places: int) -> Terminal:
        terminal = Terminal()
        monkeypatch.setenv("COLUMNS", str(places))
        monkeypatch.setattr(sys, "stdout", terminal)
        return terminal

    return opened


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


def places(line: str, text: str) -> int:
    """How many places of a terminal lie before a text."""
    return cell_len(line[: line.index(text)])


def test_columns_are_aligned_by_what_a_terminal_shows(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(HEAD, ROWS, free=2)
    head, *rows = capsys.readouterr().out.splitlines()
    assert [places(row, cells[2]) for row, cells in zip(rows, ROWS, strict=True)] == [places(head, "room")] * 3
    assert [places(rows[0], "Nobody"), rows[1].rindex("-") + 1] == [places(head, "why")] * 2


def test_a_row_is_one_whole_line_on_a_pipe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    print_row(("1_" + "x" * 90, "final", "word " * 90), (16, 5))
    assert capsys.readouterr().out == f"1_{'x' * 90}  final  {('word ' * 90).rstrip()}\n"


def test_long_text_is_folded_beside_the_other_columns_where_there_is_room(
    on_terminal: Callable[[int], Terminal],
) -> None:
    terminal = on_terminal(50)
    print_row(("ok", "archive", "/srv/archive can be written and read"), (4, 16))
    assert terminal.getvalue() == (
        "ok    archive           /srv/archive can be\n                        written and read\n"
    )


def test_a_table_fits_the_terminal_and_only_a_row_with_a_note_has_a_second_line(
    on_terminal: Callable[[int], Terminal],
) -> None:
    terminal = on_terminal(40)
    print_fitted(HEAD, [("1_cue00001", "final", "Customer days: stories", ""), ("1_c", "final", "A", "It waits.")])
    assert terminal.getvalue().splitlines() == [
        "session     state  room",
        "1_cue00001  final  Customer days: stori…",
        "1_c         final  A",
        "    It waits.",
    ]


def test_a_table_in_a_pipe_has_a_line_for_each_row(capsys: pytest.CaptureFixture[str]) -> None:
    print_fitted(HEAD, ROWS)
    fitted = capsys.readouterr().out
    print_table(HEAD, ROWS, free=2)
    assert capsys.readouterr().out == fitted


def test_long_text_goes_below_the_other_columns_where_there_is_none(on_terminal: Callable[[int], Terminal]) -> None:
    terminal = on_terminal(40)
    print_table(HEAD, ROWS[:2], free=2)
    assert terminal.getvalue().splitlines() == [
        "session     state",
        "    room  why",
        "1_cue00001  final",
        "    客户日现场故事  Nobody is to get a",
        "    mail, because no rule and no list",
        "    names anybody at all.",
        "1_cue00002  provisional",
        "    All hands 🎉  -",
    ]


@given(st.lists(ANYTHING, min_size=2, max_size=5), st.integers(1, 3), st.integers(20, 100))
def test_no_line_is_wider_than_the_terminal_and_nothing_gets_lost(cells: Sequence[str], free: int, width: int) -> None:
    terminal = Terminal()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        patch.setattr(sys, "stdout", terminal)
        print_row(cells, (4, 6), min(free, len(cells) - 1))
    lines = terminal.getvalue().split("\n")
    assert all(map(is_harmless, lines))
    assert max(map(cell_len, lines)) <= width
    assert "".join("".join(lines).split()) == "".join(visible("".join(cells)).split())


def test_a_name_is_cut_by_the_places_that_it_takes() -> None:
    assert cut("Sales kickoff", 13) == "Sales kickoff"
    assert (cut("Sales kickoff", 8), cut("客户日现场故事", 8)) == ("Sales k…", "客户日…")


def test_results_reach_their_file_while_a_bar_is_on_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    for one in progress(range(2), 2, "Exporting"):
        result(f"session {one}")
    assert capsys.readouterr().out == "session 0\nsession 1\n"


def test_without_rich_a_command_says_what_to_install_before_it_does_anything(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rich", None)
    assert main(["status"], {}) == BAD_USAGE
    assert capsys.readouterr() == (
        "",
        "debrief: The command line needs rich; install Debrief with its extra `local`.\n",
    )
