"""Parts of the PDF that reportlab draws: tables, bars, polls, strips. The template places them.

Only the PDF engine imports this module, since it loads reportlab.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reportlab.platypus import CondPageBreak, Flowable, Spacer

from debrief.documents.charts import svg
from debrief.documents.pdf import attendees
from debrief.documents.pdf.canvas import Type, lighter
from debrief.documents.pdf.cells import Drawn, ShareBar, Stack, Words, words
from debrief.documents.pdf.grid import NORMAL, PROSE, SMALL, Grid, Row
from debrief.documents.pdf.long_table import Listing
from debrief.documents.pdf.paper import WIDTH
from debrief.documents.pdf.strips import HeatmapDrawing, Minutes, Shades
from debrief.documents.text import figures
from debrief.documents.view import model, tile
from debrief.documents.view.build import View

ASIDE = Type(7.2, 9.2, svg.QUIET)
STRONG = Type(9.0, 12.5, bold=True)
NAME = 126  # points, of those most present


@dataclass(frozen=True, slots=True)
class Block:
    """Flowables one below the other, and the space (points) needed to begin on a page."""

    flows: Sequence[Flowable]
    least: float


def blocks(view: View, accent: str, length: str) -> dict[str, Block]:
    """Return the blocks for which the view has data, by their name in the template; `length` is in minutes."""
    made = dict(_tables(view))
    if view.groups:
        made["figures"] = _chain([_figures(group, accent) for group in view.groups])
    if view.polls and view.polls.polls:
        made["polls"] = _chain([_poll(poll, accent) for poll in view.polls.polls])
    for name, origins, head in (("countries", view.countries, "Country"), ("devices", view.devices, "Device")):
        if origins and origins.origins:
            made[name] = _origins(origins.origins, head, accent)
    if view.attendees and view.attendees.rows:
        if attendees.present(view.attendees):
            made["present"] = _present(view.attendees, length, accent)
        everybody = attendees.everybody(view.attendees, length)
        made["attendees"] = block_of(Grid(everybody.columns, everybody.rows, WIDTH, SMALL))
    return made


def _tables(view: View) -> Iterator[tuple[str, Block]]:
    recordings = view.recordings or model.Recordings(model.PageSection())
    parts = {
        "moments": view.moments.section.table if view.moments else None,
        "entries": recordings.entries,
        "viewers": recordings.viewers,
        "breakouts": view.breakouts.table if view.breakouts else None,
    }
    for name, table in parts.items():
        if table:
            yield name, block_of(Grid(table.columns, table.rows, WIDTH))
    if view.follow_up and view.follow_up.table:
        yield "follow_up", block_of(Grid(view.follow_up.table.columns, view.follow_up.table.rows, WIDTH, PROSE))
    yield "definitions", block_of(Grid(view.definitions.columns, view.definitions.rows, WIDTH, PROSE))


def block_of(grid: Grid, *before: Flowable) -> Block:
    """Return a table with space above it."""
    listing = Listing(grid)
    return Block([*before, listing], sum(flow.wrap(WIDTH, 0)[1] for flow in before) + listing.least())


def _chain(parts: Sequence[Block]) -> Block:
    """Put space between parts; each begins on a page with enough space for its beginning."""
    flows: list[Flowable] = []
    for part in parts:
        flows += [Spacer(0, 12), CondPageBreak(part.least), *part.flows] if flows else part.flows
    return Block(flows, parts[0].least)


def _figures(group: tile.TileGroup, accent: str) -> Block:
    """Draw figures of one kind, with a bar for shares, and what each is a share of."""
    columns = (
        model.Column("Figure", width=30, numeric=False),
        model.Column("", width=20, numeric=False),
        model.Column("Value", width=14),
        model.Column("Of what", width=42, numeric=False, quiet=True),
    )
    rows: list[Row] = [(tile.label, ShareBar(_share(tile), accent), _value(tile), tile.note) for tile in group.tiles]
    title = Stack([words(group.title, WIDTH, STRONG), *([words(group.note, WIDTH, ASIDE)] if group.note else [])])
    return block_of(Grid(columns, rows, WIDTH, has_head=False), Drawn(title), Spacer(0, 3))


def _value(tile: tile.Tile) -> str:
    return f"{tile.value}%" if tile.unit == "%" else f"{tile.value} {tile.unit}".strip()


def _share(tile: tile.Tile) -> float | None:
    """Return the share that a tile's bar fills; None for a figure that is not a share."""
    return float(tile.value.replace(",", "")) / 100 if tile.unit == "%" and tile.value != figures.DASH else None


