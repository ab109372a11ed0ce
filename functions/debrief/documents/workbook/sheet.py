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
Cell: TypeAlias = str | float | None  # a text, a number as spreadsheets store it, or empty
Row: TypeAlias = Sequence[Cell]
NOT_KNOWN = "not known"
LONGEST = 16_000  # characters of a cell; the limit of spreadsheets is 32,767 units, and some characters take two units

_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets count days from this one, without a zone
_DAY_SECONDS = 86_400
# First words of a reason that are written in lower case within a sentence.
_LOWER_CASE = frozenset(
    {"A", "An", "At", "In", "It", "No", "Nobody", "None", "Of", "Recordings", "The", "There", "These", "This", "They"}
)


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column. `kind` is the kind of its numbers, `width` is in characters; with `wraps`, long texts are wrapped."""

    head: str
    kind: Kind = "text"
    width: int = 12
    wraps: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet. A number whose kind differs from its column's is a `Typed` cell."""

    name: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[Cell | Typed]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Typed:
    """A number with its kind."""

    value: float
    kind: Kind


def count(value: float | None) -> Cell:
    """Return a whole number."""
    value = figures.known(value)
    return None if value is None else int(rounded(value, 0))


def minutes(value: float | None) -> Cell:
    """Return minutes with four decimals, so that sums of cells agree with the report. Spreadsheets show one decimal."""
    value = figures.known(value)
    return None if value is None else round(value, 4)


def ratio(value: float | None) -> Cell:
    """Return the ratio that the report prints, as spreadsheets store it: 0.666 for 66.6%."""
    value = figures.known(value)
    return None if value is None else round(rounded_percent(value) / 100, 6)


def time(moment: datetime, zone: ZoneInfo) -> float:
    """Return a time as spreadsheets store it: local days since 30 December 1899."""
    local = moment.astimezone(zone).replace(tzinfo=None)
    return (local - _FIRST_DAY).total_seconds() / _DAY_SECONDS


def not_known(reason: str | None) -> str:
    """Return `not known, because …`. `reason` is a sentence."""
    reason = (reason or "Kaltura did not give it").strip().rstrip(".")
    first, _, rest = reason.partition(" ")
    reason = f"{first.lower()} {rest}" if first in _LOWER_CASE else reason
    return f"{NOT_KNOWN}, because {reason}"
