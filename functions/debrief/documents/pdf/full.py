"""The full report: sections with all their rows, then the annexes. The last annexes are attendees and definitions.

Only the short lists of countries and devices are cut; the annexes list all countries and devices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from debrief.documents.charts import heatmap
from debrief.documents.pdf import attendees, parts
from debrief.documents.pdf.canvas import TextStyle
from debrief.documents.pdf.cells import Drawable, ShareBar, Stack, Tagged, Words, words
from debrief.documents.pdf.grid import NORMAL, PROSE, SMALL, Grid, Row
from debrief.documents.pdf.page_layout import Item
from debrief.documents.pdf.paper import WIDTH
from debrief.documents.pdf.parts import heading, paragraph, table
from debrief.documents.pdf.polls import all_polls
from debrief.documents.pdf.sections import TOP, Limits, Sections, bind_last
from debrief.documents.pdf.strips import HeatmapDrawing, StripAxis, StripLegend
from debrief.documents.pdf.table_of_contents import TableOfContents
from debrief.documents.text import figures
from debrief.documents.view import model
from debrief.documents.view.build import View
from debrief.documents.view.people import HEATMAP_RULE

NAME = 126  # points; width of the column of names beside the heatmaps
_ELSEWHERE = "The formulas are in report.html."
_STRIP = replace(SMALL, gutter=8.0)


def full(view: View, drawings: Mapping[str, Drawable], accent: str, length: str, *, is_small: bool) -> Iterator[Item]:
    """Yield the items of the full report. `length` is the number of minutes in which people attended, as text.

    The report of a small session has neither a table of contents nor formulas.
    """
    sections = Sections(view, drawings, accent, Limits())
    yield from sections.head()
    if not view.nobody:
        annexes = _Annexes(view, sections, accent, length)
        generators = (
            sections.minutes(),
            sections.stay(),
            sections.moments(),
            sections.spoken(),
            sections.engagement(),
            all_polls(view.polls, accent),
            sections.origins(),
            sections.registrations(),
            sections.follow_up(),
            sections.breakouts(),
            sections.counting(),
            sections.notes(),
            annexes.recordings(),
            annexes.countries(),
            *([annexes.attendees(with_heatmaps=True)] if is_small else [annexes.present(), annexes.attendees()]),
            *([] if is_small else [annexes.definitions()]),
        )
        begun = [(first, section) for section in generators if (first := next(section, None)) is not None]
        if not is_small:
            yield Item(TableOfContents([first.title for first, _ in begun]), above=10)
        yield from sections.tiles()
        yield from bind_last(item for first, section in begun for item in chain([first], section))
        yield from sections.missing()
    else:
        yield from sections.notes()
    yield sections.reference(_ELSEWHERE if is_small and not view.nobody else "")


@dataclass(frozen=True, slots=True)
class _Annexes:
    """The sections that only the full report has."""

    view: View
    sections: Sections
    accent: str
    length: str

    def recordings(self) -> Iterator[Item]:
        """Yield the plays by day, the recordings, and their viewers."""
        found = self.view.recordings
        if not found or not (found.days or found.entries or found.viewers):
            return
        yield heading("Recordings")
        yield from (replace(item, is_bound=False) for item in self.sections.sentences(found.section))
        if "plays" in self.sections.drawings:
            yield paragraph("Plays by day.", is_bound=True)
            yield Item(self.sections.drawings["plays"], above=4)
        for title, rows in (("By recording", found.entries), ("By viewer", found.viewers)):
            if rows:
                yield heading(title, level=2)
                yield from table(Grid(rows.columns, rows.rows, WIDTH))

    def countries(self) -> Iterator[Item]:
        """Yield the complete tables of countries and devices, unless the short tables are complete."""
        for title, head, section in (
            ("All countries", "Country", self.view.countries),
            ("All devices", "Device", self.view.devices),
        ):
            origins = section.origins if section else ()
            if section and (len(origins) > TOP or any(map(_has_more, origins))):
                yield heading(title)
                yield from self.sections.sentences(section.section)
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
        """Yield the heatmaps that Kaltura has, on a common time axis."""
        people = self.view.attendees
        found = attendees.with_heatmaps(people) if people else []
        if not people or not found:
            return
        yield heading("Most present, minute by minute")
        many = figures.plural(len(found), "attendee", "attendees")
        yield paragraph(f"{many} with the most minutes. {HEATMAP_RULE}", is_bound=True)
        yield self._legend()
        yield from table(self._strips(people, found), above=6)

    def _legend(self) -> Item:
        legend = StripLegend(self.accent, TextStyle(8.0, 10.0, parts.QUIET.color))
        return Item(Tagged("P", legend), above=4, is_bound=True)

    def _strips(self, people: model.People, found: Sequence[model.AttendeeRowView]) -> Grid:
        chosen = attendees.present_figures(people, self.length)
        columns = (
            model.Column("Name", width=NAME, numeric=False),
            model.Column("Minute by minute", width=150, numeric=False),
            *(replace(column, width=column.width + 4) for column, _, _ in chosen),
        )
        rows: list[Row] = [
            (_who(person), self._strip(people, person), *(cell(person) for _, cell, _ in chosen)) for person in found
        ]
        return Grid(columns, rows, WIDTH, _STRIP, axes={1: _axis(people, found)})

    def _strip(self, people: model.People, person: model.AttendeeRowView) -> HeatmapDrawing:
        step = people.axis.step if people.axis else 1.0
        return HeatmapDrawing(person.heatmap, self.accent, f"Heatmap: {heatmap.in_words(person.heatmap, step)}")

    def attendees(self, *, with_heatmaps: bool = False) -> Iterator[Item]:
        """Yield all listed people; `with_heatmaps` adds their heatmaps."""
        people, notes = self.view.attendees, self.view.attendee_notes
        if not people or not people.rows or not notes:
            return
        yield heading("Attendees")
        sentences = [*notes.sentences, *attendees.legend(people, self.length)]
        yield from self.sections.sentences(model.PageSection(sentences))
        listed = attendees.everybody(people, self.length)
        found = attendees.with_heatmaps(people)
        if not with_heatmaps or not found:
            yield from table(Grid(listed.columns, listed.rows, WIDTH, SMALL))
            return
        yield paragraph(HEATMAP_RULE, is_bound=True)
        yield self._legend()
        place = sum(not column.numeric for column in listed.columns)
        columns = [*listed.columns]
        columns.insert(place, model.Column("Minute by minute", width=110, numeric=False))
        rows: list[Row] = []
        for person, cells in zip(people.rows, listed.rows, strict=True):
            strip = self._strip(people, person) if person.heatmap else ""
            rows.append([*cells[:place], strip, *cells[place:]])
        yield from table(Grid(columns, rows, WIDTH, SMALL, axes={place: _axis(people, found)}), above=6)

    def definitions(self) -> Iterator[Item]:
        """Yield all figures with their formulas."""
        yield heading("Definitions")
        yield from table(Grid(self.view.definitions.columns, self.view.definitions.rows, WIDTH, PROSE))


def _has_more(origin: model.Origin) -> bool:
    """Return whether a country or device has figures or regions that the short table leaves out."""
    return bool(origin.recording or origin.within)


def _region(region: model.Origin) -> str:
    """Return a region's name, and its cities with their live viewers unless the only city has the same name."""
    cities = ", ".join(f"{city.name} {figures.count(city.live)}" for city in region.within)
    alone = [city.name for city in region.within] == [region.name]
    return f"{region.name}: {cities}" if cities and not alone else region.name


def _axis(people: model.People, found: Sequence[model.AttendeeRowView]) -> StripAxis:
    longest = max(len(person.heatmap) for person in found)
    axis = people.axis
    first, last = (axis.number(0), axis.number(longest - 1)) if axis else (1, longest)
    return StripAxis(first, last, SMALL.unit)


def _who(person: model.AttendeeRowView) -> Drawable:
    detail = attendees.detail(person)
    name = words(person.name, NAME - 8, SMALL.body, most=2)
    return Stack([name, words(detail, NAME - 8, SMALL.unit, most=1)] if detail else [name])
