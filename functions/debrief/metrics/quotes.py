"""What was being said when viewers left, and at the moments with the most reactions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from debrief.metrics.attended_span import breakout_spans
from debrief.metrics.definition import Facts
from debrief.metrics.timeline import known_viewers, points, reactions, reactions_by_kind
from debrief.transcript import LONGEST_QUOTE, CaptionLine, Quote, QuoteReason
from debrief.util.values import moment

MOST_FALLS = 3
LEAST_FALL = 2  # viewers
AROUND = 2.0  # seconds before and after the time of a quote
_APART = timedelta(minutes=3)  # a fall this close to a larger one is part of it
_CLOSING = timedelta(minutes=2)  # at the end of a session everybody leaves
_MINUTE = timedelta(minutes=1)
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True, slots=True)
class Occasion:
    """A time of which a quote is wanted."""

    at: datetime
    reason: QuoteReason
    place: int
    count: int


def quotes(facts: Facts) -> list[Quote]:
    """Return a quote for each of the largest falls and top moments at which something was said, by time."""
    transcript = facts.data.transcript
    if transcript is None or not transcript.captions:
        return []
    start = facts.data.session.start
    found = []
    for occasion in (*_falls(facts), *_moments(facts)):
        seconds = (occasion.at - start).total_seconds()
        if text := said_at(transcript.captions, seconds):
            found.append(Quote(seconds, text, occasion.reason, occasion.place, occasion.count))
    return sorted(found, key=lambda quote: (quote.at, quote.reason, quote.place))


def said_at(lines: Sequence[CaptionLine], at: float) -> str:
    """Return what was said within two seconds of a time, at most 200 characters; blank if nothing was said.

    A longer text is cut at words around the time. A line is assumed to be spoken at an even pace.
    """
    words, middle = "", None
    for line in lines:
        if line.start > at + AROUND or line.end < at - AROUND:
            continue
        before = len(words) + 1 if words else 0
        words = f"{words} {line.text}" if words else line.text
        if middle is None and line.end >= at:
            length = line.end - line.start
            share = min(max((at - line.start) / length, 0.0), 1.0) if length > 0 else 0.0
            middle = before + round(share * len(line.text))
    return _cut(words, len(words) if middle is None else middle)


def _cut(text: str, middle: int) -> str:
    """Cut a text at words, around a place in it."""
    if len(text) <= LONGEST_QUOTE:
        return text
    room = LONGEST_QUOTE - 2 * len(_ELLIPSIS)
    first = min(max(middle - room // 2, 0), len(text) - room)
    last = first + room
    if first:
        first = _word_start(text, first, last)
    if last < len(text) and " " in text[first:last]:
        last = text.rindex(" ", first, last + 1)
    start, end = (_ELLIPSIS if first else ""), (_ELLIPSIS if last < len(text) else "")
    return f"{start}{text[first:last].strip()}{end}"


def _word_start(text: str, first: int, last: int) -> int:
    """Return where the next word begins; the same place within a word that is too long."""
    if text[first - 1] == " ":
        return first
    space = text.find(" ", first, last)
    return first if space < 0 else space + 1


def _falls(facts: Facts) -> Iterator[Occasion]:
    """Yield the largest falls in viewers from one minute to the next, the largest first.

    Falls at a breakout or in the last two minutes of a part do not show that people left because of what was said.
    """
    session, breakouts = facts.data.session, breakout_spans(facts.data)
    found: list[tuple[int, datetime]] = []
    for before, after in pairwise(points(facts)):
        earlier, later, at = known_viewers(before), known_viewers(after), moment(after["position"])
        if earlier is None or later is None or at is None or earlier - later < LEAST_FALL:
            continue
        part = next((span for span in session.spans if span[0] < at < span[1] - _CLOSING), None)
        if part and not any(start - _MINUTE <= at <= end + _MINUTE for start, end in breakouts):
            found.append((earlier - later, at))
    taken: list[datetime] = []
    for count, at in sorted(found, key=lambda fall: (-fall[0], fall[1])):
        if len(taken) < MOST_FALLS and all(abs(at - other) >= _APART for other in taken):
            taken.append(at)
            yield Occasion(at, "fall", len(taken), count)


def _moments(facts: Facts) -> Iterator[Occasion]:
    """Yield the top moments, each at the middle of its minute with the most reactions."""
    minutes = points(facts, closing=True)
    for place, row in enumerate(reactions(facts).get("moments", ()), 1):
        start, end = moment(row["from"]), moment(row["to"])
        if start and end:
            inside = [each for each in minutes if (at := moment(each["position"])) and start <= at < end]
            counts = {
                at: sum(reactions_by_kind([each]).values()) for each in inside if (at := moment(each["position"]))
            }
            busiest = max(counts, key=counts.__getitem__, default=start)
            yield Occasion(busiest + _MINUTE / 2, "moment", place, row["total"])
