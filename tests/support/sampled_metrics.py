"""Metrics of sample summaries: every one that is defined, with unit, formula and source of its definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from debrief.metrics.definition import Definition, Value
from debrief.model import Metric

# What a metric is that a sample names no value of.
_BY_UNIT: Mapping[str, Value] = {
    "people": 12,
    "count": 12,
    "minutes": 12.5,
    "ratio": 0.5,
    "time": "2026-11-17T09:14:00Z",
}


def sampled(definitions: Iterable[Definition], values: Mapping[str, Value]) -> dict[str, Metric]:
    """Make the metrics of these definitions; None is a figure that nobody has."""
    found = {one.key: one for one in definitions}
    assert values.keys() <= found.keys()
    return {key: _metric(one, values.get(key, _BY_UNIT[one.unit])) for key, one in found.items()}


def _metric(definition: Definition, value: Value) -> Metric:
    reason = "nobody attended" if value is None else None
    return Metric(value, definition.unit, definition.formula, definition.source, reason)
