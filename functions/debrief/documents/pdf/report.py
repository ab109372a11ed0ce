"""A session's report as two PDFs: the brief report (report.pdf), and the full report (report-full.pdf)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from debrief.documents.pdf import fonts, pictures
from debrief.documents.pdf.paper import PAPER_SIZES, PaperSize
from debrief.documents.pdf.render import draw_safely
from debrief.documents.presentation import Presentation
from debrief.documents.text import figures, sanitize
from debrief.documents.view import people
from debrief.documents.view.build import View, build_view
from debrief.documents.view.session_header import is_small
from debrief.documents.view.stay import attended_minutes
from debrief.model import Summary

if TYPE_CHECKING:
    from debrief.documents.pdf.cells import Drawable
    from debrief.documents.pdf.page_layout import Item

# Joiners and variation selectors: invisible characters that change how other characters are drawn.
_STEERING = re.compile("[\u200c\u200d\ufe00-\ufe0f]")


class PdfReport:
    """The two PDFs of a summary, drawn from the same view. The same input and fonts give the same bytes."""

    def __init__(self, summary: Summary, presentation: Presentation) -> None:
        self.summary, self.presentation = summary, presentation

    def brief(self) -> bytes:
        """Draw the brief report. Raises RenderFailed."""
        return draw_safely(self._brief, "The PDF")

    def full(self) -> bytes:
        """Draw the full report, which has the list of attendees. Raises RenderFailed."""
        return draw_safely(self._full, "The full PDF")

    @cached_property
    def _prepared(self) -> tuple[View, Printable]:
        """Return the view of the brief report, without the list of attendees, and the Printable that cleaned it."""
        printable, sections = Printable(), self.summary.sections
        listed = sections.get("attendees", {})
        if listed.get("rows"):  # keep one row without texts, so that the view knows that somebody is listed
            rows = [{key: "" if isinstance(value, str) else value for key, value in listed["rows"][0].items()}]
            sections = {**sections, "attendees": {**listed, "rows": rows}}
        return build_view(replace(self.summary, sections=sections), self.presentation, printable), printable

    @property
    def _view(self) -> View:
        """Return the view of the brief report."""
        view, printable = self._prepared
        return replace(view, notes=[*view.notes, *printable.notes()])

    @property
    def _full_view(self) -> View:
        """Return the view of the full report, with the list of attendees."""
        view, printable = self._prepared
        printable = replace(printable)
        listed = people.people(self.summary, self.presentation.zone, printable)
        above = people.sentences_above(self.summary) if view.attendee_notes else None
        return replace(view, attendees=listed, attendee_notes=above, notes=[*view.notes, *printable.notes()])

    @cached_property
    def _drawings(self) -> dict[str, Drawable]:
        from debrief.documents.pdf import parts

        charts = pictures.pictures(self._view, self.presentation, is_small=self._is_small)
        return {name: parts.drawing(picture) for name, picture in charts.items()}

    def _brief(self) -> bytes:
        from debrief.documents.pdf.brief import brief

        accent, height = self.presentation.accent, self._paper.text_height
        return self._draw_pages(brief(self._view, self._drawings, accent, height, is_small=self._is_small))

    def _full(self) -> bytes:
        from debrief.documents.pdf.full import full
        from debrief.documents.pdf.page_layout import paginated

        length, accent = figures.tick(attended_minutes(self.summary)), self.presentation.accent
        items = full(self._full_view, self._drawings, accent, length, is_small=self._is_small)
        return self._draw_pages(paginated(items, self._paper.text_height), has_contents=not self._is_small)

    @property
    def _is_small(self) -> bool:
        return is_small(self.summary)

    @property
    def _paper(self) -> PaperSize:
        return PAPER_SIZES[self.presentation.paper]

    def _draw_pages(self, pages: Iterable[Sequence[Item]], *, has_contents: bool = False) -> bytes:
        from debrief.documents.pdf import page_layout

        view = self._view
        updated = ", updated" if view.revision > 1 else ""
        about = page_layout.About(
            title=f"{view.room} \N{MIDDLE DOT} {view.day}",
            subject=f"Session report, {view.state.lower()}{updated}: {view.when}",
            language=view.language,
            footer=f"{view.day} \N{MIDDLE DOT} {view.state}{updated} \N{MIDDLE DOT} {view.room}",
            epoch=int(self.summary.session.end.timestamp()),
            has_contents=has_contents,
        )
        return page_layout.draw_pages(pages, self._paper, about)


@dataclass
class Printable:
    """A `clean` function for PDFs: it also replaces characters that the fonts lack, and counts the replacements."""

    replaced: int = 0
    names: Sequence[str] = field(default_factory=fonts.regular)

    def __call__(self, raw: str) -> str:
        """Clean a text."""
        cleaned = sanitize.clean(raw)
        if cleaned.isascii():
            return cleaned
        printed, replaced = _printable(cleaned, tuple(self.names))
        self.replaced += replaced
        return printed

    def notes(self) -> list[str]:
        """Return a sentence about the replaced characters, if there are any."""
        if not self.replaced:
            return []
        characters = figures.plural(self.replaced, "character is", "characters are")
        why = f"because the fonts of this PDF lack {'it' if self.replaced == 1 else 'them'}"
        sentence = f"{characters} printed as {sanitize.REPLACEMENT}, {why}."
        return [f"{sentence} report.html and attendees.csv have the original text."]


@lru_cache(maxsize=1024)  # many people have the same company
def _printable(text: str, names: tuple[str, ...]) -> tuple[str, int]:
    """Return a text as it is printed in these fonts, and the number of replaced characters."""
    text = _STEERING.sub("", text)
    font_of = fonts.choice(names)
    missing = {char for char in set(text) if not font_of[char]}
    printed = "".join(sanitize.REPLACEMENT if char in missing else char for char in text) if missing else text
    return printed, sum(text.count(char) for char in missing)
