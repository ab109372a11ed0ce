"""What the commands print: results on standard output, words for people on standard error."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from debrief.documents.text.sanitize import clean
from debrief.runner import Outcome
from debrief.util.values import utc_text

T = TypeVar("T")
_SAY_EVERY_SECONDS = 30
_LONGEST = 1000
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
    from rich.progress import track

    yield from track(items, label, total=total, console=Console(stderr=True), transient=True)


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
        result(outcome_line(outcome))
    for problem in _problems(outcome):
        say(f"session {outcome.order.cue_point_id}: {problem}")


def outcome_line(outcome: Outcome) -> str:
    """`exported   1_cue00001  final, revision 1  2024-08-01 09:00 UTC  Sales kickoff  (2 mails)`."""
    mails = f"  ({counted(len(outcome.mails), 'mail')})" if outcome.mails else ""
    start = f"{outcome.order.start:%Y-%m-%d %H:%M} UTC"
    state = f"{outcome.state}, revision {outcome.revision}" if outcome.revision else outcome.reason
    name = named(outcome.name)
    return f"{outcome.result:<10} {outcome.order.cue_point_id:<16}  {state:<27}  {start}  {name}{mails}"


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
    """At most so many characters; what was cut is shown by an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


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
