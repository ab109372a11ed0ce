"""The report as a PDF: pages drawn by xhtml2pdf from the templates that the web page shares."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from debrief.documents import environment, figures, fonts, pictures, roster, sheet, text
from debrief.documents.view import Look, View, build_view
from debrief.errors import GiveUp
from debrief.model import Summary

# What only steers how neighbours are drawn, and has no picture of its own: joiners and variation selectors.
_STEERING = re.compile("[\u200c\u200d\ufe00-\ufe0f]")


class RenderFailed(GiveUp):
    """The PDF engine could not draw the report. The message says which step failed, never what the report holds."""


def render_pdf(summary: Summary, look: Look) -> bytes:
    """The report of one summary. The same summary, look and fonts give the same bytes. Raises RenderFailed."""
    try:
        return _draw(summary, look)
    except Exception as failure:  # noqa: BLE001  the engine raises anything, and its messages quote names
        name = type(failure).__name__
    raise RenderFailed(f"The PDF could not be drawn: {name}.")


def _draw(summary: Summary, look: Look) -> bytes:
    from debrief.documents import blocks, engine

    folder = environment.fonts_dir()
    fonts.register(folder)
    printable = Printable()
    view = build_view(summary, look, printable)
    view = replace(view, notes=[*view.notes, *printable.notes()])
    length = figures.tick(summary.session.duration_minutes)
    made = blocks.blocks(view, look.accent, length)
    markup = environment.render(
        "report/report.pdf.html.j2",
        view=view,
        faces=fonts.FACES,
        families=fonts.FAMILIES,
        folder=folder,
        sheet=sheet.SHEETS[look.paper],
        accent=look.accent,
        pictures=pictures.pictures(view, look),
        blocks=made.keys(),
        present=_present(view),
        legend=roster.legend(view.people, length) if view.people else (),
    )
    return engine.draw(markup, made, folder=folder, epoch=int(summary.session.end.timestamp()))


def _present(view: View) -> str:
    """How many there is a strip for."""
    many = len(roster.present(view.people)) if view.people else 0
    return figures.plural(many, "attendee", "attendees")


@dataclass
class Printable:
    """Cleans strings like every document, and replaces, visibly and counted, what none of the fonts can draw."""

    replaced: int = 0
    names: Sequence[str] = field(default_factory=fonts.regular)

    def __call__(self, raw: str) -> str:
        """The text as it can be printed."""
        cleaned = text.clean(raw)
        if cleaned.isascii():
            return cleaned
        cleaned = _STEERING.sub("", cleaned)
        missing = {char for char in set(cleaned) if not fonts.drawable(char, self.names)}
        if not missing:
            return cleaned
        self.replaced += sum(cleaned.count(char) for char in missing)
        return "".join(text.REPLACEMENT if char in missing else char for char in cleaned)

    def notes(self) -> list[str]:
        """One sentence for the reader when something was replaced."""
        if not self.replaced:
            return []
        characters = figures.plural(self.replaced, "character", "characters")
        lack = f"The fonts of this PDF lack {characters}, printed here as {text.REPLACEMENT}."
        return [f"{lack} report.html and attendees.csv have the text as it is."]
