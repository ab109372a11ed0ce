"""The brief report: what a session's reader asks first, on at most four pages for any session.

Every text has a maximum of lines and every table one of rows. Polls have as many answers as there is room for; if not
even the top answer of each fits, everything else gets shorter, too.
Import this module only where a PDF is drawn, since it loads reportlab.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice

from debrief.documents.pdf import parts
from debrief.documents.pdf.cells import Cell
from debrief.documents.pdf.polls import QUESTIONS, with_answers, with_top_answers
from debrief.documents.pdf.sections import Limits, Sections, bind_last
from debrief.documents.pdf.sheets import Item, paginated
from debrief.documents.view.build import View

MOST_PAGES = 4
_LIMITS = Limits(moments=5, breakouts=8, notes=5, lines=4, rules=4, style=parts.BRIEF)
_TIGHT = Limits(moments=3, breakouts=3, notes=2, lines=2, rules=1, style=replace(parts.BRIEF, lines=1))
_LITTLE = 0.2  # of a page's height: a last page with less is avoided, if possible
_CLOSER = 0.6  # of the space above items
_REST = "The full report has every figure with its formula, all rows of each table, and the list of attendees."


def brief(view: View, drawings: Mapping[str, Cell], accent: str, height: float) -> list[list[Item]]:
    """Return the pages of the brief report; `height` is that of a page's text."""
    roomy, tight = (Sections(view, drawings, accent, limits) for limits in (_LIMITS, _TIGHT))
    if view.nobody:
        return list(paginated([*roomy.head(), *roomy.notes(), roomy.reference()], height))
    before, after = _before(roomy, height), _after(roomy)
    room = MOST_PAGES * height - sum(item.cell.height for item in (*before, *after))
    for polls in chain(with_answers(view.polls, accent, room), with_top_answers(view.polls, accent, QUESTIONS[:1])):
        if pages := _fitting([*before, *polls, *after], height):
            return pages
    before, after = _before(tight, height), _after(tight)
    for polls in with_top_answers(view.polls, accent, QUESTIONS):
        if pages := _fitting([*before, *polls, *after], height):
            return pages
    return list(islice(paginated([*before, *after], height), MOST_PAGES))


def _fitting(items: Sequence[Item], height: float) -> list[list[Item]]:
    """Return the pages of a brief report; none if they are too many.

    If the last page has little on it, use less space between sections where this avoids the page.
    """
    pages = list(islice(paginated(items, height), MOST_PAGES + 1))
    if len(pages) > 1 and sum(item.above + item.cell.height for item in pages[-1]) < _LITTLE * height:
        pages = min(pages, list(islice(paginated(_closer(items), height), MOST_PAGES + 1)), key=len)
    return pages if len(pages) <= MOST_PAGES else []


def _closer(items: Sequence[Item]) -> list[Item]:
    """Return the items with less space between them."""
    return [replace(item, above=item.above * _CLOSER) for item in items]


def _before(made: Sections, height: float) -> list[Item]:
    """Return what comes before the polls: what happened, and what fits on the rest of the first page."""
    first, stay, glance = [*made.head(), *made.tiles(), *made.minutes()], list(made.stay()), list(made.glance())
    tries: tuple[tuple[list[Item], list[Item]], ...] = (
        ([*first, *stay, *glance], []),
        ([*first, *glance], stay),
        (_closer([*first, *glance]), stay),
        ([*first, *stay], []),
    )
    page, rest = next(((page, rest) for page, rest in tries if _fits(page, height)), (first, stay))
    return [*page, *rest, *made.moments(), *made.engagement()]


def _fits(items: Iterable[Item], height: float) -> bool:
    """Return whether these are not higher than a page."""
    return len(list(islice(paginated(items, height), 2))) == 1


def _after(made: Sections) -> list[Item]:
    """Return what comes after the polls: who it was, and remarks."""
    sections = (made.origins, made.follow_up, made.breakouts, made.counting, made.notes)
    end = [*made.missing(), made.reference(_REST)]
    return [*bind_last(item for section in sections for item in section()), *end]
