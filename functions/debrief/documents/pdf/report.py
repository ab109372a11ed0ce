"""The report as a PDF, drawn by xhtml2pdf from templates that share parts with the web page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from debrief.documents.pdf import attendees, fonts, pictures
from debrief.documents.pdf.render import fill, run_engine
from debrief.documents.presentation import Presentation
from debrief.documents.text import figures, sanitize
from debrief.documents.view.build import View, build_view
from debrief.documents.view.stay import attended_minutes
from debrief.model import Summary

# What only steers how neighbours are drawn, and has no picture of its own: joiners and variation selectors.
_STEERING = re.compile("[\u200c\u200d\ufe00-\ufe0f]")


class PdfReport:
    """The two PDFs of one summary, drawn from one view. The same input and fonts give the same bytes."""

    def __init__(self, summary: Summary, presentation: Presentation) -> None:
        self.summary, self.presentation = summary, presentation

    def brief(self) -> bytes:
        """Draw the summary. Raise RenderFailed."""
        return run_engine(lambda: self._draw(is_full=False), "The PDF")

    def full(self) -> bytes:
        """Draw everything, with the attendee list. Raise RenderFailed."""
        return run_engine(lambda: self._draw(is_full=True), "The full PDF")

    @cached_property
    def _view(self) -> View:
        printable = Printable()
        view = build_view(self.summary, self.presentation, printable)
        return replace(view, notes=[*view.notes, *printable.notes()])

    @cached_property
    def _pictures(self) -> dict[str, pictures.Picture]:
        return pictures.pictures(self._view, self.presentation)

    def _draw(self, *, is_full: bool) -> bytes:
        from debrief.documents.pdf import blocks

        view = self._view
        length = figures.tick(attended_minutes(self.summary))
        return fill(
            "report/report.pdf.html.j2",
            self.summary,
            self.presentation,
            blocks.blocks(view, self.presentation.accent, length),
            view=view,
            is_full=is_full,
            pictures=self._pictures,
            present=_present(view),
            legend=attendees.legend(view.attendees, length) if view.attendees else (),
        )


def _present(view: View) -> str:
    """Return the number of people with a strip."""
    many = len(attendees.present(view.attendees)) if view.attendees else 0
    return figures.plural(many, "attendee", "attendees")


@dataclass
class Printable:
    """Clean text as for every document, and replace and count characters that no font can draw."""

    replaced: int = 0
    names: Sequence[str] = field(default_factory=fonts.regular)

    def __call__(self, raw: str) -> str:
        """Return the text as it can be printed."""
        cleaned = sanitize.clean(raw)
        if cleaned.isascii():
            return cleaned
        cleaned = _STEERING.sub("", cleaned)
        missing = {char for char in set(cleaned) if not fonts.drawable(char, self.names)}
        if not missing:
            return cleaned
        self.replaced += sum(cleaned.count(char) for char in missing)
        return "".join(sanitize.REPLACEMENT if char in missing else char for char in cleaned)

    def notes(self) -> list[str]:
        """Return one sentence for the reader if characters were replaced."""
        if not self.replaced:
            return []
        characters = figures.plural(self.replaced, "character", "characters")
        lack = f"The fonts of this PDF lack {characters}, printed here as {sanitize.REPLACEMENT}."
        return [f"{lack} report.html and attendees.csv have the text as it is."]
