"""Sections with nothing to show: they become one line at the end of a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from debrief.documents.text import sanitize
from debrief.documents.view.model import Moments, Origins, PageSection, Polls, Recordings, Stayed, Timeline

Part: TypeAlias = Timeline | Moments | Stayed | Polls | Recordings | Origins | PageSection


def reason(part: Part) -> str:
    """Return why a section has nothing to show; blank if it has a table."""
    section = part if isinstance(part, PageSection) else part.section
    if section.unavailable:
        return section.unavailable
    has_table = section.table or (isinstance(part, Recordings) and (part.plays or part.entries or part.viewers))
    return "" if has_table else " ".join(section.sentences)


def in_one_line(reasons: Mapping[str, str]) -> str:
    """Return each reason once, after the titles of its sections; blank without sections."""
    titles: dict[str, list[str]] = {}
    for title, why in reasons.items():
        titles.setdefault(why, []).append(title)
    found = []
    for why, names in titles.items():
        first, *others = names
        found.append(f"{sanitize.listed([first, *(name.lower() for name in others)])}: {why.rstrip('.')}.")
    return " ".join(found)
