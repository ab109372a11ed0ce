"""Parts of an event's PDF: reportlab draws these blocks, and the template says where.

Import this module only when a PDF is drawn, because it loads reportlab.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from debrief.documents.event.view import EventView, Visitor
from debrief.documents.pdf import parts
from debrief.documents.pdf.blocks import Block, block_of
from debrief.documents.pdf.cells import Drawable, ShareBar, Tagged, words
from debrief.documents.pdf.grid import NORMAL, PROSE, SMALL, Grid, Row, TableStyle
from debrief.documents.pdf.paper import WIDTH
from debrief.documents.pdf.pictures import Picture
from debrief.documents.pdf.tagged_html import Drawn
from debrief.documents.pdf.tags import Group
from debrief.documents.text import figures
from debrief.documents.view.model import Column, Table

MOST_COLUMNS = 12  # if there are more sessions, a single column lists those of each person
_TIGHT = replace(SMALL, gutter=5.0)


def blocks(view: EventView, pictures: Mapping[str, Picture], accent: str, *, is_full: bool) -> dict[str, Block]:
    """Return the blocks for which the view has data, by their name in the template; also one for each picture.

    `overlap`, `answers`, `definitions` and `people` are only in the full PDF.
    """
    tables: dict[str, tuple[Table | None, TableStyle]] = {
        "sessions": (view.sessions.table, _TIGHT),
        "standouts": (view.standouts.table if view.standouts else None, NORMAL),
        "registrations": (view.registrations.table if view.registrations else None, NORMAL),
        "registrations_by_session": (
            view.registrations_by_session.table if view.registrations_by_session else None,
            SMALL,
        ),
        "journeys": (view.journeys.table if view.journeys else None, SMALL),
        "polls": (view.polls.table if view.polls else None, PROSE),
        "countries": (view.countries.table if view.countries else None, SMALL),
        "devices": (view.devices.table if view.devices else None, SMALL),
        "follow_up": (view.follow_up.table if view.follow_up else None, PROSE),
    }
    if is_full:
        tables |= {
            "overlap": (view.overlap.table if view.overlap else None, SMALL),
            "answers": (view.poll_answers, PROSE),
            "definitions": (view.definitions, PROSE),
        }
    drawn = {
        name: block_of(Grid(table.columns, table.rows, WIDTH, style))
        for name, (table, style) in tables.items()
        if table
    }
    if view.attended.table:
        drawn["attended"] = _attended(view.attended.table, view.shares, accent)
    if is_full and view.people and view.people.rows:
        drawn["people"] = _people(view, view.people.rows)
    drawn |= {name: _drawn(parts.drawing(picture)) for name, picture in pictures.items()}
    return drawn | {"tiles": _tiles(view), "notes": _notes(view.notes)}


def _drawn(drawable: Drawable) -> Block:
    return Block([Drawn(drawable, above=4, below=9)], drawable.height)


def _tiles(view: EventView) -> Block:
    """Return the main figures."""
    return Block([Drawn(item.content, item.above) for item in parts.tiles(view.tiles)], 0.0)


def _notes(notes: Sequence[str]) -> Block:
    """Return the notes as a list."""
    group = Group("L")
    lines = [words(note, WIDTH, parts.BODY, most=40) for note in notes]
    return Block([Drawn(Tagged("LI", Tagged("LBody", line), group), above=3) for line in lines], 0.0)


def _attended(table: Table, shares: Sequence[float], accent: str) -> Block:
    """Return the table of people by number of sessions, with a bar in each row."""
    columns = (*table.columns, Column("", width=60, numeric=False))
    rows: list[Row] = [(*row, ShareBar(share, accent)) for row, share in zip(table.rows, shares, strict=True)]
    return block_of(Grid(columns, rows, WIDTH))


def _people(view: EventView, people: Sequence[Visitor]) -> Block:
    """Return the table of people.

    It has a column with the minutes for each session; if there are too many sessions, a single column lists the
    sessions that the person attended.
    """
    has_columns = len(view.session_list) <= MOST_COLUMNS
    companies = any(person.company for person in people) and len(view.session_list) <= 8
    columns = [Column("Name", width=96, numeric=False)]
    columns += [Column("Company", width=64, numeric=False, quiet=True)] if companies else []
    if has_columns:
        columns += [Column(session.mark, "min", 24) for session in view.session_list]
    else:
        columns.append(Column("Came to", "session: minutes", 240, numeric=False, quiet=True))
    columns += [
        Column("Sessions", f"of {len(view.session_list)}", 34),
        Column("Minutes", "in all", 36),
        Column("Engaged", "%", 34),
    ]
    rows = [_person(view, person, companies=companies, has_columns=has_columns) for person in people]
    return block_of(Grid(columns, rows, WIDTH, _TIGHT))


def _person(view: EventView, person: Visitor, *, companies: bool, has_columns: bool) -> Row:
    name = f"{person.name} (guest)" if person.kind == "Guest" else person.name
    marks = [session.mark for session in view.session_list]
    visits = [(mark, figures.minutes(minutes)) for mark, minutes in zip(marks, person.each, strict=True)]
    there = [
        f"{mark}: {words}" for (mark, words), minutes in zip(visits, person.each, strict=True) if minutes is not None
    ]
    return [
        name,
        *([person.company] if companies else []),
        *([words for _, words in visits] if has_columns else [", ".join(there)]),
        figures.count(person.sessions),
        figures.minutes(person.minutes),
        figures.percent(person.engagement).removesuffix("%"),
    ]
