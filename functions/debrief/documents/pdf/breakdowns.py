"""Tables of registrations: the funnel to attendance, and registered people by origin or by the answer to a question."""

from __future__ import annotations

from dataclasses import replace

from debrief.documents.pdf import parts
from debrief.documents.pdf.cells import Drawable, ShareBar, Stack, Tagged, words
from debrief.documents.pdf.grid import Grid, Row, TableStyle
from debrief.documents.pdf.paper import WIDTH
from debrief.documents.pdf.parts import note
from debrief.documents.pdf.rows import grid_rows
from debrief.documents.text import figures
from debrief.documents.view import model

GAP = 26.0  # space between two tables side by side
FULL = "in the full report"


def funnel(found: model.Registered, steps: model.Table, accent: str, style: TableStyle) -> Grid:
    """Return the table of steps from registration to attendance, with a bar for each share."""
    step, people, share = steps.columns
    columns = (
        replace(step, width=52),
        replace(people, width=12),
        replace(share, width=18),
        model.Column("", width=18, numeric=False),
    )
    rows: list[Row] = [(*cells, ShareBar(ratio, accent)) for cells, ratio in zip(steps.rows, found.shares, strict=True)]
    return Grid(columns, rows, WIDTH, style)


def breakdown(found: model.Breakdown, accent: str, most: int) -> Drawable:
    """Return a title and the first rows of a table, and how many are left out."""
    head, registered, came, share = found.table.columns
    columns = (
        replace(head, width=34),
        replace(registered, unit="", width=20),
        replace(came, unit="", width=12),
        replace(share, unit="", width=13),
        model.Column("", width=21, numeric=False),
    )
    rows: list[Row] = [
        (*cells[:3], figures.percent(ratio), ShareBar(ratio, accent))
        for cells, ratio in zip(found.table.rows[:most], found.shares, strict=False)
    ]
    width = parts.column_width(2, GAP)
    top, body = grid_rows(Grid(columns, rows, width, replace(parts.BRIEF, lines=2)))
    title = Tagged("H3", words(found.title, width, parts.LABEL, most=1))
    return Stack([title, *top, *body, *left_out(len(found.table.rows) - len(rows), width)])


def left_out(number: int, width: float = WIDTH, where: str = FULL) -> list[Drawable]:
    """Return a line that says how many rows are left out, and where they are; empty if the number is not positive."""
    return [note(f"{figures.count(number)} more {where}", width)] if number > 0 else []
