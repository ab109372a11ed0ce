"""Elements of a workbook: sheets, typed columns, cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from debrief.documents.text import figures
from debrief.util.rounding import rounded, rounded_percent

Kind: TypeAlias = Literal["text", "count", "minutes", "percent", "time"]
Cell: TypeAlias = str | float | None  # a text, a number as a spreadsheet has it, or empty
Row: TypeAlias = Sequence[Cell]
NOT_KNOWN = "not known"
LONGEST = 16_000  # characters of a cell: a spreadsheet takes 32,767 units, of which some characters need two

_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets count days from here, without a zone
_DAY_SECONDS = 86_400
# Opening words of a reason that are no names, so that they are small within a sentence.
_SMALL = frozenset({"A", "An", "At", "In", "It", "No", "Nobody", "None", "Of", "The", "There", "These", "This", "They"})


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column: its head, the kind of its numbers, its width in characters. A wide text is wrapped with `wraps`."""

    head: str
    kind: Kind = "text"
    width: int = 12
    wraps: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: a head that stays in view, and rows. A cell of another kind than its column's is a `Typed` cell."""

    name: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[Cell | Typed]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Typed:
    """A number whose kind is not that of its column."""

    value: float
    kind: Kind


def count(value: float | None) -> Cell:
    """Return a whole number."""
    value = figures.known(value)
    return None if value is None else int(rounded(value, 0))


def minutes(value: float | None) -> Cell:
    """Return minutes with four decimals, of which one is shown: sums of many cells are then those of the report."""
    value = figures.known(value)
    return None if value is None else round(value, 4)


def ratio(value: float | None) -> Cell:
    """Return a ratio as printed in the report, as a spreadsheet has it: 0.666 for 66.6%."""
    value = figures.known(value)
    return None if value is None else round(rounded_percent(value) / 100, 6)


def time(moment: datetime, zone: ZoneInfo) -> float:
    """Return a time in the zone as days since the first day of spreadsheets."""
    local = moment.astimezone(zone).replace(tzinfo=None)
    return (local - _FIRST_DAY).total_seconds() / _DAY_SECONDS


def not_known(reason: str | None) -> str:
    """Return `not known, because …` for a reason, which is a sentence."""
    reason = (reason or "Kaltura did not give it").strip().rstrip(".")
    first, _, rest = reason.partition(" ")
    reason = f"{first.lower()} {rest}" if first in _SMALL else reason
    return f"{NOT_KNOWN}, because {reason}"
