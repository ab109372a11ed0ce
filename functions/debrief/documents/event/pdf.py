"""An event's report as a PDF, drawn by the same engine as a session's."""

from __future__ import annotations

from dataclasses import replace

from debrief.documents.event import chart
from debrief.documents.event.view import EventView, build_event_view
from debrief.documents.pdf.pictures import Picture, chart_of, logo_of
from debrief.documents.pdf.render import fill, run_engine
from debrief.documents.pdf.report import Printable
from debrief.documents.presentation import Presentation
from debrief.model import Summary


def render_event_pdf(summary: Summary, presentation: Presentation) -> bytes:
    """Render the report of one event. The same input and fonts give the same bytes. Raise RenderFailed."""
    return run_engine(lambda: _draw(summary, presentation), "The event's PDF")


def _draw(summary: Summary, presentation: Presentation) -> bytes:
    from debrief.documents.event import blocks

    printable = Printable()
    view = build_event_view(summary, presentation, printable)
    view = replace(view, notes=[*view.notes, *printable.notes()])
    return fill(
        "report/event.pdf.html.j2",
        summary,
        presentation,
        blocks.blocks(view, presentation.accent),
        view=view,
        again=chart.AGAIN,
        pictures=_pictures(view, presentation),
    )


def _pictures(view: EventView, presentation: Presentation) -> dict[str, Picture]:
    frame = replace(chart.PRINT, accent=presentation.accent)
    drawn = {} if view.nobody else {"visitors": chart_of(chart.visitors(view.session_list, frame), frame)}
    return drawn | ({"logo": logo_of(presentation.logo)} if presentation.logo else {})
