"""Common steps of all PDFs: fonts, paper, and one sentence for an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from debrief.documents import templates
from debrief.documents.pdf import fonts, paper
from debrief.documents.presentation import Presentation
from debrief.errors import GiveUp
from debrief.model import Summary


class RenderFailed(GiveUp):
    """The PDF engine could not draw the report. The message names the failed step, never the report's content."""


def run_engine(draw: Callable[[], bytes], what: str) -> bytes:
    """Run `draw` with our fonts. Raise RenderFailed, with `what` in its message."""
    try:
        fonts.register(templates.fonts_dir())
        return draw()
    except Exception as failure:  # noqa: BLE001  the engine raises anything, and its messages quote names
        name = type(failure).__name__
    raise RenderFailed(f"{what} could not be drawn: {name}.")


def fill(
    template: str, summary: Summary, presentation: Presentation, blocks: Mapping[str, Any], **values: Any
) -> bytes:
    """Render a template with its blocks; the same input and fonts give the same bytes."""
    from debrief.documents.pdf import engine

    folder = templates.fonts_dir()
    markup = templates.render(
        template,
        faces=fonts.FACES,
        families=fonts.FAMILIES,
        folder=folder,
        sheet=paper.SHEETS[presentation.paper],
        accent=presentation.accent,
        blocks=blocks.keys(),
        **values,
    )
    return engine.draw(markup, blocks, folder=folder, epoch=int(summary.session.end.timestamp()))
