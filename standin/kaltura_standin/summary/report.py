"""Definition of a report: its columns, and the functions for its rows and totals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from kaltura_standin.reports import Cell, Row
from kaltura_standin.summary.dataset import Footage
from kaltura_standin.summary.query import Question

__all__ = ["Cell", "Found", "Report", "Row", "Total"]


class Found(NamedTuple):
    """The rows of a table, without an order, and the number of rows from each data source."""

    rows: list[Row]
    sizes: tuple[int, ...]


Total: TypeAlias = Callable[[Footage, Question], list[Cell]]
Filling: TypeAlias = Callable[[Question, list[Row]], list[Row]]


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `texts` are the columns of a table before its metrics; the first metric is the default order.

    A join (Kaltura's word for rows combined from several queries) silently drops rows beyond 12,000. `forced`: the rows
    are always counted. `fill` adds the minutes that have no row.
    """

    texts: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    rows: Callable[[Footage, Question], Found] | None = None
    totals: tuple[str, ...] = ()
    total: Total | None = None
    dimensions: int = 1
    joins: bool = False
    forced: bool = False
    fill: Filling | None = None
    fills_full: bool = False  # whether minutes are added even if the rows reach the page size
    graphs: Callable[[Footage, Question], dict[str, dict[str, Cell]]] | None = None

    @property
    def header(self) -> tuple[str, ...]:
        """Return the columns of the table."""
        return self.texts + self.metrics
