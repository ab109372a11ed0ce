"""Kaltura's CSV as its server really writes it: a BOM, LF line ends, and no quoting at all.

Commas inside values have become spaces; quotes pass through; a line break inside a name breaks the row over two
physical lines (Kaltura server, ReportService.php, getCsvAction). So rows are split at commas, never by a CSV
parser that knows quotes, and broken rows are put together again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from debrief.kaltura.answers import BOM

Row = list[str]


@dataclass(frozen=True)
class Shape:
    """What a well-formed row looks like, so that a broken one can be mended.

    `fits` says whether ids and numbers are where they belong; `loose` are the places of free text.
    """

    fits: Callable[[Row], bool]
    loose: Sequence[int]


@dataclass(frozen=True)
class CsvText:
    """A header, its whole rows, and how many lines could not be made into a row."""

    header: Row
    rows: list[Row]
    unreadable: int = 0


def read_csv(body: bytes, shape_of: Callable[[Row], Shape]) -> CsvText:
    """Split an answer into rows as wide as its header; rows of another width are mended by their shape."""
    lines = body.removeprefix(BOM).decode("utf-8", errors="replace").removesuffix("\n").split("\n")
    header = [_unquoted(name).strip() for name in lines[0].rstrip("\r").split(",")]
    if header == [""]:
        return CsvText([], [])
    unreadable = 0
    rows = [line.split(",") for line in lines[1:]]
    if any(len(row) != len(header) for row in rows):
        mender = _Mender(len(header), shape_of(header))
        rows = list(mender.rows(lines[1:]))
        unreadable = mender.unreadable
    if b'"' in body:
        rows = [[_unquoted(cell) for cell in row] for row in rows]
    return CsvText(header, rows, unreadable)


@dataclass
class _Mender:
    """Puts rows together again that a line break in a value has broken."""

    width: int
    shape: Shape
    unreadable: int = 0

    def rows(self, lines: Sequence[str]) -> Iterator[Row]:
        at = 0
        while at < len(lines):
            cells = lines[at].split(",")
            if len(cells) == self.width and not self._goes_on(lines, at):
                yield cells
                at += 1
                continue
            row, used = self._joined(lines, at)
            if row is not None:
                yield row
            elif lines[at]:
                self.unreadable += 1
            at += used

    def _goes_on(self, lines: Sequence[str], at: int) -> bool:
        """Whether the next line is the rest of this row's last value: too narrow, and no start of a row itself."""
        following = at + 1
        if following >= len(lines) or lines[following].count(",") >= self.width - 1:
            return False
        row, _ = self._joined(lines, following)
        return row is None

    def _joined(self, lines: Sequence[str], at: int) -> tuple[Row | None, int]:
        """The row that starts at a line, and how many lines it takes; None when no reading makes sense.

        Of the readings that give a well-formed row the longest that adds no cell wins, so that a value broken at
        the end of a row is taken along.
        """
        cells = lines[at].split(",")
        best: tuple[Row | None, int] = (self._fitted(cells), 1)
        used = 1
        while len(cells) <= self.width and at + used < len(lines):
            more = lines[at + used].split(",")
            if len(cells) + len(more) - 1 > self.width:
                break
            cells = [*cells[:-1], f"{cells[-1]} {more[0]}".rstrip(), *more[1:]]
            used += 1
            fitted = self._fitted(cells)
            if fitted is not None and (best[0] is None or len(more) == 1):
                best = (fitted, used)
        return best

    def _fitted(self, cells: Row) -> Row | None:
        """The cells if they make a well-formed row, with surplus commas taken back into one value."""
        surplus = len(cells) - self.width
        if surplus == 0:
            return cells if self.shape.fits(cells) else None
        for start in self.shape.loose if surplus > 0 else ():
            end = start + surplus + 1
            row = [*cells[:start], " ".join(cells[start:end]), *cells[end:]]
            if self.shape.fits(row):
                return row
        return None


def _unquoted(cell: str) -> str:
    """One layer of quotes taken off: some report definitions quote although nothing else does."""
    if len(cell) >= 2 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell
