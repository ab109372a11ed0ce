"""A long table for the PDF, drawn by reportlab's own table: an HTML table costs quadratic time there (xhtml2pdf #208).

Only the PDF engine imports this module, since it loads reportlab and xhtml2pdf.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, Table, TableStyle
from xhtml2pdf import bidi
from xhtml2pdf.util import shape_frag_text, split_by_coverage

from debrief.documents import charts, fonts, page
from debrief.documents.text import ELLIPSIS

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

    def __init__(self, lines: Sequence[Sequence[tuple[str, str]]], color: str) -> None:
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
    runs = split_by_coverage(text, face.names)
    if len(runs) <= 1 and (not runs or runs[0][1] == face.names[0]) and not bidi.needs_bidi(text):
        return "\n".join(_wrapped(text, room, face.names))
    lines = [_visual(line, _direction(text)) for line in _wrapped(text, room, face.names)]
    return _Lines([split_by_coverage(line, face.names) for line in lines], face.color)


def _visual(line: str, direction: str) -> str:
    """A line as it is drawn from left to right: Arabic letters joined, right-to-left runs turned round."""
    if not bidi.needs_bidi(line, direction):
        return line
    joined = shape_frag_text(line, fonts.ARABIC) or line
    return str(bidi.get_display(joined, direction))


def _direction(text: str) -> str:
    """The direction of the first letter that has one (Unicode bidirectional algorithm, rules P2 and P3)."""
    strong = (kind for char in text if (kind := unicodedata.bidirectional(char)) in {"L", "R", "AL"})
    return "L" if next(strong, "L") == "L" else "R"


def _wrapped(text: str, room: float, names: Sequence[str]) -> list[str]:
    """The text in lines no wider than `room`; what does not fit into the most lines allowed ends in an ellipsis."""
    if _width(text, names) <= room:
        return [text]
    lines: list[str] = []
    rest = text
    while rest and len(lines) < MOST_LINES:
        line = _fitting(rest, room, names)
        lines.append(line.rstrip())
        rest = rest[len(line) :].lstrip()
    if rest:
        lines[-1] = _fitting(lines[-1], room - _width(ELLIPSIS, names), names, break_words=True) + ELLIPSIS
    return lines


def _fitting(text: str, room: float, names: Sequence[str], *, break_words: bool = False) -> str:
    """The longest beginning that fits, cut after a space if there is one in it; at least one character."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _width(text[:middle], names) <= room else (low, middle - 1)
    if low == len(text) or break_words:
        return text[:low]
    space = text.rfind(" ", 0, low + 1)
    return text[: space + 1] if space > 0 else text[:low]


def _width(text: str, names: Sequence[str]) -> float:
    return float(sum(stringWidth(run, name, SIZE) for run, name in split_by_coverage(text, names)))


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
