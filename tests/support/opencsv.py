"""How Athena's OpenCSVSerde splits a line, its oddities included, since DuckDB reads CSV by other rules.

It follows Trino's CsvDeserializer (lib/trino-hive-formats), which reproduces the SerDe with its bugs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

SEPARATOR, QUOTE, BACKSLASH = ",", '"', "\\"


@dataclass
class _Splitter:
    line: str
    escape: str
    cells: list[str] = field(default_factory=list)
    cell: str = ""
    quoted: bool = False
    inside: bool = False

    def split(self) -> list[str]:
        at = 0
        while at < len(self.line):
            at += self._taken(at)
        return self.cells if self.quoted else [*self.cells, self.cell]  # an open quote swallows the last cell

    def _taken(self, at: int) -> int:
        """Take what stands at a place; how many characters that was."""
        char, following = self.line[at], self.line[at + 1 : at + 2]
        doubles = {self.escape: (QUOTE, self.escape), QUOTE: (QUOTE,)}.get(char, ())
        if (self.quoted or self.inside) and following in doubles:
            self.cell += following
            return 2
        if char == QUOTE:
            self._quote(at, following)
        elif char == SEPARATOR and not self.quoted:
            self.cells.append(self.cell)
            self.cell, self.inside = "", False
        elif char != self.escape:  # an escape character before anything else is dropped
            self.cell += char
            self.inside = True
        return 1

    def _quote(self, at: int, following: str) -> None:
        if at > 2 and self.line[at - 1] != SEPARATOR and following not in {"", SEPARATOR}:
            self.cell = "" if self.cell.isspace() else self.cell + QUOTE
        self.quoted, self.inside = not self.quoted, not self.inside


def split(line: str, escape: str = BACKSLASH) -> list[str]:
    """The cells of a line."""
    return _Splitter(line, escape).split()
