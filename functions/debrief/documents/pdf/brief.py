"""The summary: what a session's reader asks first, on at most four pages for any session.

Every text has a maximum of lines and every table one of rows. Only polls vary: as many answers as there is room for.
Only the PDF engine imports this module, since it loads reportlab.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from debrief.documents.pdf import parts
from debrief.documents.pdf.pictures import Picture
from debrief.documents.pdf.polls import poll_choices
from debrief.documents.pdf.sections import Limits, Sections
from debrief.documents.pdf.sheets import Item, paginated
from debrief.documents.view.build import View

MOST_PAGES = 4
_LIMITS = Limits(moments=5, breakouts=8, notes=5, lines=4, style=parts.BRIEF)
_REST = "The full report has every figure with its formula, all rows of each table, and the list of attendees."


def brief(view: View, pictures: Mapping[str, Picture], accent: str, height: float) -> list[list[Item]]:
    """Return the pages of the summary; `height` is that of a page's text."""
    made = Sections(view, pictures, accent, _LIMITS)
    if view.nobody:
        return list(paginated([*made.head(), *made.notes(), made.reference()], height))
    before = [
        item
        for section in (made.head, made.tiles, made.minutes, made.stay, made.moments, made.engagement)
        for item in section()
    ]
    after = [
        item
        for section in (made.origins, made.follow_up, made.breakouts, made.counting, made.notes, made.missing)
        for item in section()
    ]
    after.append(made.reference(_REST))
    pages: list[list[Item]] = []
    for polls in poll_choices(view.polls, accent):
        pages = list(islice(paginated([*before, *polls, *after], height), MOST_PAGES + 1))
        if len(pages) <= MOST_PAGES:
            break
    return pages
