"""Parse Kaltura's CSV as its server writes it: a BOM, LF line ends, no quoting.

The server replaces commas in values with spaces, keeps quotes, and does not escape line breaks, so a name with a line
break splits its row into several lines (Kaltura server, ReportService.php, getCsvAction). Rows are therefore split at
commas, not by a CSV parser, and broken rows are joined until they have as many commas as the header.
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
    """The form of a valid row: which columns have ids, numbers or times, and which have free text."""

    tests: Mapping[int, Callable[[str], bool]]  # by column index; a column without a test has free text
    loose: Sequence[int]  # columns of names; if the server did not replace a comma, it is in one of these
    repeating: Sequence[int] = ()  # columns with many equal cells; equal cells of a block are stored once
    decimals: Sequence[int] = ()  # columns of numbers that a server may write with a decimal comma

    def fits(self, row: Row) -> bool:
        """Return whether ids, numbers and times are in their columns."""
        return all(test(row[place]) for place, test in self.tests.items())


@dataclass(frozen=True)
class CsvText:
    """The header, the complete rows (iterate once), and the number of unreadable lines."""

    header: Row
    rows: Iterable[Row] = field(default=(), repr=False)
    unreadable: int = 0


def read_csv(body: bytes, shape_of: Callable[[Row], Shape], *, in_order: bool = True) -> CsvText:
    """Split an answer into rows as wide as the header; repair rows of another width.

    The header is empty when an empty table has no column names. With `in_order=False` lines are sorted before they are
    split. Later steps read the rows sorted, and take half the time if memory has them in that order.
    """
    lines = body.removeprefix(BOM).removesuffix(b"\n").split(b"\n")
    header = [name.strip() for name in _unquote(lines.pop(0).decode("utf-8", "replace").split(","))]
    if header == [""] and not any(lines):
        return CsvText([])
    shape = shape_of(header)
    if {line.count(b",") for line in lines} <= {len(header) - 1}:
        if not in_order:
            lines.sort()
        return CsvText(header, chain.from_iterable(_blocks(lines, len(header), shape.repeating)))
    repair = _RowRepair(len(header), shape)
    rows = list(repair.rows([line.decode("utf-8", "replace") for line in lines]))
    return CsvText(header, rows, repair.unreadable)


def _blocks(lines: list[bytes], width: int, repeating: Sequence[int]) -> Iterator[Iterable[Row]]:
    """Split lines of equal width into rows. Many lines are split at a time, for speed."""
    for start in range(0, len(lines), _BLOCK):
        block = b",".join(lines[start : start + _BLOCK])
        cells, unique = block.decode("utf-8", "replace").split(","), dict[str, str]()
        for place in repeating:
            column = cells[place::width]
            cells[place::width] = map(unique.setdefault, column, column)
        rows = zip(*[iter(cells)] * width, strict=True)
        yield map(_unquote, rows) if b'"' in block else rows


@dataclass
class _RowRepair:
    """Joins rows that were split by line breaks in values. Each line break becomes a space."""

    width: int
    shape: Shape
    unreadable: int = 0

    def rows(self, lines: Sequence[str]) -> Iterator[Row]:
        at = 0
        while at < len(lines):
            row, used = self._row(lines, at)
            if row is not None:
                yield _unquote(row)
            else:
                self.unreadable += sum(map(bool, lines[at : at + used]))
            at += used

    def _row(self, lines: Sequence[str], at: int) -> tuple[Row | None, int]:
        """Return the row that starts at a line, or None, and the number of lines used."""
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
            first_line_with_comma = next(place for place in range(at, end) if "," in lines[place])
            if first_line_with_comma > at:
                return None, first_line_with_comma - at
            return self._without_surplus(lines[at].split(",")), 1
        # A line without a comma after a complete row continues the row's last value, if the last column has text.
        while most not in self.shape.tests and end < len(lines) and "," not in lines[end]:
            end += 1
        return " ".join(lines[at:end]).split(","), end - at

    def _without_surplus(self, cells: Row) -> Row | None:
        """Repair a row with surplus commas: join the cells of a name, or of decimal numbers, so that all columns fit.

        None when the result is ambiguous: half a number must never be read as a number.
        """
        surplus = len(cells) - self.width
        if surplus <= 0:
            return None
        named = list(filter(self.shape.fits, (_joined(cells, [start] * surplus, " ") for start in self.shape.loose)))
        places = combinations(self.shape.decimals, surplus)
        numbered = [row for chosen in places if (row := _with_decimals(cells, chosen)) and self.shape.fits(row)]
        return (named or numbered)[0] if bool(named) != bool(numbered) and len(numbered) < 2 else None


def _with_decimals(cells: Row, places: Sequence[int]) -> Row | None:
    """Join the halves of numbers with decimal commas; None if the cells are not halves of numbers."""
    halves = [cells[place + before : place + before + 2] for before, place in enumerate(places)]
    are_numbers = all(re.fullmatch(r"-?[0-9]+,[0-9]+(E[-+]?[0-9]+)?", ",".join(pieces)) for pieces in halves)
    return _joined(cells, places, ".") if are_numbers else None


def _joined(cells: Row, places: Sequence[int], between: str) -> Row:
    """Join the cell at each place with the next one."""
    row = list(cells)
    for place in places:
        row[place : place + 2] = [between.join(row[place : place + 2])]
    return row


def _unquote(row: Row) -> Row:
    """Remove one pair of quotes from each cell; some report definitions add them."""
    return [cell[1:-1].replace('""', '"') if len(cell) >= 2 and cell[0] == cell[-1] == '"' else cell for cell in row]
