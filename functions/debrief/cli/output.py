"""What the commands print: results on standard output, words for people on standard error."""

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
_SAY_EVERY_SECONDS = 30
_LONGEST = 1000
_GAP = "  "
_INDENT = "    "
_LEAST_ROOM = 24  # for a column of text beside the others; with less it goes below them
_OUTCOME = (9, 16, 27, 20)  # result, session, state, start
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class VisibleFormatter(logging.Formatter):
    """Log lines that cannot move the cursor, whatever they quote."""

    def format(self, record: logging.LogRecord) -> str:
        """The message alone."""
        return visible(record.getMessage())


def say(sentence: str) -> None:
    """A sentence for a person."""
    print(f"debrief: {visible(sentence)}", file=sys.stderr)


def result(line: str) -> None:
    """A line of the result. Bytes that the terminal cannot show become question marks."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(visible(line).encode(encoding, errors="replace").decode(encoding), flush=True)
    except OSError:  # a closed pipe or a full disk: what is printed is lost, the work is not
        say("the output cannot be written any more; the work goes on.")
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the end


def progress(items: Iterable[T], total: int, label: str) -> Iterator[T]:
    """How far it is and how long it will take, on standard error: a bar for a person, else a line now and then."""
    if not sys.stderr.isatty() or not total:
        yield from _told_now_and_then(items, total, label)
        return
    from rich.console import Console
    from rich.progress import Progress

    # The bar takes what is printed meanwhile to its own terminal; what is meant for a pipe or a file must not go there.
    bar = Progress(console=Console(stderr=True), transient=True, redirect_stdout=sys.stdout.isatty())
    with bar:
        yield from bar.track(items, total, description=label)


def _told_now_and_then(items: Iterable[T], total: int, label: str) -> Iterator[T]:
    began = told = time.monotonic()
    for done, item in enumerate(items, start=1):
        yield item
        now = time.monotonic()
        if done < total and now - told >= _SAY_EVERY_SECONDS:
            told = now
            left = (now - began) / done * (total - done)
            say(f"{label.lower()}: {done} of {total}, about {left / 60:.0f} min left.")


def report_outcome(outcome: Outcome, *, as_json: bool) -> None:
    """One session's outcome: a line and its files, or a JSON object; a failure is also said to the person."""
    if as_json:
        result(json.dumps(_outcome_object(outcome), ensure_ascii=False))
    elif outcome.result != "failed":
        print_outcome(outcome)
    for problem in _problems(outcome):
        say(f"session {outcome.order.cue_point_id}: {problem}")


def print_outcome(outcome: Outcome) -> None:
    """Print `exported   1_cue00001  final, revision 1  2024-08-01 09:00 UTC  Sales kickoff  (2 mails)`."""
    order = outcome.order
    mails = f"  ({counted(len(outcome.mails), 'mail')})" if outcome.mails else ""
    state = f"{outcome.state}, revision {outcome.revision}" if outcome.revision else outcome.reason
    print_session(outcome.result, order.cue_point_id, state, order.start, f"{named(outcome.name)}{mails}")


def print_session(result: str, cue_point_id: str, state: str, start: datetime, name: str) -> None:
    """Print what became of a session, under what was printed of the one before."""
    print_row((result, cue_point_id, state, f"{start:%Y-%m-%d %H:%M} UTC", name), _OUTCOME)


def visible(text: str) -> str:
    """Escape what could move the cursor or turn the text around, as JSON and Python do."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_line(text: str) -> str:
    """Text from outside in one line, without what cannot be seen."""
    return clean(text, _LONGEST)


def named(name: str) -> str:
    """A name from outside in one line, or a word that says that there is none."""
    return one_line(name) or "unnamed"


def cut(text: str, most: int) -> str:
    """Cut to at most so many places of a terminal; an ellipsis shows that something was cut."""
    from rich.cells import cell_len, set_cell_size

    return text if cell_len(text) <= most else set_cell_size(text, most - 1).rstrip() + ELLIPSIS


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]], free: int = 1) -> None:
    """Print rows in aligned columns, of which the last `free` hold text of any length. Without rows nothing."""
    from rich.cells import cell_len

    shown = [[visible(cell) for cell in row] for row in (head, *rows)]
    if len(shown) > 1:
        widths = [max(map(cell_len, column)) for column in zip(*shown, strict=True)]
        for row in shown:
            print_row(row, widths, free)


def print_row(cells: Sequence[str], widths: Sequence[int], free: int = 1) -> None:
    """Print one row: a line, or more on a terminal that is too narrow, where the text at the end is folded.

    Widths are places of a terminal, of which a Chinese letter takes two. The text stays beside the other columns where
    there is room, else it goes below them. Columns without a width are those of the text.
    """
    from rich.cells import cell_len

    shown = [visible(cell) for cell in cells]
    widths = [*widths, *[_LEAST_ROOM] * (len(shown) - len(widths))]
    padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(shown, widths, strict=True)]
    line = _GAP.join(padded).rstrip()
    places = shutil.get_terminal_size().columns
    if not sys.stdout.isatty() or max(cell_len(line), len(_GAP.join(" " * width for width in widths))) <= places:
        result(line)
        return
    columns = _GAP.join(padded[:-free]) + _GAP
    room = places - cell_len(columns)
    if room >= free * _LEAST_ROOM:
        first, *others = _folded(_GAP.join(padded[-free:]), room)
        lines = [columns + first, *(" " * (places - room) + other for other in others)]
    else:
        text = _GAP.join(filter(None, shown[-free:]))
        lines = [*_folded(columns, places), *(_INDENT + other for other in _folded(text, places - len(_INDENT)))]
    for each in filter(None, map(str.rstrip, lines)):
        result(each)


def _folded(text: str, places: int) -> list[str]:
    from rich.console import Console
    from rich.text import Text

    return [line.plain for line in Text(text.rstrip()).wrap(Console(), places)]


def _problems(outcome: Outcome) -> Sequence[str]:
    return [outcome.reason] if outcome.result == "failed" else outcome.mail_problems


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


def counted(count: int, noun: str) -> str:
    """`1 mail`, `2 mails`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