def _poll(poll: model.Poll, accent: str) -> Block:
    """Draw the question, then each answer with its bar. Only correct answers are dark, and labelled."""
    marked = any(answer.correct for answer in poll.answers)
    columns = (
        model.Column("Answer", width=46, numeric=False),
        model.Column("", width=12, numeric=False),
        model.Column("", width=22, numeric=False),
        model.Column("Participants", width=12),
        model.Column("Share", width=9),
    )
    rows: list[Row] = [
        (
            answer.words,
            "\N{CHECK MARK} correct" if answer.correct else "",
            ShareBar(answer.share, accent if answer.correct or not marked else lighter(accent)),
            figures.plural(answer.people, "person", "people"),
            "" if answer.share is None else figures.percent(answer.share),
        )
        for answer in poll.answers
    ]
    people = f"{poll.kind}, {figures.plural(poll.people, 'participant', 'participants')}"
    title = Stack([words(poll.question, WIDTH, STRONG, most=8), words(people, WIDTH, ASIDE)])
    if not rows:
        return Block([Drawn(title)], title.height)
    return block_of(Grid(columns, rows, WIDTH, PROSE, has_head=False), Drawn(title), Spacer(0, 3))


def _origins(origins: Sequence[model.Origin], head: str, accent: str) -> Block:
    """Draw countries or devices, with the regions below their country."""
    columns = (
        model.Column(head, width=36, numeric=False),
        model.Column("Live viewers", "people", 16),
        model.Column("Share", "% of live viewers", 18),
        model.Column("", width=22, numeric=False),
        model.Column("Recording viewers", "people", 20),
    )
    rows: list[Row] = []
    for origin in origins:
        rows.append(_origin(origin, words(origin.name, 150, NORMAL.body), accent))
        rows += [_origin(part, words(_region(part), 140, NORMAL.quiet, indent=10), accent) for part in origin.within]
    return block_of(Grid(columns, rows, WIDTH))


def _region(region: model.Origin) -> str:
    """Name the cities with their live viewers, unless the only city has the region's name."""
    cities = ", ".join(f"{city.name} {figures.count(city.live)}" for city in region.within)
    alone = [city.name for city in region.within] == [region.name]
    return f"{region.name}: {cities}" if cities and not alone else region.name


def _origin(origin: model.Origin, name: Words, accent: str) -> Row:
    share = "" if origin.share is None else figures.percent(origin.share).removesuffix("%")
    return (name, figures.count(origin.live), share, ShareBar(origin.share, accent), figures.count(origin.recording))


def _present(people: model.People, length: str, accent: str) -> Block:
    """Draw the strips of people whose single minutes are known, on one axis."""
    chosen = attendees.present_figures(people, length)
    columns = (
        model.Column("Name", width=NAME, numeric=False),
        model.Column("Minute by minute", width=150, numeric=False),
        *(replace(column, width=column.width + 4) for column, _, _ in chosen),
    )
    found = attendees.present(people)
    rows: list[Row] = [
        (
            _who(person),
            HeatmapDrawing(person.heatmap, accent),
            *(cell(person) for _, cell, _ in chosen),
        )
        for person in found
    ]
    axis = people.axis
    longest = max(len(person.heatmap) for person in found)
    first, last = (axis.number(0), axis.number(longest - 1)) if axis else (1, longest)
    grid = Grid(columns, rows, WIDTH, replace(SMALL, gutter=8.0), axes={1: Minutes(first, last, SMALL.unit)})
    return block_of(grid, Drawn(Shades(accent, ASIDE)), Spacer(0, 8))


def _who(person: model.AttendeeRowView) -> Stack:
    detail = attendees.detail(person)
    name = words(person.name, NAME - 8, SMALL.body, most=2)
    return Stack([name, words(detail, NAME - 8, SMALL.unit, most=1)] if detail else [name])
