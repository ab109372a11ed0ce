"""Figures as people read them: people and minutes with thousands separators, ratios as percentages, always a unit.

Adding zero after rounding turns a minus zero into a plain one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from debrief.util.rounding import rounded, rounded_percent, short_minutes

if TYPE_CHECKING:
    from debrief.model import Metric

DASH = "\N{EN DASH}"


def known(value: float | str | None) -> float | None:
    """The value if it is a number that can be printed, else None: a NaN from outside is no figure, a time neither."""
    return value if isinstance(value, int | float) and math.isfinite(value) else None


def count(value: float | None) -> str:
    """A whole number, `1,234`."""
    value = known(value)
    return DASH if value is None else f"{rounded(value, 0):,.0f}"


def minutes(value: float | None) -> str:
    """Minutes with one decimal and no unit, for columns whose head names it: `41.3`."""
    value = known(value)
    return DASH if value is None else f"{rounded(value, 1):,.1f}"


def tick(value: float) -> str:
    """Minutes with a decimal only where there is one, for axes and ranges: `15`, `62.5`."""
    return short_minutes(value)


def percent(value: float | None) -> str:
    """A ratio as a percentage with one decimal: `66.6%`."""
    value = known(value)
    return DASH if value is None else f"{rounded_percent(value):,.1f}%"


def plural(number: float | None, one: str, many: str) -> str:
    """A count with its noun: `1 guest`, `24 guests`."""
    return f"{count(number)} {one if number == 1 else many}"


def figure(metric: Metric) -> str:
    """A metric's value with its unit: `41.3 min`, `66.6%`, `128 people`; a dash when there is none."""
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
