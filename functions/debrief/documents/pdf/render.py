"""Load the fonts and replace errors with a message without names, for all PDFs; fill the template of an event's PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from debrief.documents import templates
from debrief.documents.pdf import fonts, paper
from debrief.documents.presentation import Presentation
from debrief.errors import GiveUp
from debrief.model import Summary

if TYPE_CHECKING:
    from debrief.documents.pdf.engine import Drawing


class RenderFailed(GiveUp):
    """A PDF could not be drawn. The message never quotes the report, because it contains names."""


def draw_safely(draw: Callable[[], bytes], what: str) -> bytes:
    """Load the fonts and run `draw`. Raises RenderFailed if either fails; its message begins with `what`."""
    try:
        fonts.register()
        return draw()
    except Exception as failure:  # noqa: BLE001  reportlab and xhtml2pdf raise errors of any type, and the messages quote names
        name = type(failure).__name__
    raise RenderFailed(f"{what} could not be drawn: {name}.")


def fill(
    template: str, summary: Summary, presentation: Presentation, blocks: Mapping[str, Any], **values: Any
) -> Drawing:
    """Render the template of an event as a PDF. `blocks` are the tables that it names and reportlab draws.

    The same input and fonts give the same bytes.
    """
    from debrief.documents.pdf import engine

    fonts.register_all()
    folder = templates.fonts_dir()
    markup = templates.render(
        template,
        faces=fonts.FACES,
        families=fonts.FAMILIES,
        folder=folder,
        paper=paper.PAPER_SIZES[presentation.paper],
        accent=presentation.accent,
        blocks=blocks.keys(),
        **values,
    )
    return engine.draw(markup, blocks, folder=folder, epoch=int(summary.session.end.timestamp()))
