"""Helpers of all sections: reasons for missing sections, times of the session, long texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from debrief.documents.text import figures, report_names, sanitize, times
from debrief.documents.text.sanitize import Clean
from debrief.documents.view.model import PageSection
from debrief.documents.view.time_axis import number_of
from debrief.model import Summary
from debrief.util.spans import Span

Section: TypeAlias = Mapping[str, Any]
Made = TypeVar("Made")

_LONGEST = 600  # characters of a question or an answer


def section_of(
    summary: Summary, name: str, wrap: Callable[[PageSection], Made], make: Callable[[Section], Made]
) -> Made | None:
    """Build a section of the page with `make`.

    Returns None if the summary lacks it; its reason if it is unavailable.
    """
    section = summary.sections.get(name)
    if section is None:
        return None
    reason = section.get("unavailable")
    return wrap(PageSection(unavailable=report_names.for_reader(str(reason)))) if reason else make(section)


def unwrapped(section: PageSection) -> PageSection:
    """Return the section as it is; for sections without further data."""
    return section


def prose(raw: str, clean: Clean) -> str:
    """Clean a question or an answer word by word; it may be longer than a name."""
    words = sanitize.clean_sentence(raw[:_LONGEST], clean)
    return words + sanitize.ELLIPSIS if len(raw) > _LONGEST else words


def percent_cell(ratio: float | None) -> str:
    """Format a ratio for a column in percent: `66.6`."""
    return figures.percent(ratio).removesuffix("%")


def clock_range(start: datetime, end: datetime, span: Span, zone: ZoneInfo) -> str:
    """Format a range of times within the session's span; equal times only once."""
    first, last = (times.within(moment, span, zone) for moment in (start, end))
    return first if first == last else f"{first}{figures.DASH}{last}"


def minute_range(start: float, end: float) -> str:
    """Format a range of minutes of the session, the last included; equal minutes only once."""
    first = number_of(start)
    last = max(number_of(end) - 1, first)
    return figures.count(first) if first == last else f"{figures.count(first)}{figures.DASH}{figures.count(last)}"
