"""Sections of a session's report. The brief report limits rows; the full report has all rows, and more lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from debrief.documents.pdf import parts
from debrief.documents.pdf.breakdowns import FULL, GAP, breakdown, funnel, left_out
from debrief.documents.pdf.canvas import TextStyle
from debrief.documents.pdf.cells import Drawable, ShareBar, Stack, Tagged, words
from debrief.documents.pdf.grid import PROSE, Grid, TableStyle
from debrief.documents.pdf.page_layout import Item
from debrief.documents.pdf.paper import WIDTH
from debrief.documents.pdf.parts import heading, note, paragraph, table
from debrief.documents.pdf.rows import grid_rows
from debrief.documents.pdf.tags import Group
from debrief.documents.text import figures
from debrief.documents.text.labels import within_sentence
from debrief.documents.text.sanitize import listed
from debrief.documents.view import model, tile
from debrief.documents.view.build import View

TOP = 6  # maximum number of countries or devices in the lists side by side
_ALL = 1_000_000
_TITLE, _VERDICT = TextStyle(22.0, 26.5, bold=True), TextStyle(11.5, 16.0)
_WHEN, _REFERENCE = TextStyle(10.0, 14.0), TextStyle(8.0, 11.0, parts.QUIET.color)
_ROOMY = replace(PROSE, above=parts.BRIEF.above, below=parts.BRIEF.below)


@dataclass(frozen=True, slots=True)
class Limits:
    """Maximum numbers of rows of tables and of lines of texts."""

    moments: int = _ALL
    quotes: int = _ALL
    breakouts: int = _ALL
    notes: int = _ALL
    lines: int = 40  # lines of a section's text
    definition_lines: int = 12  # lines of a follow-up list's definition
    breakdowns: int = _ALL  # tables of registered people by origin or answer
    answers: int = _ALL  # rows of such a table
    is_brief: bool = False
    style: TableStyle = _ROOMY


@dataclass(frozen=True, slots=True)
class Sections:
    """The sections for which a view has data."""

    view: View
    drawings: Mapping[str, Drawable]
    accent: str
    limits: Limits

    def head(self) -> Iterator[Item]:
        """Yield room, time, verdict and the state of the figures."""
        view = self.view
        if "logo" in self.drawings:
            yield Item(self.drawings["logo"])
        kicker = ["Session report", *(["Final"] if view.is_final else []), *(["Updated"] if view.revision > 1 else [])]
        yield paragraph(" \N{MIDDLE DOT} ".join(kicker), TextStyle(8.5, 12.0, self.accent, bold=True), most=1, above=9)
        yield Item(words(view.room, WIDTH, _TITLE, most=2), 2.0, title=f"{view.room} \N{MIDDLE DOT} {view.day}")
        yield paragraph(" \N{MIDDLE DOT} ".join(filter(None, (view.when, view.duration))), _WHEN, most=2, above=5)
        if view.parts:
            yield paragraph(view.parts, _WHEN, above=0)
        if view.host:
            yield paragraph(f"Host: {view.host}", most=1, above=0)
        if view.verdict and not view.nobody:
            yield paragraph(view.verdict, _VERDICT, most=5, above=9)
        if not view.is_final:
            yield paragraph(view.state_note, most=2, above=8)
        if view.nobody:
            yield paragraph("Nobody attended this session.", TextStyle(15.0, 20.0), above=40)
            yield paragraph("Kaltura has recorded no viewing time. The session is archived like any other.")

    def tiles(self) -> Iterator[Item]:
        """Yield the main figures."""
        yield from parts.tiles(self.view.tiles)
        for sentence in filter(None, (self.view.engaged_means, self.view.compared)):
            yield paragraph(sentence, most=3, above=4)

    def minutes(self) -> Iterator[Item]:
        """Yield the chart of the session minute by minute."""
        if self.view.timeline and "timeline" in self.drawings:
            yield heading("The session minute by minute")
            yield from self.sentences(self.view.timeline.section)
            yield Item(self.drawings["timeline"], above=4)
            if self.view.timeline.legend:
                yield paragraph(" ".join(self.view.timeline.legend), most=3, above=3)

    def glance(self) -> Iterator[Item]:
        """Yield the section "At a glance"."""
        if self.view.glance:
            yield heading("At a glance")
        yield from _list((f"{label}: {sentence}" for label, sentence in self.view.glance), most=2)

    def stay(self) -> Iterator[Item]:
        """Yield the chart of minutes stayed."""
        if "stayed" in self.drawings:
            yield heading("How long people stayed")
            yield Item(self.drawings["stayed"], above=4)

    def moments(self) -> Iterator[Item]:
        """Yield the top moments."""
        if self.view.moments and self.view.moments.section.table:
            yield heading("Top moments")
            yield from self.sentences(self.view.moments.section)
            yield from self.rows(self.view.moments.section.table, self.limits.moments)

    def spoken(self) -> Iterator[Item]:
        """Yield what was being said when viewers left and at the top moments; nothing if no quotes may be shown."""
        found = self.view.spoken if self.limits.quotes else None
        if found and (found.section.table or found.contents):
            yield heading("What was said")
            yield from self.sentences(found.section)
        if found and found.section.table:
            yield from self.rows(found.section.table, self.limits.quotes)
        if found and found.contents and not self.limits.is_brief:
            yield heading(found.contents.caption, level=2)
            yield from self.rows(found.contents, _ALL)

    def engagement(self) -> Iterator[Item]:
        """Yield the groups of figures that are not main figures."""
        if self.view.groups:
            yield heading("Viewers and engagement")
        for place, group in enumerate(self.view.groups):
            yield from self._group(group, is_first=place == 0)

    def _group(self, group: tile.TileGroup, *, is_first: bool) -> Iterator[Item]:
        """Yield a table of the known figures, with bars for shares, and below it the reasons why others are missing."""
        columns = (
            model.Column("Figure", width=30, numeric=False),
            model.Column("", width=20, numeric=False),
            model.Column("Value", width=14),
            model.Column("Of what", width=42, numeric=False, quiet=True),
        )
        known = [figure for figure in group.tiles if figure.value != figures.DASH]
        rows = [(figure.label, ShareBar(_share(figure), self.accent), _value(figure), figure.note) for figure in known]
        head = [Tagged("H3", words(group.title, WIDTH, parts.LABEL, most=1))]
        about = [note(group.note, WIDTH, most=2)] if group.note else []
        yield Item(Stack([*head, *about]), above=2 if is_first else 9, is_bound=True)
        unknown = [note(_unknown(group.tiles), WIDTH, most=5)] if len(known) < len(group.tiles) else []
        yield from table(Grid(columns, rows, WIDTH, self.limits.style, has_head=False), 2, unknown)

    def origins(self) -> Iterator[Item]:
        """Yield the first countries and devices side by side."""
        found = {
            name: section.origins
            for name, section in (("Countries", self.view.countries), ("Devices", self.view.devices))
            if section and section.origins
        }
        if found:
            yield heading(" and ".join(found).capitalize())
            yield paragraph("Live viewers, and their share of all live viewers.", is_bound=True)
            heads = {"Countries": "Country", "Devices": "Device"}
            yield Item(
                parts.Beside(
                    [self._top(heads[name], rows, f"All {name.lower()}") for name, rows in found.items()], 2, GAP
                ),
                above=4,
            )

    def _top(self, head: str, found: Sequence[model.Origin], annex: str) -> Drawable:
        """Return the first rows, and where the others are.

        In the brief report they are in the full report; in the full report they are in the section `annex`.
        """
        columns = (
            model.Column(head, width=40, numeric=False),
            model.Column("Live viewers", width=20),
            model.Column("Share", width=20),
            model.Column("", width=20, numeric=False),
        )
        shown = found if len(found) <= TOP else found[: TOP - 1]
        rows = [
            (
                origin.name,
                figures.count(origin.live),
                "" if origin.share is None else figures.percent(origin.share),
                ShareBar(origin.share, self.accent),
            )
            for origin in shown
        ]
        width = parts.column_width(2, GAP)
        top, body = grid_rows(
            Grid(columns, rows, width, replace(parts.BRIEF, lines=min(3, self.limits.definition_lines)))
        )
        where = (
            FULL
            if self.limits.is_brief
            else f"under \N{LEFT DOUBLE QUOTATION MARK}{annex}\N{RIGHT DOUBLE QUOTATION MARK}"
        )
        return Stack([*top, *body, *left_out(len(found) - len(shown), width, where)])

    def registrations(self) -> Iterator[Item]:
        """Yield how many of the registered people came, stayed and watched the recording, then who came by answer."""
        found = self.view.registrations
        if not found or not found.section.table:
            return
        yield heading("Registrations")
        yield from self.sentences(found.section, more_lines=1)
        yield from table(funnel(found, found.section.table, self.accent, self.limits.style))
        breakdowns = found.breakdowns[: self.limits.breakdowns]
        for first in range(0, len(breakdowns), 2):
            pair = [breakdown(each, self.accent, self.limits.answers) for each in breakdowns[first : first + 2]]
            yield Item(parts.Beside(pair, 2, GAP), above=9)
        yield from (Item(line, above=3) for line in left_out(len(found.breakdowns) - len(breakdowns)))

    def follow_up(self) -> Iterator[Item]:
        """Yield the follow-up lists with their sizes and definitions."""
        section = self.view.follow_up
        if section and section.table:
            yield heading("Follow-up")
            yield from self.sentences(section, more_lines=1)
            yield from self.rows(section.table, _ALL, replace(self.limits.style, lines=self.limits.definition_lines))

    def breakouts(self) -> Iterator[Item]:
        """Yield the breakout rooms."""
        section = self.view.breakouts
        if section and section.table:
            yield heading("Breakout rooms")
            yield from self.sentences(section)
            yield from self.rows(section.table, self.limits.breakouts)

    def counting(self) -> Iterator[Item]:
        """Yield the explanation of the counts of people."""
        if self.view.counting:
            yield heading("How people are counted")
            yield paragraph(self.view.counting, most=6)

    def notes(self) -> Iterator[Item]:
        """Yield the notes on the data."""
        notes = self.view.notes
        if notes:
            yield heading("Notes")
        yield from _list(notes[: self.limits.notes], most=min(self.limits.lines, 3))
        yield from (Item(line, above=3) for line in left_out(len(notes) - self.limits.notes))

    def missing(self) -> Iterator[Item]:
        """Yield the reasons why sections are missing."""
        if self.view.absent and not self.view.nobody:
            yield paragraph(f"Not in this report. {self.view.absent}", most=6, above=14, is_bound=True)

    def reference(self, before: str = "") -> Item:
        """Return the last paragraph: the text `before`, then the ids of session and room."""
        return paragraph(f"{before} {self.view.reference}".strip(), _REFERENCE, above=10, most=3)

    def sentences(self, section: model.PageSection, more_lines: int = 0) -> list[Item]:
        """Return a section's sentences as a paragraph that stays with the next item; empty without sentences."""
        most = self.limits.lines + more_lines
        return [paragraph(" ".join(section.sentences), most=most, is_bound=True)] if section.sentences else []

    def rows(self, whole: model.Table, most: int, style: TableStyle | None = None) -> Iterator[Item]:
        """Yield the first `most` rows of a table, and the number of the rows that are left out."""
        grid = Grid(whole.columns, whole.rows[:most], WIDTH, style or self.limits.style)
        return table(grid, after=left_out(len(whole.rows) - most))


