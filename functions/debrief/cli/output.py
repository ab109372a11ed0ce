"""Print the output of commands: results on standard output, messages to people on standard error."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from debrief.documents.text.sanitize import ELLIPSIS, clean
from debrief.runner import Outcome
from debrief.util.values import utc_text

T = TypeVar("T")
_PROGRESS_SECONDS = 30
_LONGEST = 1000
_GAP = "  "
_INDENT = "    "
_LEAST_WIDTH = 24  # terminal columns: if a text has less space, it is printed below the other cells
_SHORTEST_NAME = 8  # terminal columns
_OUTCOME = (9, 16, 20, 20)  # widths of result, session, state, start
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class VisibleFormatter(logging.Formatter):
    """Format a log line as its message only, in which quoted text cannot move the cursor."""

    def format(self, record: logging.LogRecord) -> str:
        return visible(record.getMessage())


def say(sentence: str) -> None:
    """Print a message to a person on standard error."""
    print(f"debrief: {visible(sentence)}", file=sys.stderr)


def result(line: str) -> None:
    """Print a line of the result. Characters that the terminal cannot show become question marks."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(visible(line).encode(encoding, errors="replace").decode(encoding), flush=True)
    except OSError:  # a closed pipe or a full disk: only the printed lines are lost
        say("the output cannot be written any more; the command continues.")
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the end


def progress(items: Iterable[T], total: int, label: str) -> Iterator[T]:
    """Yield the items, and show the progress on standard error: a bar in a terminal, else a line every 30 seconds."""
    if not sys.stderr.isatty() or not total:
        yield from _progress_lines(items, total, label)
        return
    from rich.console import Console
    from rich.progress import Progress

    # rich redirects standard output to the terminal of the bar; output for a pipe or a file must not go there.
    bar = Progress(console=Console(stderr=True), transient=True, redirect_stdout=sys.stdout.isatty())
    with bar:
        yield from bar.track(items, total, description=label)


def _progress_lines(items: Iterable[T], total: int, label: str) -> Iterator[T]:
    began = last_line = time.monotonic()
    for done, item in enumerate(items, start=1):
        yield item
        now = time.monotonic()
        if done < total and now - last_line >= _PROGRESS_SECONDS:
            last_line = now
            left = (now - began) / done * (total - done)
            rest = "less than a minute" if left < 60 else f"about {left / 60:.0f} min"
            say(f"{label.lower()}: {done} of {total}, {rest} left.")


def report_outcome(outcome: Outcome, *, as_json: bool) -> None:
    """Print one session's outcome as a line or a JSON object, and its problems on standard error."""
    if as_json:
        result(json.dumps(_outcome_object(outcome), ensure_ascii=False))
    elif outcome.result != "failed":
        print_outcome(outcome)
    say_problems(outcome)


def say_problems(outcome: Outcome) -> None:
    for problem in [outcome.reason] if outcome.result == "failed" else outcome.mail_problems:
        say(f"session {outcome.order.cue_point_id}: {problem}")


def print_outcome(outcome: Outcome) -> None:
    """Print `exported   1_cue00001  final, updated  2024-08-01 09:00 UTC  Sales kickoff  (2 emails)`."""
    order = outcome.order
    mails = f"  ({counted_mails([outcome])})" if outcome.mails else ""
    state = state_text(outcome.state, outcome.revision) if outcome.revision else outcome.reason
    print_session(outcome.result, order.cue_point_id, state, order.start, f"{named(outcome.name)}{mails}")


def print_session(result: str, cue_point_id: str, state: str, start: datetime, name: str) -> None:
    """Print a session's outcome in aligned columns."""
    print_row((result, cue_point_id, state, f"{start:%Y-%m-%d %H:%M} UTC", name), _OUTCOME)


def state_text(state: str, revision: int) -> str:
    """Return `provisional` or `final`, with `updated` after the first revision."""
    return f"{state}, updated" if revision > 1 else state


