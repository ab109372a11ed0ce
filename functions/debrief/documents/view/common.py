"""What all sections share: why one is missing, times of the session, texts of more than one word."""

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
    """A section made into its part of the page; None when the summary has none, the reason when it is unavailable."""
    section = summary.sections.get(name)
    if section is None:
        return None
    reason = section.get("unavailable")
    return wrap(PageSection(unavailable=report_names.for_reader(str(reason)))) if reason else make(section)


def same(part: PageSection) -> PageSection:
    """For sections that are a part and nothing more."""
    return part


def prose(raw: str, clean: Clean) -> str:
    """A question or an answer: cleaned word by word, so that it may be long, but not endlessly."""
    words = sanitize.clean_sentence(raw[:_LONGEST], clean)
    return words + sanitize.ELLIPSIS if len(raw) > _LONGEST else words


def share(ratio: float | None) -> str:
    """A ratio for a column whose head says percent: `66.6`."""
    return figures.percent(ratio).removesuffix("%")


def clock_range(start: datetime, end: datetime, span: Span, zone: ZoneInfo) -> str:
    """From when to when by the clock, within the session's span; one time when both are the same."""
    first, last = (times.within(moment, span, zone) for moment in (start, end))
    return first if first == last else f"{first}{figures.DASH}{last}"


def minute_range(start: float, end: float) -> str:
    """From which to which minute of the session, the last included; one when both are the same."""
    first = number_of(start)
    last = max(number_of(end) - 1, first)
    return figures.count(first) if first == last else f"{figures.count(first)}{figures.DASH}{figures.count(last)}"
