"""Figures that stand out: apart from page.py, because a mail has them and no other piece of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure that stands out: its name, value with unit, and what it is a share of or why it is missing."""

    label: str
    value: str
    unit: str
    note: str
    key: str = ""  # of the metric


@dataclass(frozen=True, slots=True)
class TileGroup:
    """Figures of one kind, with a sentence on what they count."""

    title: str
    tiles: Sequence[Tile]
    note: str = ""
