"""Words for a comparison with Kaltura's Summary page: figures, causes of differences, and their explanations."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from zoneinfo import ZoneInfo

from debrief.documents.text.times import clock
from debrief.metrics.arithmetic import mean
from debrief.metrics.original_page import Items, page_rounded
from debrief.pipeline.maintenance.compare.compare_figure import Cause, Compared, total_of
from debrief.pipeline.maintenance.compare.page_figures import Figure, shown
from debrief.util.values import moment

_MOST_NAMES = 3
_NAMES = {"days", "countries", "devices", "recordings"}  # items that may be printed: no people, no questions
# The short words of each cause, and its explanation, printed once below the table.
CAUSES = MappingProxyType(
    {
        "event filter": ("event only", "The page asks for people of the virtual event only; the report has everybody."),
        "entries": ("other entries", "The page leaves out, or adds, the recording or the source of this session."),
        "start": (
            "page's start",
            "The page counts from the full hour of the room's first planned start, or of the session's start.",
        ),
        "end": (
            "page's end",
            "The page counts until the planned end of the room's first event; the report until the real end.",
        ),
        "later views": (
            "later views",
            "The page counts up to the present, with recording and later sessions; the report until its last check.",
        ),
        "until now": (
            "later sessions",
            "The page counts live viewers up to the present, so it includes later sessions of the room.",
        ),
        "left out": ("", "The report has no figure, for this reason; the page shows 0 or a number."),
        "last minute": (
            "closing minute",
            "The page draws the minute of the end, with nobody in it; the report leaves it out.",
        ),
        "without a name": (
            "nameless viewers",
            "The page lists viewers without a name; the report counts them elsewhere.",
        ),
        "shared hour": ("shared hour", "The page also counts people of another session in the same hours."),
        "not in the room": (
            "not in the room",
            "People who only chatted or watched the stream; the report lists them without minutes.",
        ),
        "live stream": (
            "live stream",
            "The page includes viewers of the live stream; this figure of the report has the room only.",
        ),
        "share of people": ("share of votes", "The page divides by all votes, the report by the people who answered."),
        "other sessions": ("earlier polls", "The page adds up the polls of all sessions of the room."),
        "zero": ("rows of 0", "The page lists rows of 0, which the report leaves out."),
        "estimate": (
            "estimate",
            "The page estimates how many viewers there were; the report counts the people in the list.",
        ),
        "people": (
            "listed people",
            "The report counts the people of its list: no nameless viewers, no other session, no stream.",
        ),
        "no minutes": ("no minutes", "The report also counts people in the list without a minute of viewing."),
        "breakouts": ("breakouts", "The report adds the minutes in breakout rooms."),
        "capped": ("at most the session", "In the report a person's stay is at most the session's length."),
        "rows": (
            "as in the rows",
            "The differences of the rows are explained, and add up to the difference of the total.",
        ),
        "rounding": ("rounding", "The two reports of Kaltura round differently."),
        "provisional": (
            "counted since",
            "Kaltura has counted more since the report was made. The next check updates the report.",
        ),
        "since": (
            "CHANGED SINCE",
            "Kaltura's figure is not the one in the archive. Export the session again, then compare again.",
        ),
        "formula": (
            "NOT EXPLAINED",
            "No known reason accounts for this. Send the line to the maintainers.",
        ),
    }
)


def plain_value(figure: Figure, items: Items | None) -> float | str | None:
    """Return a figure as one value: of many items their sum, of rates their mean, of texts their number."""
    if items is None:
        return None
    if figure.unit == "text" or figure.items == "columns":
        return len(items)
    if figure.unit == "time":
        return next(iter(items.values()))
    if figure.items and figure.unit == "ratio":
        return mean([value for value in items.values() if isinstance(value, float | int)])
    return total_of(items)


def value_text(figure: Figure, items: Items | None, timezone: str) -> str:
    """Return a figure as the table shows it."""
    value = plain_value(figure, items)
    if value is None or isinstance(value, str):
        return _clock(value, timezone) if value else "-"
    if figure.items and figure.unit in {"minutes", "text"}:
        return f"{value:,.0f}"
    number = shown(figure.unit, value)
    return f"{number:,.1f}{'%' if figure.unit == 'ratio' else ''}" if isinstance(number, float) else f"{number:,}"


def cause_text(figure: Figure, cause: Cause, timezone: str) -> str:
    """Return a cause with its part: `page's end +54 (41 people)`."""
    if cause.code == "left out":
        return f"report: {cause.detail[:1].lower()}{cause.detail[1:]}".rstrip(".")
    return " ".join(filter(None, [CAUSES[cause.code][0], change_text(figure, cause), _items(figure, cause, timezone)]))


def verdict(figures: Sequence[Compared], session: str) -> str:
    """Return the result of the comparison, and what to do."""
    different = [each for each in figures if each.status == "different"]
    unknown = sum(each.status == "not known" for each in figures)
    sentences = []
    if different:
        which = "1 figure differs" if len(different) == 1 else f"{len(different)} figures differ"
        has_formula = any(cause.code == "formula" for each in different for cause in each.causes)
        again = f"run debrief export --session {session} --no-mail, then compare again."
        todo = "send the lines below to the maintainers." if has_formula else again
        sentences.append(f"{which} without an explanation: {todo}")
    if unknown:
        sentences.append(
            "1 figure is not known: the line below gives the cause."
            if unknown == 1
            else f"{unknown} figures are not known: the lines below give the cause."
        )
    return " ".join(sentences) or "Nothing to do: every difference is explained."


def change_text(figure: Figure, cause: Cause) -> str:
    """Return a cause's part of the difference, with its sign; blank if it rounds to nothing."""
    if cause.change is None or (figure.items and figure.unit == "ratio"):
        return ""
    change = page_rounded(abs(cause.change) * (100 if figure.unit == "ratio" else 1))
    if not change:
        return ""
    sign = "-" if cause.change < 0 else "+"
    if figure.unit == "ratio":
        return f"{sign}{change:.1f} points"
    return f"{sign}{change:,.1f}" if figure.unit == "minutes" else f"{sign}{change:,.0f}"


def _items(figure: Figure, cause: Cause, timezone: str) -> str:
    if not figure.items:
        return ""
    count = f"{len(cause.items):,} {figure.items if len(cause.items) != 1 else _ONE[figure.items]}"
    is_named = figure.items in _NAMES and len(cause.items) <= _MOST_NAMES
    if figure.items == "minutes" and len(cause.items) <= _MOST_NAMES:
        return f"({count}: {', '.join(_clock(item, timezone) for item in cause.items)})"
    return f"({count}: {', '.join(cause.items)})" if is_named else f"({count})"


def _clock(text: str, timezone: str) -> str:
    at = moment(text)
    return clock(at, ZoneInfo(timezone)) if at else "-"


_ONE = MappingProxyType(
    {
        "minutes": "minute",
        "moments": "moment",
        "people": "person",
        "polls": "poll",
        "answers": "answer",
        "days": "day",
        "recordings": "recording",
        "countries": "country",
        "devices": "device",
        "columns": "column",
    }
)