def visible(text: str) -> str:
    """Escape characters that could move the cursor or reverse the text, as JSON and Python do."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_line(text: str) -> str:
    """Return external text in one line, without invisible characters."""
    return clean(text, _LONGEST)


def named(name: str) -> str:
    """Return an external name in one line, or `unnamed`."""
    return one_line(name) or "unnamed"


def cut(text: str, most: int) -> str:
    """Shorten text to at most this many terminal columns, with an ellipsis."""
    from rich.cells import cell_len, set_cell_size

    return text if cell_len(text) <= most else set_cell_size(text, most - 1).rstrip() + ELLIPSIS


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]], free: int = 1) -> None:
    """Print rows in aligned columns; the last `free` columns have any length. If there are no rows, print nothing."""
    from rich.cells import cell_len

    shown = [[visible(cell) for cell in row] for row in (head, *rows)]
    if len(shown) > 1:
        widths = [max(map(cell_len, column)) for column in zip(*shown, strict=True)]
        for row in shown:
            print_row(row, widths, free)


def print_fitted(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table whose last column has notes.

    In a terminal each note is on a line of its own, below its row, and the column before the notes is cut so that the
    row fits. In a pipe or a file each row is one line.
    """
    from rich.cells import cell_len

    table = list(rows)
    if not sys.stdout.isatty() or not table:
        print_table(head, table, free=2)
        return
    shown = [[visible(cell) for cell in row] for row in ((*head[:-1], ""), *table)]
    widths = [max(map(cell_len, column)) for column in zip(*shown, strict=True)][:-2]
    terminal = shutil.get_terminal_size().columns
    space = max(terminal - sum(width + len(_GAP) for width in widths), _SHORTEST_NAME)
    for *cells, name, note in shown:
        print_row((*cells, cut(name, space)), [*widths, space])
        for line in filter(None, _folded(note, terminal - len(_INDENT))):
            result((_INDENT + line).rstrip())


def print_row(cells: Sequence[str], widths: Sequence[int], free: int = 1) -> None:
    """Print one row. If it is wider than the terminal, wrap its text: the last `free` columns.

    Widths are terminal columns; a Chinese character takes two. The wrapped text is beside the other columns if there is
    space, else below them. A column without a width belongs to the text.
    """
    from rich.cells import cell_len

    shown = [visible(cell) for cell in cells]
    widths = [*widths, *[_LEAST_WIDTH] * (len(shown) - len(widths))]
    padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(shown, widths, strict=True)]
    line = _GAP.join(padded).rstrip()
    terminal = shutil.get_terminal_size().columns
    if not sys.stdout.isatty() or max(cell_len(line), len(_GAP.join(" " * width for width in widths))) <= terminal:
        result(line)
        return
    columns = _GAP.join(padded[:-free]) + _GAP
    space = terminal - cell_len(columns)
    if space >= free * _LEAST_WIDTH:
        first, *others = _folded(_GAP.join(padded[-free:]), space)
        lines = [columns + first, *(" " * (terminal - space) + other for other in others)]
    else:
        text = _GAP.join(filter(None, shown[-free:]))
        lines = [*_folded(columns, terminal), *(_INDENT + other for other in _folded(text, terminal - len(_INDENT)))]
    for each in filter(None, map(str.rstrip, lines)):
        result(each)


def _folded(text: str, width: int) -> list[str]:
    from rich.console import Console
    from rich.text import Text

    return [line.plain for line in Text(text.rstrip()).wrap(Console(), width)]


def _outcome_object(outcome: Outcome) -> dict[str, Any]:
    order = outcome.order
    return {
        "cue_point_id": order.cue_point_id,
        "entry_id": order.entry_id,
        "entry_name": outcome.name,
        "start": utc_text(order.start),
        "end": utc_text(order.end),
        "result": outcome.result,
        "reason": outcome.reason or None,
        "state": outcome.state or None,
        "revision": outcome.revision or None,
        "files": list(outcome.files),
        "mails": list(outcome.mails),
        "mail_problems": list(outcome.mail_problems),
    }


def counted_mails(outcomes: Sequence[Outcome]) -> str:
    """Return `2 emails`, or with messages to channels `2 emails, 1 message`."""
    messages = sum(outcome.messages for outcome in outcomes)
    emails = counted(sum(len(outcome.mails) for outcome in outcomes) - messages, "email")
    return f"{emails}, {counted(messages, 'message')}" if messages else emails


def counted(count: int, noun: str) -> str:
    """Return `1 file`, `2 files`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
