"""Parse captions: Kaltura's JSON, SRT and WebVTT. Captions are text from outside, so whatever is wrong is left out."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from debrief.transcript import CaptionLine

Cue: TypeAlias = tuple[float, float, str]  # start and end in seconds, and the text, which may have several rows

LONGEST_LINE = 600  # characters
MOST_LINES, MOST_CHARACTERS = 6_000, 600_000  # of a session
_LONGEST_TIME = 10**7  # seconds
_MOST_ROWS = 10  # of one caption
_JOINED = 2.0  # seconds between two captions of which the second may repeat rows of the first
_TIMES = re.compile(
    r"\s*(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})\s*-->\s*(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
)
_TAG = re.compile(r"</?[a-zA-Z0-9][^<>]{0,200}>|\{\\[^{}]{0,80}\}")  # of HTML, WebVTT and SSA
# Control characters, line ends of Unicode, bidirectional controls, and halves of characters.
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
_BLANKS = re.compile(r"\s+")


def cues_in_json(answer: Any) -> list[Cue] | None:
    """Return the captions in the answer of serveAsJson; None if it is not as documented."""
    objects = answer.get("objects") if isinstance(answer, dict) else None
    if not isinstance(objects, list):
        return None
    return [cue for each in objects if isinstance(each, dict) and (cue := _json_cue(each))]


def cues_in_file(body: bytes) -> list[Cue]:
    """Return the captions in an SRT or WebVTT file; none if it is another kind of file."""
    encoding = "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    lines = re.split(r"\r\n|\r|\n", body.decode(encoding, errors="replace"))
    found: list[tuple[float, float, list[str]]] = []
    rows: list[str] | None = None
    for line in lines:
        times = _TIMES.match(line) if "-->" in line else None
        if times:
            rows = []
            found.append((_seconds(*times.groups()[:4]), _seconds(*times.groups()[4:]), rows))
        elif not line.strip():
            rows = None
        elif rows is not None:
            rows.append(line)
    return [(start, end, "\n".join(rows)) for start, end, rows in found]


def lines_of(cues: Iterable[Cue], offset: float, length: float) -> list[CaptionLine]:
    """Return captions as lines of a session, by time. The recording begins `offset` seconds after the session's start.

    Captions with invalid times and captions outside the session (`length` seconds) are left out.
    """
    lines: list[CaptionLine] = []
    before: list[str] = []
    for start, end, text in sorted(_valid(cues)):
        first, last = start + offset, end + offset
        if last <= 0:
            continue
        if first >= length or len(lines) > MOST_LINES:
            break
        is_joined = bool(lines) and first - lines[-1].end <= _JOINED
        parts = text[: 8 * LONGEST_LINE].splitlines()[:_MOST_ROWS]
        rows = [row for part in parts if (row := clean_text(part))]
        new = [row for row in rows if not (is_joined and row in before)]
        before = rows
        if new:
            words = clean_text(" ".join(new), LONGEST_LINE)
            lines.append(CaptionLine(round(max(first, 0.0), 3), round(min(last, length), 3), words))
        elif rows and lines:
            lines[-1] = CaptionLine(lines[-1].start, max(lines[-1].end, round(min(last, length), 3)), lines[-1].text)
    return lines


def limited(lines: Iterable[CaptionLine]) -> list[CaptionLine]:
    """Return as many lines as a report can have, from the first one on."""
    kept: list[CaptionLine] = []
    characters = 0
    for line in lines:
        characters += len(line.text)
        if len(kept) == MOST_LINES or characters > MOST_CHARACTERS:
            break
        kept.append(line)
    return kept


def clean_text(text: str, most: int = 4 * LONGEST_LINE) -> str:
    """Return one line of text, without tags and control characters, of at most `most` characters."""
    text = html.unescape(_TAG.sub("", text[: 8 * most]))
    return _BLANKS.sub(" ", _UNWANTED.sub(" ", text)).strip()[:most].rstrip()


def _valid(cues: Iterable[Cue]) -> Iterator[Cue]:
    return (cue for cue in cues if 0 <= cue[0] <= cue[1] <= _LONGEST_TIME and cue[2])


def _json_cue(value: dict[str, Any]) -> Cue | None:
    start, end, content = _time(value.get("startTime")), _time(value.get("endTime")), value.get("content")
    if start is None or end is None or not isinstance(content, list):
        return None
    texts = (part.get("text") for part in content if isinstance(part, dict))
    return start, end, "\n".join(text for text in texts if isinstance(text, str))


def _time(milliseconds: Any) -> float | None:
    """Return a time in seconds; None if it is not valid."""
    is_number = isinstance(milliseconds, int | float) and not isinstance(milliseconds, bool)
    return milliseconds / 1000 if is_number and 0 <= milliseconds <= 1000 * _LONGEST_TIME else None


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000
