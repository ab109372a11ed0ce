"""The summary: what a session's reader asks first, on at most four pages for any session.

Every text has a maximum of lines and every table one of rows. Polls have as many answers as there is room for; if not
even the top answer of each fits, everything else gets shorter, too.
Only the PDF engine imports this module, since it loads reportlab.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain, islice

from debrief.documents.pdf import parts
from debrief.documents.pdf.pictures import Picture
from debrief.documents.pdf.polls import QUESTIONS, with_answers, with_top_answers
from debrief.documents.pdf.sections import Limits, Sections
from debrief.documents.pdf.sheets import Item, paginated
from debrief.documents.view.build import View

MOST_PAGES = 4
_LIMITS = Limits(moments=5, breakouts=8, notes=5, lines=4, rules=4, style=parts.BRIEF)
_TIGHT = Limits(moments=3, breakouts=3, notes=2, lines=2, rules=1, style=replace(parts.BRIEF, lines=1))
_REST = "The full report has every figure with its formula, all rows of each table, and the list of attendees."


def brief(view: View, pictures: Mapping[str, Picture], accent: str, height: float) -> list[list[Item]]:
    """Return the pages of the summary; `height` is that of a page's text."""
    roomy, tight = (Sections(view, pictures, accent, limits) for limits in (_LIMITS, _TIGHT))
    if view.nobody:
        return list(paginated([*roomy.head(), *roomy.notes(), roomy.reference()], height))
    pages: list[list[Item]] = []
    for made, choices in (
        (roomy, chain(with_answers(view.polls, accent), with_top_answers(view.polls, accent, QUESTIONS[:1]))),
        (tight, with_top_answers(view.polls, accent, QUESTIONS)),
    ):
        before, after = _before(made), _after(made)
        for polls in choices:
            pages = list(islice(paginated([*before, *polls, *after], height), MOST_PAGES + 1))
            if len(pages) <= MOST_PAGES:
                return pages
    return pages


def _before(made: Sections) -> list[Item]:
    """Return what comes before the polls: what happened."""
    sections = (made.head, made.tiles, made.minutes, made.stay, made.moments, made.engagement)
    return [item for section in sections for item in section()]


def _after(made: Sections) -> list[Item]:
    """Return what comes after the polls: who it was, and remarks."""
    sections = (made.origins, made.follow_up, made.breakouts, made.counting, made.notes, made.missing)
    return [*(item for section in sections for item in section()), made.reference(_REST)]