def bind_last(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items, the last one bound to what follows, so that the end of a report is not alone on a page."""
    last = None
    for item in items:
        if last is not None:
            yield last
        last = item
    if last is not None:
        yield replace(last, is_bound=True)


def _list(texts: Iterable[str], most: int) -> Iterator[Item]:
    """Yield a list of texts of at most `most` lines each."""
    group = Group("L")
    for text in texts:
        body = Tagged("LBody", words(text, WIDTH, parts.BODY, most=most))
        yield Item(Tagged("LI", body, group), above=3)


def _value(tile: tile.Tile) -> str:
    return f"{tile.value}%" if tile.unit == "%" else f"{tile.value} {tile.unit}".strip()


def _share(tile: tile.Tile) -> float | None:
    """Return the share, 0..1, that the bar of a figure fills; None if the figure is not a share."""
    return float(tile.value.replace(",", "")) / 100 if tile.unit == "%" else None


def _unknown(tiles: Sequence[tile.Tile]) -> str:
    """Return a sentence for each reason, with the labels of the figures that are missing for this reason."""
    reasons: dict[str, list[str]] = {}
    for figure in tiles:
        if figure.value == figures.DASH:
            reasons.setdefault(within_sentence(figure.note.removesuffix(".")), []).append(figure.label)
    sentences = (
        f"{listed([names[0], *map(within_sentence, names[1:])])}: {reason}" for reason, names in reasons.items()
    )
    return ". ".join(sentences) + "."
