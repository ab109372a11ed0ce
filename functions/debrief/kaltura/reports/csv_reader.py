"""Kaltura's CSV as its server really writes it: a BOM, LF line ends, and no quoting at all.

Commas inside values have become spaces; quotes pass through; a line break inside a name breaks the row over two
or more physical lines (Kaltura server, ReportService.php, getCsvAction). So rows are split at commas, never by a CSV
parser that knows quotes, and broken rows are put together again: a piece of a value holds no comma, so a row ends
where it has as many commas as the header.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations
from typing import TypeAlias

from debrief.kaltura.api.responses import BOM

Row: TypeAlias = Sequence[str]

_BLOCK = 500  # lines that are split together


@dataclass(frozen=True)
class Shape:
    """What a well-formed row looks like: which places hold ids, numbers and times, and which may hold anything."""

    tests: Mapping[int, Callable[[str], bool]]  # by place; a place without a test holds text
    loose: Sequence[int]  # places of names: where surplus commas may come from
    repeating: Sequence[int] = ()  # places of cells that many rows, or two of these places, have in common
    decimals: Sequence[int] = ()  # places of numbers that a server may write with a decimal comma

    def fits(self, row: Row) -> bool:
        """Whether ids, numbers and times are where they belong."""
        return all(test(row[place]) for place, test in self.tests.items())


@dataclass(frozen=True)
class CsvText:
    """A header, its whole rows, to be read once, and how many lines could not be made into a row."""

    header: Row
    rows: Iterable[Row] = field(default=(), repr=False)
    unreadable: int = 0


def read_csv(body: bytes, shape_of: Callable[[Row], Shape], *, in_order: bool = True) -> CsvText:
    """Split an answer into rows as wide as its header; rows of another width are mended by their shape.

    An empty table may come without its column names; the header is empty then. Rows that are to be sorted later need
    not come in order: sorted before they are split, they lie in memory in the order in which they are used, which
    halves the time of nearly all that is done with them.
    """
    lines = body.removeprefix(BOM).removesuffix(b"\n").split(b"\n")
    header = [name.strip() for name in _quoted_cells(lines.pop(0))]
    if header == [""] and not any(lines):
        return CsvText([])
    shape = shape_of(header)
    if {line.count(b",") for line in lines} <= {len(header) - 1}:
        if not in_order:
            lines.sort()
        return CsvText(header, chain.from_iterable(_blocks(lines, len(header), shape.repeating)))
    mender = _Mender(len(header), shape)
    rows = list(mender.rows([line.decode("utf-8", "replace") for line in lines]))
    return CsvText(header, rows, mender.unreadable)


def _blocks(lines: list[bytes], width: int, repeating: Sequence[int]) -> Iterator[Iterable[Row]]:
    """The rows of lines that all have as many cells, some hundreds at a time, because one at a time would be slow."""
    for start in range(0, len(lines), _BLOCK):
        block = b",".join(lines[start : start + _BLOCK])
        cells, kept = block.decode("utf-8", "replace").split(","), dict[str, str]()
        for place in repeating:
            column = cells[place::width]
            cells[place::width] = map(kept.setdefault, column, column)
        rows = zip(*[iter(cells)] * width, strict=True)
        yield map(_unquoted, rows) if b'"' in block else rows


@dataclass
class _Mender:
    """Puts rows together again that line breaks in values have broken; each break becomes a space."""

    width: int
    shape: Shape
    unreadable: int = 0

    def rows(self, lines: Sequence[str]) -> Iterator[Row]:
        at = 0
        while at < len(lines):
            row, used = self._row(lines, at)
            if row is not None:
                yield _unquoted(row)
            else:
                self.unreadable += sum(map(bool, lines[at : at + used]))
            at += used

    def _row(self, lines: Sequence[str], at: int) -> tuple[Row | None, int]:
        """The row that starts at a line, and how many lines it takes; None when so many lines start no row."""
        most = self.width - 1
        commas, end = lines[at].count(","), at + 1
        if not commas and 0 in self.shape.tests:
            return None, 1
        while commas < most and end < len(lines):
            commas += lines[end].count(",")
            end += 1
        if commas < most:
            return None, end - at
        if commas > most:
            stray = next(place for place in range(at, end) if "," in lines[place]) - at
            return (None, stray) if stray else (self._without_surplus(lines[at].split(",")), 1)
        # A line without a comma after a whole row is the rest of its last value, if that is text.
        while most not in self.shape.tests and end < len(lines) and "," not in lines[end]:
            end += 1
        return " ".join(lines[at:end]).split(","), end - at

    def _without_surplus(self, cells: Row) -> Row | None:
        """A row with surplus commas, with them taken back into the one name, or the numbers, that make the rest fit.

        None when both would do: half a number must never pass for a whole one.
        """
        surplus = len(cells) - self.width
        if surplus <= 0:
            return None
        named = list(filter(self.shape.fits, (_joined(cells, [start] * surplus, " ") for start in self.shape.loose)))
        places = combinations(self.shape.decimals, surplus)
        numbered = [row for chosen in places if (row := _with_decimals(cells, chosen)) and self.shape.fits(row)]
        return (named or numbered)[0] if bool(named) != bool(numbered) and len(numbered) < 2 else None


def _with_decimals(cells: Row, places: Sequence[int]) -> Row | None:
    """A row whose numbers at these places had decimal commas; None when the pieces are no halves of numbers."""
    halves = [cells[place + before : place + before + 2] for before, place in enumerate(places)]
    are_numbers = all(re.fullmatch(r"-?[0-9]+,[0-9]+(E[-+]?[0-9]+)?", ",".join(pieces)) for pieces in halves)
    return _joined(cells, places, ".") if are_numbers else None


def _joined(cells: Row, places: Sequence[int], between: str) -> Row:
    """The row with the cell at each place and the next put together, one after the other."""
    row = list(cells)
    for place in places:
        row[place : place + 2] = [between.join(row[place : place + 2])]
    return row


def _quoted_cells(line: bytes) -> Row:
    cells = line.decode("utf-8", "replace").split(",")
    return _unquoted(cells) if b'"' in line else cells


def _unquoted(row: Row) -> Row:
    """One layer of quotes taken off each cell: some report definitions quote although nothing else does."""
    return [cell[1:-1].replace('""', '"') if len(cell) >= 2 and cell[0] == cell[-1] == '"' else cell for cell in row]
