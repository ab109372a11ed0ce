"""Tiles: single figures for pages and emails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure: its name, its value with unit, and a note: what it is a share of, or why it is missing."""

    label: str
    value: str
    unit: str
    note: str
    key: str = ""  # of the metric
    trend: str = ""  # its change since earlier sessions, an arrow and words; blank without earlier sessions


@dataclass(frozen=True, slots=True)
class TileGroup:
    """Tiles of one kind, with a sentence on what they count."""

    title: str
    tiles: Sequence[Tile]
    note: str = ""
