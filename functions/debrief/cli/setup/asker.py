"""Ask for one answer after the other: a flag answers, else the person at the terminal, else an earlier answer."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from debrief.cli.output import print_row, result, visible
from debrief.errors import BadSettings

T = TypeVar("T")
_INDENT = "     "


@dataclass
class Asker:
    """`flags` are the command line's answers, `earlier` the last run's answers. Names of flags are the keys of both."""

    flags: Mapping[str, str | None]
    earlier: Mapping[str, str]
    total: int  # of the questions
    is_interactive: bool
    _number: int = field(default=0)

    def given(self, name: str, default: str) -> str:
        """Return what is known without asking."""
        flag = self.flags.get(name)
        return (self.earlier.get(name) or default) if flag is None else flag

    def ask(
        self, name: str, question: str, parse: Callable[[str], T], default: str = "", hint: Sequence[str] = ()
    ) -> T:
        """Return an answer. Raises BadSettings for a bad flag, or a bad earlier answer when nobody can be asked."""
        self.begin(question)
        offered = self.given(name, default)
        if self.flags.get(name) is not None or not self.is_interactive:
            return checked(flag_of(name), parse, offered)
        say_lines(*hint)
        return self._read_answer(parse, offered)

    def ask_again(self, question: str, parse: Callable[[str], T], offered: str) -> T:
        """Return another answer to an earlier question, whatever the flag says."""
        say_lines("", f"{_INDENT}{question}")
        return self._read_answer(parse, offered)

    def _read_answer(self, parse: Callable[[str], T], offered: str) -> T:
        while True:
            text = _read(lambda: input(f"{_INDENT}[{visible(offered)}] " if offered else _INDENT))
            try:
                return parse(text.strip() or offered)
            except BadSettings as error:
                say_error(str(error))

    def begin(self, question: str) -> None:
        """Print the next question, with its number."""
        self._number += 1
        if self.is_interactive:
            say_lines("", f"{self._number}/{self.total}  {question}")

    def hide(self, question: str, parse: Callable[[str], T]) -> T:
        """Return an answer that is not shown."""
        while True:
            text = _read(lambda: getpass.getpass(f"{_INDENT}{question} (not shown): "))
            try:
                return parse(text.strip())
            except BadSettings as error:
                say_error(str(error))

    def confirm(self, question: str) -> bool:
        """Return whether the person says yes."""
        say_lines("")
        return _read(lambda: input(f"{question} [y/N] ")).strip().lower() in {"y", "yes"}


def say_lines(*lines: str) -> None:
    """Print lines of text."""
    for line in lines:
        result(line)


def say_error(sentence: str) -> None:
    """Print what is wrong with an answer, below its question."""
    print_row(("", sentence), (len(_INDENT) - 2,))


def flag_of(name: str) -> str:
    """Return the flag of an answer."""
    return f"--{name.replace('_', '-')}"


def checked(flag: str, parse: Callable[[str], T], text: str) -> T:
    """Return a parsed answer. Raises BadSettings with the flag's name."""
    try:
        return parse(text.strip())
    except BadSettings as error:
        raise BadSettings(f"{flag}: {error}") from None


def _read(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except EOFError:
        sys.stdout.write("\n")
        raise BadSettings(
            "The input ended before the last answer. Nothing was changed; run the same command again."
        ) from None
    except UnicodeDecodeError:
        raise BadSettings(
            "That answer is not readable text. Nothing was changed; run the same command again."
        ) from None
