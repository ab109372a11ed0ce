"""The view of a session's report, from which HTML and PDF are rendered. The email has another view, mail/page.py.

Figures are formatted, and text from Kaltura is cleaned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from debrief.documents.presentation import Presentation
from debrief.documents.text import figures, labels, report_names, sanitize, times
from debrief.documents.text.sanitize import Clean
from debrief.documents.view import (
    absent,
    attendance,
    comparison,
    follow_up,
    glance,
    origins,
    people,
    people_counts,
    polls,
    recordings,
    registrations,
    spoken,
    stay,
    tiles,
    timeline,
    verdict,
)
from debrief.documents.view.model import (
    Moments,
    Origins,
    PageSection,
    People,
    Recordings,
    Registered,
    Spoken,
    Stayed,
    Table,
    Timeline,
)
from debrief.documents.view.polls import Polls
from debrief.documents.view.session_header import host_name, nobody_came, room_name, session_reference
from debrief.documents.view.tile import Tile, TileGroup
from debrief.model import Summary


@dataclass(frozen=True)
class View:
    """A whole report. A section with nothing to show is None; `absent` has the reasons.

    A section that the summary lacks is None without a reason. If nobody is listed, `attendees` has no rows.
    """

    language: str
    room: str
    day: str
    when: str
    duration: str
    parts: str  # the times of an interrupted session's parts; blank for other sessions
    host: str
    state: str
    state_note: str
    revision: int
    reference: str
    nobody: bool
    verdict: str  # what happened, in two sentences; blank if nothing is known
    tiles: Sequence[Tile]  # the main figures
    groups: Sequence[TileGroup]  # further figures: viewers, and live engagement
    engaged_means: str  # a definition of "engaged"
    counting: str  # an explanation of the counts of people
    compared: str  # a sentence that names the sessions with which figures are compared
    stayed: Stayed | None
    timeline: Timeline | None
    moments: Moments | None
    spoken: Spoken | None  # what the recording says
    polls: Polls | None
    recordings: Recordings | None
    countries: Origins | None
    devices: Origins | None
    breakouts: PageSection | None
    registrations: Registered | None
    follow_up: PageSection | None  # the follow-up lists
    attendee_notes: PageSection | None  # the sentences above the attendees
    attendees: People | None
    notes: Sequence[str]
    definitions: Table
    glance: Sequence[tuple[str, str]] = ()  # a label and a sentence for each line of "At a glance"
    absent: str = ""

    @property
    def is_final(self) -> bool:
        """Return whether the figures will not change any more."""
        return self.state == "Final"


# For each section that may have nothing to show: its title, and its field in View.
_SECTIONS = {
    "Minute by minute": "timeline",
    "Polls": "polls",
    "Length of stay": "stayed",
    "Top moments": "moments",
    "What was said": "spoken",
    "Registrations": "registrations",
    "Follow-up lists": "follow_up",
    "Breakout rooms": "breakouts",
    "Countries": "countries",
    "Devices": "devices",
    "Recordings": "recordings",
    "Attendees": "attendee_notes",
}


def build_view(summary: Summary, presentation: Presentation, clean: Clean = sanitize.clean) -> View:
    """Build the view of a summary.

    `clean` makes text from Kaltura printable; a PDF's `clean` also replaces characters that its fonts lack.
    """
    session, zone = summary.session, presentation.zone
    state, state_note = labels.state(summary.state, presentation.last_check(session.end), zone)
    top_moments = timeline.moments(summary, zone)
    main, groups = _tiles(summary, zone)
    polls_view = polls.polls(summary, zone, clean)
    said = spoken.spoken(summary, zone, clean)
    view = View(
        language=presentation.language,
        room=room_name(summary, clean),
        day=times.day(session.start, zone),
        when=times.when(session.start, session.end, zone),
        duration="" if session.is_open else f"{figures.minutes(session.duration_minutes)} min",
        parts=times.interrupted(session.parts, zone),
        host=host_name(summary, clean),
        state=state,
        state_note=state_note,
        revision=summary.revision,
        reference=session_reference(session, clean),
        nobody=nobody_came(summary),
        verdict=verdict.verdict(summary, zone),
        tiles=main,
        groups=groups,
        engaged_means=tiles.engaged_means(summary.metrics),
        counting=" ".join(people_counts.counting(summary)),
        compared=comparison.with_what(summary, zone),
        stayed=attendance.stayed(summary),
        timeline=timeline.timeline(summary, zone, top_moments, said),
        moments=top_moments,
        spoken=said,
        polls=polls_view,
        recordings=recordings.recordings(summary, clean, presentation.recording_url),
        countries=origins.countries(summary, clean),
        devices=origins.devices(summary, clean),
        breakouts=attendance.breakouts(summary, zone, clean),
        registrations=registrations.registrations(summary, clean),
        follow_up=follow_up.follow_up(summary),
        attendee_notes=people.sentences_above(summary),
        attendees=people.people(summary, zone, clean),
        notes=[
            *stay.left_open(summary, zone),
            *(report_names.for_reader(finding.message, clean) for finding in summary.warnings),
            *filter(None, [tiles.unidentified(summary.metrics)]),
        ],
        definitions=attendance.definitions(summary.metrics, zone, clean),
        glance=glance.glance(summary, polls_view, clean, presentation.recording_url),
    )
    return _without_empty(view)


def _without_empty(view: View) -> View:
    """Remove the sections that have nothing to show; `absent` says why they are missing."""
    sections: dict[str, absent.AnySection | None] = {title: getattr(view, name) for title, name in _SECTIONS.items()}
    reasons = {title: absent.reason(section) for title, section in sections.items() if section}
    if view.attendees and view.attendees.rows:
        reasons.pop("Attendees", None)
    reasons = {title: why for title, why in reasons.items() if why}
    removed: dict[str, Any] = {_SECTIONS[title]: None for title in reasons}
    return replace(view, **removed, absent=absent.in_one_line(reasons))


def _tiles(summary: Summary, zone: ZoneInfo) -> tuple[Sequence[Tile], Sequence[TileGroup]]:
    """Return the tiles of the main figures, and the groups of further figures.

    If nobody attended the room itself, as in a webcast, the first group becomes the main figures.
    """
    main, groups = tiles.tiles(summary), tiles.groups(summary, zone)
    if groups and not tiles.value_of(summary.metrics, "unique_attendees"):
        return groups[0].tiles, groups[1:]
    trends = comparison.changes(summary)
    return [replace(tile, trend=trends.get(tile.key, "")) for tile in main], groups
