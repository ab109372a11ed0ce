"""An event's report as two PDFs, laid out by xhtml2pdf from a template."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from debrief.documents.event import chart
from debrief.documents.event.view import EventView, build_event_view
from debrief.documents.pdf import fonts
from debrief.documents.pdf.pictures import Picture, chart_of, logo_of
from debrief.documents.pdf.render import draw_safely, fill
from debrief.documents.pdf.report import Printable
from debrief.documents.presentation import Presentation
from debrief.documents.text import figures, sanitize
from debrief.documents.view.model import PageSection, Table
from debrief.model import Summary

if TYPE_CHECKING:
    from debrief.documents.pdf.engine import Drawing

MOST_NUMBERS, MOST_NOTES = 8, 5  # in the brief PDF: rows of people by number of sessions, and notes, at most
_LITTLE = 0.25  # of the page's height; if less of the last page is used, the space between sections is reduced
_LONGEST = 60  # in the brief PDF: most characters of a cell


class EventPdf:
    """The two PDFs of an event, drawn from the same view. The same input and fonts give the same bytes."""

    def __init__(self, summary: Summary, presentation: Presentation) -> None:
        self.summary, self.presentation = summary, presentation

    def brief(self) -> bytes:
        """Draw the brief PDF of at most four pages. Raises RenderFailed."""
        return draw_safely(self._brief, "The event's PDF")

    def full(self) -> bytes:
        """Draw the full PDF, which has the list of people. Raises RenderFailed."""
        return draw_safely(lambda: self._draw(self._view, is_full=True).body, "The event's full PDF")

    def _brief(self) -> bytes:
        """Draw the brief PDF. If its last page is nearly empty, reduce the space between sections if that avoids it."""
        view = _shortened(self._view)
        drawn = self._draw(view, is_full=False)
        if drawn.pages > 1 and drawn.used < _LITTLE:
            drawn = min(drawn, self._draw(view, is_full=False, is_close=True), key=lambda each: each.pages)
        return drawn.body

    @cached_property
    def _view(self) -> EventView:
        # xhtml2pdf draws headings in the bold font of the family that has a character in its regular font.
        printable = Printable(names=fonts.bold_families())
        view = build_event_view(self.summary, self.presentation, printable)
        return replace(view, notes=[*view.notes, *printable.notes()])

    def _draw(self, view: EventView, *, is_full: bool, is_close: bool = False) -> Drawing:
        from debrief.documents.event import blocks

        return fill(
            "report/event.pdf.html.j2",
            self.summary,
            self.presentation,
            blocks.blocks(view, self._pictures, self.presentation.accent, is_full=is_full),
            view=view,
            is_full=is_full,
            is_close=is_close,
        )

    @cached_property
    def _pictures(self) -> dict[str, Picture]:
        view, frame = self._view, replace(chart.PRINT, accent=self.presentation.accent)
        drawn = {
            "visitors": chart_of(chart.visitors(view.session_list, frame), frame),
            "shares": chart_of(chart.shares(view.session_list, frame), frame),
        }
        logo = {"logo": logo_of(self.presentation.logo)} if self.presentation.logo else {}
        return logo if view.nobody else drawn | logo


def _shortened(view: EventView) -> EventView:
    """Return the view of the brief PDF: most tables are cut, so that four pages are enough for any event."""
    notes = view.notes
    if len(notes) > MOST_NOTES:
        left = figures.plural(len(notes) - MOST_NOTES, "more note is", "more notes are")
        notes = [*notes[:MOST_NOTES], f"{left} in the full report."]
    if view.registrations:  # they take the place of the least important tables
        tables = [name for name, part in (("countries", view.countries), ("devices", view.devices)) if part]
        words = f"Not in this summary: {' and '.join(tables)}; the full report has all."
        notes = [*notes, words] if tables else notes
        view = replace(view, countries=None, devices=None, registrations=replace(view.registrations, table=None))
    return replace(
        view,
        sessions=_cut(view.sessions, 16) or view.sessions,
        standouts=_cut(view.standouts, 8),
        registrations_by_session=_cut(view.registrations_by_session, 8),
        attended=_cut(view.attended, MOST_NUMBERS) or view.attended,
        shares=view.shares[:MOST_NUMBERS],
        journeys=_cut(view.journeys, 8),
        polls=_cut(view.polls, 6),
        countries=_cut(view.countries, 5),
        devices=_cut(view.devices, 5),
        notes=notes,
    )


def _cut(section: PageSection | None, most: int) -> PageSection | None:
    """Return a section with at most `most` rows; long cells are cut to 60 characters, so that rows stay short."""
    if section is None or section.table is None:
        return section
    table, words = section.table, section.sentences
    if len(table.rows) > most:
        shown, of = figures.count(most), figures.count(len(table.rows))
        words = [*words, f"Shown are {shown} of {of}; the full report has all."]
    rows = [[sanitize.clean(cell, _LONGEST) for cell in row] for row in table.rows[:most]]
    return replace(section, sentences=words, table=Table(table.caption, table.columns, rows))
