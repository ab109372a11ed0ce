"""The pieces that a page is made of: plain words and figures, nothing left to format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure that stands out: its name, value with unit, and what it is a share of or why it is missing."""

    label: str
    value: str
    unit: str
    note: str


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: its head, the unit under it, its share of the table's width in percent.

    A numeric column is aligned right; a quiet one holds what is looked up rather than read.
    """

    head: str
    unit: str = ""
    width: int = 10
    numeric: bool = True
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table ready to print. The first cell of a row names the row."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the page: sentences, then a table; `unavailable` says why there is none."""

    sentences: Sequence[str] = ()
    table: Table | None = None
    unavailable: str = ""


@dataclass(frozen=True, slots=True)
class Bin:
    """So many people stayed from so many to so many minutes."""

    start: float
    end: float
    people: int


@dataclass(frozen=True, slots=True)
class Stayed:
    """What the chart of minutes stayed is drawn from, with its table; minutes throughout."""

    part: Part
    bins: Sequence[Bin] = ()
    median: float | None = None
