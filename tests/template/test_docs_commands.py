"""docs/commands.md has every command and flag, and no page shows a command that would not be understood."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator

import pytest

from debrief.cli import main
from support.documented import NAMES, commands_of, rows_of, section, spans_of, text_of

OF_ALL = {"-h", "--help", "-v", "--verbose"}


def parsers(parser: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Each command with its own flags and arguments; a command that only leads to others is none."""
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for action in inner:
        for name, command in action.choices.items():
            yield from parsers(command, (*path, name))
    if not inner:
        names = [action.option_strings or [str(action.metavar)] for action in parser._actions]
        yield " ".join(path), {name for one in names for name in one} - OF_ALL


COMMANDS = dict(parsers(main._parser()))


@pytest.mark.parametrize("command", COMMANDS)
def test_the_page_has_exactly_the_flags_of_each_command(command: str) -> None:
    rows = rows_of(section(text_of("commands.md"), f"## `debrief {command}`"))
    on_page = [flag for row in rows for flag in spans_of(row[0])]
    assert len(on_page) == len(set(on_page))
    assert set(on_page) == COMMANDS[command]


def test_the_page_knows_no_other_command() -> None:
    headings = re.findall(r"^## `debrief (.+)`$", text_of("commands.md"), re.MULTILINE)
    assert headings == sorted(headings, key=list(COMMANDS).index)
    assert set(headings) == set(COMMANDS)
    listed = rows_of(section(text_of("commands.md"), "## All commands"))
    assert [span.removeprefix("debrief ") for row in listed for span in spans_of(row[0])] == list(COMMANDS)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "CHANGELOG.md"])
def test_every_command_that_a_page_shows_is_one(name: str) -> None:
    """Its flags are known too. `debrief links` without more names the group, `debrief …` any."""
    for line in commands_of(text_of(name)):
        for shown in re.findall(r"(?:^|[\s/(])debrief ([a-z].*)", " ".join(line.split())):
            words = shlex.split(shown, comments=True)
            command = next((one for one in (" ".join(words[:2]), words[0]) if one in COMMANDS), None)
            assert command or words == ["links"], shown
            flags = {word.partition("=")[0] for word in words if word.startswith("--")}
            assert flags <= COMMANDS.get(command or "", set()) | OF_ALL, shown
