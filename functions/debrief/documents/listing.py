"""A long table for the PDF, drawn by reportlab's own table: an HTML table costs quadratic time there (xhtml2pdf #208).

Only the PDF engine imports this module, since it loads reportlab.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.platypus import Flowable, Table, TableStyle

from debrief.documents import charts, fonts, page, runs

SIZE, LEADING, ABOVE, BELOW, GUTTER = 8.0, 10.5, 3.4, 3.8, 12.0  # points
MOST_LINES = 4
HEAD_ROWS = 2  # the heads, then their units


@dataclass(frozen=True, slots=True)
class Face:
    """How a cell's words look: the faces in the order in which they are asked for a character, and the colour."""

    names: Sequence[str]
    color: str


def listing(table: page.Table, width: float) -> Flowable:
    """The table at `width` points: the head repeated on every page, every character in the first face that has it."""
    widths = _widths(table.columns, width)
    faces = [Face(fonts.regular(), charts.QUIET if c.quiet else charts.INK) for c in table.columns]
    cells = [
        [_cell(text, room - GUTTER, face) for text, room, face in zip(row, widths, faces, strict=True)]
        for row in table.rows
    ]
    heights = [LEADING + 1, LEADING + BELOW + 1, *(_height(row) for row in cells)]
    return Table(
        [*_head(table.columns), *cells],
        colWidths=widths,
        rowHeights=heights,
        repeatRows=HEAD_ROWS,
        style=_style(table.columns, faces),
        hAlign="LEFT",
    )


class _Lines(Flowable):  # type: ignore[misc]
    """Words that one face alone cannot draw: lines of runs, each run with its face."""

    def __init__(self, lines: Sequence[Sequence[runs.Run]], color: str) -> None:
        super().__init__()
        self.lines, self.color = lines, color

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        return width, LEADING * len(self.lines)

    def draw(self) -> None:
        text = self.canv.beginText(0, LEADING * len(self.lines) - SIZE)
        text.setFillColor(HexColor(self.color))
        for line in self.lines:
            for run, name in line:
                text.setFont(name, SIZE, LEADING)
                text.textOut(run)
            text.textLine()
        self.canv.drawText(text)


def _widths(columns: Sequence[page.Column], width: float) -> list[float]:
    total = sum(column.width for column in columns)
    return [column.width / total * width for column in columns]


def _cell(text: str, room: float, face: Face) -> str | Flowable:
    """A string where the first face has all of it, which is by far the cheapest, else runs."""
    lines = runs.wrapped(text, room, SIZE, face.names, most=MOST_LINES)
    if runs.is_plain(text, face.names):
        return "\n".join(lines)
    direction = runs.direction_of(text)
    return _Lines([runs.runs(line, direction, face.names) for line in lines], face.color)


def _height(row: Sequence[str | Flowable]) -> float:
    lines = max(cell.count("\n") + 1 if isinstance(cell, str) else len(cell.lines) for cell in row)
    return ABOVE + lines * LEADING + BELOW


def _head(columns: Sequence[page.Column]) -> list[list[str]]:
    """Two rows: the head above its unit; a head without a unit stands on the lower row."""
    upper = [column.head if column.unit else "" for column in columns]
    return [upper, [column.unit or column.head for column in columns]]


def _style(columns: Sequence[page.Column], faces: Sequence[Face]) -> TableStyle:
    """Commands over whole columns and rows only: reportlab copies every one of them at every page."""
    plain, bold = fonts.regular()[0], fonts.bold()[0]
    last = HEAD_ROWS - 1
    commands: list[tuple[object, ...]] = [
        ("FONT", (0, 0), (-1, -1), plain, SIZE, LEADING),
        ("TEXTCOLOR", (0, 0), (-1, -1), HexColor(charts.INK)),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-2, -1), GUTTER),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), ABOVE),
        ("BOTTOMPADDING", (0, 0), (-1, -1), BELOW),
        ("TOPPADDING", (0, 0), (-1, last), 0),
        ("FONT", (0, 0), (-1, 0), bold, SIZE, LEADING),
        ("LINEBELOW", (0, last), (-1, last), 0.6, HexColor(charts.RULE)),
        ("LINEBELOW", (0, HEAD_ROWS), (-1, -1), 0.3, HexColor(charts.FAINT)),
    ]
    for n, (column, face) in enumerate(zip(columns, faces, strict=True)):
        commands.append(("ALIGN", (n, 0), (n, -1), "RIGHT" if column.numeric else "LEFT"))
        commands.append(("TEXTCOLOR", (n, HEAD_ROWS), (n, -1), HexColor(face.color)))
        if column.unit:
            commands.append(("TEXTCOLOR", (n, last), (n, last), HexColor(charts.QUIET)))
        else:
            commands.append(("FONT", (n, last), (n, last), bold, SIZE, LEADING))
    return TableStyle(commands)
