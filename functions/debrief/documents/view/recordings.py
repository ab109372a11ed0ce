"""View of the recordings: plays over time, by recording and by viewer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from debrief.documents.text import figures, times
from debrief.documents.text.sanitize import Clean
from debrief.documents.view.common import Section, percent_cell, section_of
from debrief.documents.view.model import Column, Day, PageSection, Recordings, Table
from debrief.documents.view.recording_lines import MOST_NAMED, link_to
from debrief.model import Summary

MOST_VIEWERS = 500  # maximum number of rows of the table of viewers


def recordings(summary: Summary, clean: Clean, url: str = "") -> Recordings | None:
    """Return the recordings with their plays. `url` is the pattern of the address of a recording's page, or blank."""
    return section_of(summary, "recordings", Recordings, lambda section: _recordings(section, clean, url))


def _recordings(section: Section, clean: Clean, url: str) -> Recordings:
    entries, viewers = section["entries"], section["viewers"]
    days = [Day(_day(row["day"], clean), row["plays"]) for row in section["plays_by_day"]]
    if not entries and not viewers and not any(day.plays for day in days):
        return Recordings(PageSection(("No recording was played.",)))
    words = _in_words(days, len(viewers), section.get("loaded_only", 0))
    links = [
        (clean(row["name"] or "") or clean(row["entry_id"]), link)
        for row in entries[:MOST_NAMED]
        if (link := link_to(row["entry_id"], url))
    ]
    viewed = _viewers(viewers[:MOST_VIEWERS], clean)
    return Recordings(PageSection(words), days, _plays(days), _entries(entries, clean), viewed, links)


def _day(label: str, clean: Clean) -> str:
    """Format a day. A label that is not a date is only cleaned."""
    try:
        return times.short_day(date.fromisoformat(label))
    except ValueError:
        return clean(label)


def _in_words(days: Sequence[Day], viewers: int, loaded_only: int) -> list[str]:
    words = []
    if days:
        plays = figures.plural(sum(day.plays for day in days), "play", "plays")
        words = [f"{plays} in {figures.plural(len(days), 'day', 'days')}.", "Every start of playback counts as a play."]
    if loaded_only:
        words.append(f"{figures.plural(loaded_only, 'person', 'people')} loaded the player without starting playback.")
    if viewers > MOST_VIEWERS:
        words.append(
            f"{figures.count(MOST_VIEWERS)} of {figures.count(viewers)} viewers are listed; summary.json lists all."
        )
    return words


def _plays(days: Sequence[Day]) -> Table | None:
    columns = (Column("Day", width=60, numeric=False), Column("Plays", "count", 40))
    rows = [(day.label, figures.count(day.plays)) for day in days]
    return Table("Plays by day", columns, rows) if rows else None


def _entries(entries: Sequence[Section], clean: Clean) -> Table | None:
    columns = (
        Column("Recording", width=34, numeric=False),
        Column("Plays", "count", 12),
        Column("Player loads", "count", 14),
        Column("Viewers", "people", 12),
        Column("Minutes", "watched", 14),
        Column("Completed", "% of the length", 14),
    )
    rows = [
        (
            clean(row["name"] or "") or clean(row["entry_id"]),
            figures.count(row["plays"]),
            figures.count(row["impressions"]),
            figures.count(row["viewers"]),
            figures.minutes(row["minutes"]),
            percent_cell(row["completion_rate"]),
        )
        for row in entries
    ]
    return Table("Recordings", columns, rows) if rows else None


def _viewers(viewers: Sequence[Section], clean: Clean) -> Table | None:
    columns = (
        Column("Viewer", width=34, numeric=False),
        Column("Plays", "count", 12),
        Column("Player loads", "count", 14),
        Column("Minutes", "watched", 14),
        Column("Average", "min", 12),
        Column("Completed", "% of the length", 14),
    )
    rows = [
        (
            clean(row["name"] or "") or clean(row["user_id"] or ""),
            figures.count(row["plays"]),
            figures.count(row["impressions"]),
            figures.minutes(row["minutes"]),
            figures.minutes(row["average_minutes"]),
            percent_cell(row["completion_rate"]),
        )
        for row in viewers
    ]
    return Table("Viewers of the recording", columns, rows) if rows else None
