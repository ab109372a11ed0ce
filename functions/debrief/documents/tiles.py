"""The figures that stand out: how many came, how long they stayed, how engaged they were."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from debrief.documents import figures, text
from debrief.documents.page import Tile
from debrief.model import Metric, Summary


def tiles(summary: Summary) -> list[Tile]:
    """The six figures that answer how many came, how long they stayed and how engaged they were."""
    return [tile for make in _TILES if (tile := make(summary)) is not None]


def unidentified(metrics: Mapping[str, Metric]) -> str:
    """Says what part of the minutes belongs to nobody known; blank when there is none."""
    lost, total = value_of(metrics, "minutes_unidentified"), value_of(metrics, "minutes_total")
    if not lost or not total or figures.minutes(lost) == figures.minutes(0):
        return ""
    return (
        f"{figures.minutes(lost)} of {figures.minutes(total)} minutes ({figures.percent(lost / total)}) were watched "
        "by people whom Kaltura could not identify. They count in the engagement rate, but not as attendees."
    )


def value_of(metrics: Mapping[str, Metric], key: str) -> float | None:
    """A metric's value, None when it is missing, unknown or no number."""
    metric = metrics.get(key)
    return figures.known(metric.value) if metric else None


def _tile(summary: Summary, key: str, label: str, unit: str, note: str) -> Tile | None:
    """A tile, its note replaced by the reason when there is no value; none for a metric that is not there."""
    metric = summary.metrics.get(key)
    if metric is None:
        return None
    value = figures.known(metric.value)
    if value is None:
        return Tile(label, figures.DASH, "", _sentence(metric.reason))
    printed = {"people": figures.count, "minutes": figures.minutes}.get(metric.unit, figures.percent)(value)
    return Tile(label, printed.removesuffix("%"), unit, note)


def _sentence(reason: str | None) -> str:
    reason = text.clean_sentence(reason or "not available")
    return reason[:1].upper() + reason[1:]


def _came(summary: Summary) -> Tile | None:
    users, guests = value_of(summary.metrics, "users"), value_of(summary.metrics, "guests")
    note = f"{figures.plural(users, 'user', 'users')}, {figures.plural(guests, 'guest', 'guests')}"
    alone = value_of(summary.metrics, "unique_attendees") == 1
    return _tile(summary, "unique_attendees", "Attendees", "person" if alone else "people", note)


def _average(summary: Summary) -> Tile | None:
    share = value_of(summary.metrics, "attendance_share")
    note = "per attendee"
    if share is not None:
        note = f"{figures.percent(share)} of the session\N{RIGHT SINGLE QUOTATION MARK}s {_length(summary)}"
    return _tile(summary, "minutes_average", "Average stay", "min", note)


def _median(summary: Summary) -> Tile | None:
    return _tile(summary, "minutes_median", "Median stay", "min", "half stayed at least this long")


def _stayed_tile(summary: Summary, part: int) -> Tile | None:
    least = f"{figures.minutes(summary.session.duration_minutes * part / 100)} min"
    people = figures.plural(value_of(summary.metrics, "unique_attendees"), "attendee", "attendees")
    return _tile(summary, f"stayed_{part}", f"Stayed at least {part}%", "%", f"of {people}: {least} or more")


def _engaged(summary: Summary) -> Tile | None:
    total = figures.minutes(value_of(summary.metrics, "minutes_total"))
    return _tile(summary, "engagement_rate", "Engagement rate", "%", f"of {total} minutes attended")


_TILES: tuple[Callable[[Summary], Tile | None], ...] = (
    _came,
    _average,
    _median,
    lambda summary: _stayed_tile(summary, 75),
    lambda summary: _stayed_tile(summary, 90),
    _engaged,
)


def _length(summary: Summary) -> str:
    return f"{figures.minutes(summary.session.duration_minutes)} min"
