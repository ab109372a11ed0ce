"""A summary turned into what a page shows: every figure already words, every outside string already clean.

HTML, PDF and mail are drawn from the same view, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from debrief.documents import figures, labels, sections, text, tiles, times
from debrief.documents.page import Part, Stayed, Table, Tile
from debrief.documents.text import Clean
from debrief.model import Summary


@dataclass(frozen=True, slots=True)
class Look:
    """How documents are printed: the zone of all times, and the language that the texts are declared to be in."""

    zone: ZoneInfo
    language: str = "en"


@dataclass(frozen=True)
class View:
    """A whole page. Sections that the summary does not have are None."""

    language: str
    room: str
    day: str
    when: str
    duration: str
    host: str
    state: str
    state_note: str
    revision: int
    reference: str
    nobody: bool
    tiles: Sequence[Tile]
    unidentified: str
    stayed: Stayed | None
    breakouts: Part | None
    attendees: Part | None
    notes: Sequence[str]
    definitions: Table


def build_view(summary: Summary, look: Look, clean: Clean = text.clean) -> View:
    """The page of one summary. `clean` makes outside strings printable; the PDF's also knows what its fonts lack."""
    session, zone = summary.session, look.zone
    state, state_note = labels.state(summary.state)
    return View(
        language=look.language,
        room=room_name(summary, clean),
        day=times.day(session.start, zone),
        when=times.when(session.start, session.end, zone),
        duration="" if session.is_open else f"{figures.minutes(session.duration_minutes)} min",
        host=_host(summary, clean),
        state=state,
        state_note=state_note,
        revision=summary.revision,
        reference=clean(f"Session {session.cue_point_id} of room {session.entry_id}"),
        nobody=_nobody_came(summary),
        tiles=tiles.tiles(summary),
        unidentified=tiles.unidentified(summary.metrics),
        stayed=sections.stayed(summary),
        breakouts=sections.breakouts(summary, zone, clean),
        attendees=sections.attendees(summary, clean),
        notes=[text.clean_sentence(finding.message, clean) for finding in summary.warnings],
        definitions=sections.definitions(summary.metrics, clean),
    )


def room_name(summary: Summary, clean: Clean = text.clean) -> str:
    """The room's name, or its entry id when it has none."""
    return clean(summary.session.entry_name) or clean(summary.session.entry_id)


def _host(summary: Summary, clean: Clean) -> str:
    host = summary.host
    names = (host.name, host.user_id) if host else ()
    return next((name for part in (*names, summary.session.host_user_id) if (name := clean(part))), "")


def _nobody_came(summary: Summary) -> bool:
    came = tiles.value_of(summary.metrics, "unique_attendees"), tiles.value_of(summary.metrics, "minutes_total")
    listed = summary.sections.get("attendees", {}).get("total", 0)
    return came[0] == 0 and not came[1] and not listed
