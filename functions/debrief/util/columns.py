"""Store and read a hundred thousand rows fast, without a Python call for each row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias, TypeVar, overload

Cells: TypeAlias = dict[str, str]  # one row of a report of the Summary page, by column
Row = TypeVar("Row", bound=NamedTuple)


def named_rows(kind: type[Row], rows: Iterable[Iterable[Any]]) -> Iterator[Row]:
    """Make named tuples faster than `_make`, which also checks the number of cells in each row."""
    return map(partial(tuple.__new__, kind), rows)


class ColumnTable(Sequence[Cells]):
    """Report rows stored as tuples, a third of the memory of dicts. Indexing returns a row as Cells."""

    def __init__(self, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
        self.columns, self._rows = tuple(columns), rows

    @classmethod
    def of(cls, rows: Sequence[Cells]) -> ColumnTable:
        """Return rows as a table; a missing cell becomes blank."""
        if isinstance(rows, ColumnTable):
            return rows
        columns = tuple(dict.fromkeys(chain.from_iterable(rows)))
        return cls(columns, [tuple(row.get(name, "") for name in columns) for row in rows])

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Cells: ...
    @overload
    def __getitem__(self, place: slice) -> list[Cells]: ...
    def __getitem__(self, place: int | slice) -> Cells | list[Cells]:
        if isinstance(place, slice):
            return [dict(zip(self.columns, row, strict=True)) for row in self._rows[place]]
        return dict(zip(self.columns, self._rows[place], strict=True))

    def column(self, name: str) -> Iterator[str]:
        """Return the cells of one column; blank cells if the report has no such column."""
        return map(itemgetter(0), self.cells(name, name))

    def cells(self, *names: str) -> Iterator[tuple[str, ...]]:
        """Return each row's cells of two or more columns; blank cells if the report has no such column."""
        if names == self.columns:
            return iter(self._rows)
        blank = len(self.columns)
        places = [self.columns.index(name) if name in self.columns else blank for name in names]
        rows = ((*row, "") for row in self._rows) if blank in places else self._rows
        return map(itemgetter(*places), rows)
