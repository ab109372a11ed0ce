"""The report as a PDF: pages drawn by xhtml2pdf from the templates that the web page shares."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field, replace

from debrief.documents import charts, environment, figures, fonts, text
from debrief.documents.page import Table
from debrief.documents.view import Look, View, build_view
from debrief.errors import GiveUp
from debrief.model import Summary

# What only steers how neighbours are drawn, and has no picture of its own: joiners and variation selectors.
_STEERING = re.compile("[\u200c\u200d\ufe00-\ufe0f]")


class RenderFailed(GiveUp):
    """The PDF engine could not draw the report. The message says which step failed, never what the report holds."""


def render_pdf(summary: Summary, look: Look) -> bytes:
    """The report of one summary, A4. The same summary, look and fonts give the same bytes. Raises RenderFailed."""
    try:
        return _draw(summary, look)
    except Exception as failure:  # noqa: BLE001  the engine raises anything, and its messages quote names
        name = type(failure).__name__
    raise RenderFailed(f"The PDF could not be drawn: {name}.")


def _draw(summary: Summary, look: Look) -> bytes:
    from debrief.documents import engine

    folder = environment.fonts_dir()
    fonts.register(folder)
    printable = _Printable()
    view = build_view(summary, look, printable)
    view = replace(view, notes=[*view.notes, *printable.notes()])
    markup = environment.render(
        "report/report.pdf.html.j2",
        view=view,
        faces=fonts.FACES,
        families=fonts.FAMILIES,
        folder=folder,
        stayed_chart=_stayed_chart(view),
    )
    return engine.draw(markup, _tables(view), folder=folder, epoch=int(summary.session.end.timestamp()))


def _tables(view: View) -> dict[str, Table]:
    """The tables that the template names in its `<pdf:rltable>` tags."""
    parts = {"breakouts": view.breakouts, "attendees": view.attendees}
    tables = {name: part.table for name, part in parts.items() if part and part.table}
    return tables | {"definitions": view.definitions}


@dataclass
class _Printable:
    """Cleans strings like every document, and replaces, visibly and counted, what none of the fonts can draw."""

    replaced: int = 0
    names: list[str] = field(default_factory=fonts.regular)

    def __call__(self, raw: str) -> str:
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


def _stayed_chart(view: View) -> str:
    """The chart as a data address; the engine draws SVG as vectors in images only."""
    if view.stayed is None or not view.stayed.bins:
        return ""
    svg = charts.minutes_stayed(view.stayed.bins, view.stayed.median, charts.PRINT)
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
