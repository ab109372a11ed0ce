"""Round printed figures half away from zero. Only a full share is printed as 100%."""

from __future__ import annotations

import math


def rounded(value: float, digits: int) -> float:
    """Round half away from zero. The small addend corrects floats such as 0.6275, which are slightly too low."""
    return round(value + math.copysign(1e-9, value), digits) + 0.0


def rounded_percent(ratio: float) -> float:
    """Return a ratio (0..1) as a percentage with one decimal. Only 0 becomes 0.0, and only 1 becomes 100.0."""
    value = rounded(ratio * 100, 1)
    if 0.0 < ratio < 1.0:
        return min(max(value, 0.1), 99.9)
    return value


def short_minutes(minutes: float) -> str:
    """Return minutes as text, with a decimal only where needed: `15`, `62.5`."""
    return f"{rounded(minutes, 1):,.10g}"
