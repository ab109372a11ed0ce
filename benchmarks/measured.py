"""What was measured and written down: usage.json, for any number of attendees, and coldstart.json."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.measure import COLDSTART, USAGE


def used_by_stage(attendees: int) -> dict[str, dict[str, Any]]:
    """The usage of each stage, between or beyond the two measured numbers of attendees that are next to this one."""
    measured = {int(people): stages for people, stages in json.loads(USAGE.read_text()).items()}
    sizes = sorted(measured)
    upper = next((place for place, size in enumerate(sizes) if size >= attendees and place), len(sizes) - 1)
    low, high = sizes[upper - 1], sizes[upper]
    part = (attendees - low) / (high - low)
    found = {name: _between(measured[low][name], measured[high][name], part) for name in measured[low]}
    return found | {"tick": found["tick, nothing due"]}


def cold_starts() -> dict[str, dict[str, float]]:
    """CPU seconds that a start takes beyond a warm event, `before` a function asks for one and `after`."""
    found: dict[str, dict[str, float]] = json.loads(COLDSTART.read_text())
    return found


def _between(low: Any, high: Any, part: float) -> Any:
    if isinstance(low, dict):
        return {name: _between(low.get(name, 0), high.get(name, 0), part) for name in low | high}
    return low if isinstance(low, list) else low + (high - low) * part
