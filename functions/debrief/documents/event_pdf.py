"""An event's report as a PDF: pages drawn by the engine that draws a session's."""

from __future__ import annotations

from dataclasses import replace

from debrief.documents import environment, event_chart, fonts, sheet
from debrief.documents.event_view import EventView, build_event_view
from debrief.documents.pdf import Printable, RenderFailed
from debrief.documents.pictures import Picture, chart_of, logo_of
from debrief.documents.view import Look
from debrief.model import Summary


def render_event_pdf(summary: Summary, look: Look) -> bytes:
    """The report of one event. The same summary, look and fonts give the same bytes. Raises RenderFailed."""
    try:
        return _draw(summary, look)
    except Exception as failure:  # noqa: BLE001  the engine raises anything, and its messages quote names
        name = type(failure).__name__
    raise RenderFailed(f"The event's PDF could not be drawn: {name}.")


def _draw(summary: Summary, look: Look) -> bytes:
    from debrief.documents import engine, event_blocks

    folder = environment.fonts_dir()
    fonts.register(folder)
    printable = Printable()
    view = build_event_view(summary, look, printable)
    view = replace(view, notes=[*view.notes, *printable.notes()])
    made = event_blocks.blocks(view, look.accent)
    markup = environment.render(
        "report/event.pdf.html.j2",
        view=view,
        faces=fonts.FACES,
        families=fonts.FAMILIES,
        folder=folder,
        sheet=sheet.SHEETS[look.paper],
        accent=look.accent,
        again=event_chart.AGAIN,
        pictures=_pictures(view, look),
        blocks=made.keys(),
    )
    return engine.draw(markup, made, folder=folder, epoch=int(summary.session.end.timestamp()))


def _pictures(view: EventView, look: Look) -> dict[str, Picture]:
    frame = replace(event_chart.PRINT, accent=look.accent)
    drawn = {} if view.nobody else {"visitors": chart_of(event_chart.visitors(view.held, frame), frame)}
    return drawn | ({"logo": logo_of(look.logo)} if look.logo else {})
