"""Reports by minute: 60004, the timeline, and 60011, a viewer's heatmap; and how missing minutes are filled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from kaltura_standin.interactions import REACTIONS
from kaltura_standin.summary.attention import MINUTE, owned_minutes, spells_of, states_by_minute
from kaltura_standin.summary.dataset import Footage
from kaltura_standin.summary.query import Question
from kaltura_standin.summary.report import Found, Row


def timeline(footage: Footage, question: Question) -> Found:
    """60004: return each minute in which somebody watched or reacted."""
    changes: Counter[int] = Counter()
    engaged_changes: Counter[int] = Counter()
    for view in footage.views(question):
        spells = spells_of(view, footage.reach(view.scene, question))
        for first, last, is_engaged in owned_minutes(spells):
            changes[first] += 1
            changes[last + MINUTE] -= 1
            if is_engaged:
                engaged_changes[first] += 1
                engaged_changes[last + MINUTE] -= 1
    viewers, engaged = _running(changes), _running(engaged_changes)
    reactions = Counter((act.at // MINUTE * MINUTE, act.kind) for act in footage.chat(question))
    minutes = {*viewers, *(minute for minute, kind in reactions if kind in REACTIONS)}
    rows: list[Row] = [
        (minute, *_watched(viewers[minute], engaged[minute]), *(reactions[minute, kind] for kind in REACTIONS))
        for minute in sorted(minutes)
    ]
    return Found(rows, (len(rows),))


def heatmap(footage: Footage, question: Question) -> Found:
    """60011: return each state of each minute, of the user in the question or else of all users together."""
    counts: Counter[tuple[int, str]] = Counter()
    for view in footage.views(question):
        counts.update(states_by_minute(spells_of(view, footage.reach(view.scene, question))))
    return Found([(minute, state, count) for (minute, state), count in sorted(counts.items())], (len(counts),))


def fill_zeros(question: Question, rows: list[Row]) -> list[Row]:
    """Return every minute of the window, with zeros if it has no row."""
    width = len(rows[0]) - 1
    by_minute = {row[0]: row for row in rows}
    return [by_minute.get(minute, (minute, *[0] * width)) for minute in minutes_of(question)]


def fill_offline(question: Question, rows: list[Row]) -> list[Row]:
    """Return the rows by time, with `Offline` in each minute of the window that has no row."""
    seen = {row[0] for row in rows}
    missing: Iterable[Row] = ((minute, "Offline", 0) for minute in minutes_of(question) if minute not in seen)
    return sorted([*rows, *missing], key=lambda row: row[:2])


def minutes_of(question: Question) -> range:
    """Return the minutes of a window. Both ends are rounded to the nearest minute and included."""
    first, last = ((time + MINUTE // 2) // MINUTE * MINUTE for time in (question.since, question.until))
    return range(first, last + 1, MINUTE)


def _running(changes: Counter[int]) -> Counter[int]:
    """Yield the sum so far, for every minute in which it is not zero."""
    totals: Counter[int] = Counter()
    if changes:
        count = 0
        for minute in range(min(changes), max(changes), MINUTE):
            count += changes[minute]
            if count:
                totals[minute] = count
    return totals


def _watched(viewers: int, engaged: int) -> tuple[int, float]:
    return viewers, engaged / viewers if viewers else 0.0
