"""Figures as text, in English format. An unknown value is a dash."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from debrief.util.rounding import rounded, rounded_percent, short_minutes

if TYPE_CHECKING:
    from debrief.model import Metric

DASH = "\N{EN DASH}"


def known(value: float | str | None) -> float | None:
    """Return the value if it is a finite number, or else None."""
    return value if isinstance(value, int | float) and math.isfinite(value) else None


def count(value: float | None) -> str:
    """Format a whole number: `1,234`."""
    value = known(value)
    return DASH if value is None else f"{rounded(value, 0):,.0f}"


def minutes(value: float | None) -> str:
    """Format minutes with one decimal and no unit: `41.3`."""
    value = known(value)
    return DASH if value is None else f"{rounded(value, 1):,.1f}"


def tick(value: float) -> str:
    """Format minutes for axes and ranges, without a decimal if it is zero: `15`, `62.5`."""
    return short_minutes(value)


def percent(value: float | None) -> str:
    """Format a ratio as a percentage with one decimal: `66.6%`."""
    value = known(value)
    return DASH if value is None else f"{rounded_percent(value):,.1f}%"


def plural(number: float | None, one: str, many: str) -> str:
    """Format a count with its noun: `1 guest`, `24 guests`."""
    return f"{count(number)} {one if number == 1 else many}"


def figure(metric: Metric) -> str:
    """Format a metric with its unit: `41.3 min`, `66.6%`, `128 people`; a dash without a value."""
    value = known(metric.value)
    if value is None:
        return DASH
    if metric.unit == "ratio":
        return percent(value)
    if metric.unit == "minutes":
        return f"{minutes(value)} min"
    if metric.unit == "people":
        return plural(value, "person", "people")
    return count(value)
