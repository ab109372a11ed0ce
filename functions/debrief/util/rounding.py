"""The one way to round a printed figure: half away from zero, and a share that is not all is not 100 %."""

from __future__ import annotations

import math


def rounded(value: float, digits: int) -> float:
    """Half away from zero, as a reader would; a ratio such as 0.6275 is a hair below what it means."""
    return round(value + math.copysign(1e-9, value), digits) + 0.0


def rounded_percent(ratio: float) -> float:
    """A ratio (0..1) as a percentage with one decimal: 0.0 means none and 100.0 means all, and nothing else does."""
    value = rounded(ratio * 100, 1)
    if 0.0 < ratio < 1.0:
        return min(max(value, 0.1), 99.9)
    return value


def short_minutes(minutes: float) -> str:
    """Minutes with a decimal only where there is one: `15`, `62.5`."""
    return f"{rounded(minutes, 1):,.10g}"
