"""The brief report: the content that readers look for first, on at most four pages for any session.

Texts have a maximum number of lines, most tables a maximum number of rows. Polls have as many answers as fit. If even
the most frequent answer of each poll does not fit, the other sections become shorter, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice

from debrief.documents.pdf import parts
from debrief.documents.pdf.cells import Drawable
from debrief.documents.pdf.page_layout import Item, paginated
from debrief.documents.pdf.polls import QUESTIONS, with_answers, with_top_answers
from debrief.documents.pdf.sections import Limits, Sections, bind_last
from debrief.documents.view.build import View

MOST_PAGES = 4
_LIMITS = Limits(
    moments=5,
    quotes=5,
    breakouts=8,
    notes=5,
    lines=4,
    definition_lines=4,
    breakdowns=4,
    answers=5,
    is_brief=True,
    style=parts.BRIEF,
)
_TIGHT = replace(
    _LIMITS,
    moments=3,
    quotes=0,
    breakouts=3,
    notes=2,
    lines=2,
    definition_lines=1,
    breakdowns=2,
    answers=3,
    style=replace(parts.BRIEF, lines=1),
)
_LITTLE = 0.2  # share of a page's height; if the last page is filled less, the space between items is reduced
_CLOSER = 0.6  # factor by which the space between items is reduced
_REST = "The full report has every figure with its formula, all rows of each table, and the list of attendees."
_REST_OF_SMALL = (
    "The full report has all rows of each table, and the list of attendees; report.html has every figure with its "
    "formula."
)


def brief(
    view: View, drawings: Mapping[str, Drawable], accent: str, height: float, *, is_small: bool
) -> list[list[Item]]:
    """Return the pages of the brief report. `height` is the height of a page's text area.

    `is_small` says that the full report has no formulas.
    """
    rest = _REST_OF_SMALL if is_small else _REST
    roomy, tight = (Sections(view, drawings, accent, limits) for limits in (_LIMITS, _TIGHT))
    if view.nobody:
        return list(paginated([*roomy.head(), *roomy.notes(), roomy.reference()], height))
    before, after = _before(roomy, height), _after(roomy, rest)
    free = MOST_PAGES * height - sum(item.content.height for item in (*before, *after))
    for polls in chain(with_answers(view.polls, accent, free), with_top_answers(view.polls, accent, QUESTIONS[:1])):
        if pages := _fitting([*before, *polls, *after], height):
            return pages
    before, after = _before(tight, height), _after(tight, rest)
    for polls in with_top_answers(view.polls, accent, QUESTIONS):
        if pages := _fitting([*before, *polls, *after], height):
            return pages
    return list(islice(paginated([*before, *after], height), MOST_PAGES))


def _fitting(items: Sequence[Item], height: float) -> list[list[Item]]:
    """Return the pages of a brief report; empty if there are too many pages.

    If the last page is nearly empty, reduce the space between items if that avoids the page.
    """
    pages = list(islice(paginated(items, height), MOST_PAGES + 1))
    if len(pages) > 1 and sum(item.above + item.content.height for item in pages[-1]) < _LITTLE * height:
        pages = min(pages, list(islice(paginated(_closer(items), height), MOST_PAGES + 1)), key=len)
    return pages if len(pages) <= MOST_PAGES else []


def _closer(items: Sequence[Item]) -> list[Item]:
    """Return the items with less space between them."""
    return [replace(item, above=item.above * _CLOSER) for item in items]


def _before(sections: Sections, height: float) -> list[Item]:
    """Return the sections before the polls. "At a glance" is left out if it does not fit on the first page."""
    first = [*sections.head(), *sections.tiles(), *sections.minutes()]
    stay, glance = list(sections.stay()), list(sections.glance())
    # Each attempt: the items of the first page, and the items after it.
    tries: tuple[tuple[list[Item], list[Item]], ...] = (
        ([*first, *stay, *glance], []),
        ([*first, *glance], stay),
        (_closer([*first, *glance]), stay),
        ([*first, *stay], []),
    )
    page, rest = next(((page, rest) for page, rest in tries if _fits(page, height)), (first, stay))
    return [*page, *rest, *sections.moments(), *sections.spoken(), *sections.engagement()]


def _fits(items: Iterable[Item], height: float) -> bool:
    """Return whether all items fit on a page."""
    return len(list(islice(paginated(items, height), 2))) == 1


def _after(sections: Sections, rest: str) -> list[Item]:
    """Return the sections after the polls. The sentence `rest` says what other files contain."""
    generators = (
        sections.origins,
        sections.registrations,
        sections.follow_up,
        sections.breakouts,
        sections.counting,
        sections.notes,
    )
    end = [*sections.missing(), sections.reference(rest)]
    return [*bind_last(item for section in generators for item in section()), *end]
