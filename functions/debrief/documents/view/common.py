"""Helpers for the views of sections: unavailable sections, long texts, ranges of times and minutes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from debrief.documents.text import figures, report_names, sanitize, times
from debrief.documents.text.sanitize import Clean
from debrief.documents.view.time_axis import number_of
from debrief.model import Summary
from debrief.util.spans import Span

if TYPE_CHECKING:
    from debrief.documents.view.model import PageSection

Section: TypeAlias = Mapping[str, Any]
SectionView = TypeVar("SectionView")

_LONGEST = 600  # characters of a question or an answer


def is_for_whole_event(summary: Summary) -> bool:
    """Return whether the list of registrations is for a whole event: its people may have wanted other sessions."""
    return (summary.sections.get("registrations") or {}).get("scope") == "event"


def section_of(
    summary: Summary, name: str, wrap: Callable[[PageSection], SectionView], make: Callable[[Section], SectionView]
) -> SectionView | None:
    """Return the view that `make` builds from a section of the summary; None if the summary lacks the section.

    If the section is unavailable, `wrap` builds the view instead, from a PageSection that has only the reason.
    """
    section = summary.sections.get(name)
    if section is None:
        return None
    reason = section.get("unavailable")
    if not reason:
        return make(section)
    from debrief.documents.view.model import PageSection  # here, because emails have no sections

    return wrap(PageSection(unavailable=report_names.for_reader(str(reason))))


def unwrapped(section: PageSection) -> PageSection:
    """Return the section itself: a `wrap` for views that are a PageSection."""
    return section


def prose(raw: str, clean: Clean) -> str:
    """Clean a question or an answer, which may be longer than a name, and shorten it to 600 characters."""
    words = sanitize.clean_sentence(raw[:_LONGEST], clean)
    return words + sanitize.ELLIPSIS if len(raw) > _LONGEST else words


def percent_cell(ratio: float | None) -> str:
    """Format a ratio for a column in percent: `66.6`."""
    return figures.percent(ratio).removesuffix("%")


def clock_range(start: datetime, end: datetime, span: Span, zone: ZoneInfo) -> str:
    """Format a range of times within the session's span; a single time if both times look the same."""
    first, last = (times.within(moment, span, zone) for moment in (start, end))
    return first if first == last else f"{first}{figures.DASH}{last}"


def minute_range(start: float, end: float) -> str:
    """Format a range of minutes, counted from 1: `3-5` for 2.0 to 5.0 after the start; `3` for 2.0 to 3.0."""
    first = number_of(start)
    last = max(number_of(end) - 1, first)
    return figures.count(first) if first == last else f"{figures.count(first)}{figures.DASH}{figures.count(last)}"
