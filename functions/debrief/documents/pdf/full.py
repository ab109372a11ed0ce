"""The full report: every section without limits, then the annexes.

The last two annexes are the attendee list and the definitions. Only the PDF engine imports this module, since it loads
reportlab.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from debrief.documents.pdf import attendees, parts
from debrief.documents.pdf.canvas import Type
from debrief.documents.pdf.cells import Cell, ShareBar, Stack, Words, words
from debrief.documents.pdf.contents import Contents
from debrief.documents.pdf.grid import NORMAL, PROSE, SMALL, Grid, Row
from debrief.documents.pdf.paper import WIDTH
from debrief.documents.pdf.parts import heading, paragraph, table
from debrief.documents.pdf.polls import all_polls
from debrief.documents.pdf.sections import TOP, Limits, Sections, bind_last
from debrief.documents.pdf.sheets import Item
from debrief.documents.pdf.strips import HeatmapDrawing, Minutes, Shades
from debrief.documents.text import figures
from debrief.documents.view import model
from debrief.documents.view.build import View

NAME = 126  # points: the column of names beside the heatmaps
_ENGAGED = (
    "Engaged, as Kaltura\N{RIGHT SINGLE QUOTATION MARK}s Summary page shades it: the tab in focus with sound on, full "
    "screen, camera on, or on stage."
)
_ELSEWHERE = "How each figure is computed is in report.html."
_STRIP = replace(SMALL, gutter=8.0)


def full(view: View, drawings: Mapping[str, Cell], accent: str, length: str, *, is_small: bool) -> Iterator[Item]:
    """Yield the full report; `length` is in minutes. Of a small session it has no contents and no formulas."""
    made = Sections(view, drawings, accent, Limits())
    yield from made.head()
    if not view.nobody:
        annexes = _Annexes(view, made, accent, length)
        sections = (
            made.minutes(),
            made.stay(),
            made.moments(),
            made.engagement(),
            all_polls(view.polls, accent),
            made.origins(),
            made.follow_up(),
            made.breakouts(),
            made.counting(),
            made.notes(),
            annexes.recordings(),
            annexes.countries(),
            *([annexes.attendees(with_strips=True)] if is_small else [annexes.present(), annexes.attendees()]),
            *([] if is_small else [annexes.definitions()]),
        )
        begun = [(first, section) for section in sections if (first := next(section, None)) is not None]
        if not is_small:
            yield Item(Contents([first.title for first, _ in begun]), above=10)
        yield from made.tiles()
        yield from bind_last(item for first, section in begun for item in chain([first], section))
        yield from made.missing()
    else:
        yield from made.notes()
    yield made.reference(_ELSEWHERE if is_small and not view.nobody else "")


@dataclass(frozen=True, slots=True)
class _Annexes:
    """What only the full report has."""

    view: View
    made: Sections
    accent: str
    length: str

    def recordings(self) -> Iterator[Item]:
        """Yield the plays by day, the recordings, and their viewers."""
        found = self.view.recordings
        if not found or not (found.days or found.entries or found.viewers):
            return
        yield heading("Recordings")
        yield from (replace(item, is_bound=False) for item in self.made.sentences(found.section))
        if "plays" in self.made.drawings:
            yield paragraph("Plays by day.", is_bound=True)
            yield Item(self.made.drawings["plays"], above=4)
        for title, rows in (("By recording", found.entries), ("By viewer", found.viewers)):
            if rows:
                yield heading(title, level=2)
                yield from table(Grid(rows.columns, rows.rows, WIDTH))

    def countries(self) -> Iterator[Item]:
        """Yield all countries, with regions and cities, and all devices, unless the first list of them has all."""
        for title, head, section in (
            ("All countries", "Country", self.view.countries),
            ("All devices", "Device", self.view.devices),
        ):
            origins = section.origins if section else ()
            if section and (len(origins) > TOP or any(map(_has_more, origins))):
                yield heading(title)
                yield from self.made.sentences(section.section)
                yield from table(self._origins(origins, head))

    def _origins(self, origins: Sequence[model.Origin], head: str) -> Grid:
        columns = (
            model.Column(head, width=36, numeric=False),
            model.Column("Live viewers", "people", 16),
            model.Column("Share", "% of live viewers", 18),
            model.Column("", width=22, numeric=False),
            model.Column("Recording viewers", "people", 20),
        )
        rows: list[Row] = []
        for origin in origins:
            rows.append(self._origin(origin, words(origin.name, 150, NORMAL.body)))
            rows += [self._origin(part, words(_region(part), 140, NORMAL.quiet, indent=10)) for part in origin.within]
        return Grid(columns, rows, WIDTH)

    def _origin(self, origin: model.Origin, name: Words) -> Row:
        share = "" if origin.share is None else figures.percent(origin.share).removesuffix("%")
        bar = ShareBar(origin.share, self.accent)
        return (name, figures.count(origin.live), share, bar, figures.count(origin.recording))

    def present(self) -> Iterator[Item]:
        """Yield the heatmaps of people, on one axis, as far as Kaltura has them."""
        people = self.view.attendees
        found = attendees.with_heatmaps(people) if people else []
        if not people or not found:
            return
        yield heading("Most present, minute by minute")
        many = figures.plural(len(found), "attendee", "attendees")
        yield paragraph(f"{many} with the most minutes. {_ENGAGED}", is_bound=True)
        yield self._shades()
        yield from table(self._strips(people, found), above=6)

    def _shades(self) -> Item:
        return Item(Shades(self.accent, Type(7.2, 9.2, parts.QUIET.color)), above=4, is_bound=True)

    def _strips(self, people: model.People, found: Sequence[model.AttendeeRowView]) -> Grid:
        chosen = attendees.present_figures(people, self.length)
        columns = (
            model.Column("Name", width=NAME, numeric=False),
            model.Column("Minute by minute", width=150, numeric=False),
            *(replace(column, width=column.width + 4) for column, _, _ in chosen),
        )
        rows: list[Row] = [
            (_who(person), HeatmapDrawing(person.heatmap, self.accent), *(cell(person) for _, cell, _ in chosen))
            for person in found
        ]
        return Grid(columns, rows, WIDTH, _STRIP, axes={1: _axis(people, found)})

    def attendees(self, *, with_strips: bool = False) -> Iterator[Item]:
        """Yield all listed people, each with a strip if wanted and known."""
        people, notes = self.view.attendees, self.view.attendee_notes
        if not people or not people.rows or not notes:
            return
        yield heading("Attendees")
        sentences = [*notes.sentences, *attendees.legend(people, self.length)]
        yield from self.made.sentences(model.PageSection(sentences))
        listed = attendees.everybody(people, self.length)
        found = attendees.with_heatmaps(people)
        if not with_strips or not found:
            yield from table(Grid(listed.columns, listed.rows, WIDTH, SMALL))
            return
        yield self._shades()
        place = sum(not column.numeric for column in listed.columns)
        columns = [*listed.columns]
        columns.insert(place, model.Column("Minute by minute", width=110, numeric=False))
        rows: list[Row] = []
        for person, cells in zip(people.rows, listed.rows, strict=True):
            strip = HeatmapDrawing(person.heatmap, self.accent) if person.heatmap else ""
            rows.append([*cells[:place], strip, *cells[place:]])
        yield from table(Grid(columns, rows, WIDTH, SMALL, axes={place: _axis(people, found)}), above=6)

    def definitions(self) -> Iterator[Item]:
        """Yield every figure with its formula."""
        yield heading("Definitions")
        yield from table(Grid(self.view.definitions.columns, self.view.definitions.rows, WIDTH, PROSE))


def _has_more(origin: model.Origin) -> bool:
    """Return whether the list of the first countries does not have all of a country's figures."""
    return bool(origin.recording or origin.within)


def _region(region: model.Origin) -> str:
    """Name the cities with their live viewers, unless the only city has the region's name."""
    cities = ", ".join(f"{city.name} {figures.count(city.live)}" for city in region.within)
    alone = [city.name for city in region.within] == [region.name]
    return f"{region.name}: {cities}" if cities and not alone else region.name


def _axis(people: model.People, found: Sequence[model.AttendeeRowView]) -> Minutes:
    longest = max(len(person.heatmap) for person in found)
    axis = people.axis
    first, last = (axis.number(0), axis.number(longest - 1)) if axis else (1, longest)
    return Minutes(first, last, SMALL.unit)


def _who(person: model.AttendeeRowView) -> Cell:
    detail = attendees.detail(person)
    name = words(person.name, NAME - 8, SMALL.body, most=2)
    return Stack([name, words(detail, NAME - 8, SMALL.unit, most=1)] if detail else [name])
