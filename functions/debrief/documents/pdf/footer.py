"""The footer of a page: `Page x of y` on the left, and a text on the right."""

from __future__ import annotations

from typing import Any

from reportlab.lib.colors import HexColor

from debrief.documents.charts import svg
from debrief.documents.pdf import fonts, text_layout
from debrief.documents.pdf.paper import WIDTH

FOOTER_SIZE, PAGE_ROOM = 8.0, 90.0  # points: font size of a footer, and space for `Page x of y`


def draw_footer(canvas: Any, text: str, page: int) -> float:
    """Draw a footer without the number of pages; return the x coordinate where that number begins."""
    names = fonts.regular()
    canvas.setFillColor(HexColor(svg.QUIET))
    (title,) = text_layout.wrapped(text, WIDTH - PAGE_ROOM, FOOTER_SIZE, names, most=1)
    drawn = text_layout.runs(title, text_layout.direction_of(title), names)
    line = canvas.beginText(WIDTH - text_layout.length(drawn, FOOTER_SIZE), 2)
    for run, name in drawn:
        line.setFont(name, FOOTER_SIZE)
        line.textOut(run)
    canvas.drawText(line)
    words = f"Page {page} of "
    canvas.setFont(names[0], FOOTER_SIZE)
    canvas.drawString(0, 2, words)
    return text_layout.width_of(words, FOOTER_SIZE, names)


def draw_number(canvas: Any, name: str, number: int) -> None:
    """Define a reusable drawing (form XObject) of a number in the footer's font; earlier pages refer to its name."""
    canvas.beginForm(name, 0, -FOOTER_SIZE, 100, 2 * FOOTER_SIZE)
    canvas.setFillColor(HexColor(svg.QUIET))
    canvas.setFont(fonts.regular()[0], FOOTER_SIZE)
    canvas.drawString(0, 0, str(number))
    canvas.endForm()
