"""Figures of several sessions: pages of rooms and digests show them, and metrics/several_sessions.py adds them up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class SessionFigures:
    """One session, with the figures of one revision of its report by key. A figure that is not known is missing."""

    cue_point_id: str
    entry_id: str
    name: str  # of the room
    start: datetime
    end: datetime
    minutes: float
    state: str = "final"  # or provisional
    revision: int = 1
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of a figure. `known` is the number of sessions that have the figure."""

    value: float
    known: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Several sessions together: totals by figure, and the best and the weakest sessions by share (places from 0)."""

    totals: Mapping[str, Total]
    standouts: Sequence[Mapping[str, Any]]
