"""Tiles: single figures for pages and emails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure. `note` says what the figure is a share of, or why it is missing."""

    label: str
    value: str
    unit: str
    note: str
    key: str = ""  # the metric's key
    trend: str = ""  # the difference from the compared sessions, an arrow and words; blank if none is compared


@dataclass(frozen=True, slots=True)
class TileGroup:
    """Tiles of the same kind; `note` explains what they count."""

    title: str
    tiles: Sequence[Tile]
    note: str = ""
