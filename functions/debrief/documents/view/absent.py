"""Sections with nothing to show: a report says at its end why they are missing, in a single paragraph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from debrief.documents.text import sanitize
from debrief.documents.view.model import (
    Moments,
    Origins,
    PageSection,
    Recordings,
    Registered,
    Spoken,
    Stayed,
    Timeline,
)
from debrief.documents.view.polls import Polls

AnySection: TypeAlias = Timeline | Moments | Stayed | Polls | Recordings | Origins | Registered | Spoken | PageSection


def reason(section: AnySection) -> str:
    """Return why a section has nothing to show; blank if it has a table."""
    page = section if isinstance(section, PageSection) else section.section
    if page.unavailable:
        return page.unavailable
    if isinstance(section, Spoken):
        return ""
    has_table = page.table or (
        isinstance(section, Recordings) and (section.plays or section.entries or section.viewers)
    )
    return "" if has_table else " ".join(page.sentences)


def in_one_line(reasons: Mapping[str, str]) -> str:
    """Return each reason once, after the titles of its sections: `Polls and recordings: …`; blank without reasons."""
    titles: dict[str, list[str]] = {}
    for title, why in reasons.items():
        titles.setdefault(why, []).append(title)
    lines = []
    for why, names in titles.items():
        first, *others = names
        lines.append(f"{sanitize.listed([first, *(name.lower() for name in others)])}: {why.rstrip('.')}.")
    return " ".join(lines)
