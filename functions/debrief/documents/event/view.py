"""View of an event's report. Figures are formatted, and text from Kaltura is cleaned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from debrief.documents.event import answers, parts, registrations
from debrief.documents.event.verdict import event_verdict
from debrief.documents.presentation import Presentation
from debrief.documents.text import figures, labels, report_names, sanitize, times
from debrief.documents.text.locale_formats import PLAIN
from debrief.documents.text.sanitize import Clean
from debrief.documents.view import tiles
from debrief.documents.view.comparison import NO_EARLIER_EVENT
from debrief.documents.view.model import PageSection, Table
from debrief.documents.view.session_header import event_reference
from debrief.documents.view.stay import known_key
from debrief.documents.view.tile import Tile
from debrief.documents.view.tiles import value_of
from debrief.model import Summary

STATE_NOTE = "The figures of all sessions were final when this report was made."


@dataclass(frozen=True, slots=True)
class EventSessionView:
    """A session of the event."""

    mark: str  # `S1` for the session that started first
    name: str
    people: int
    first_timers: int  # people who came to no earlier session of the event
    stayed: float | None = None  # average share of the session that its attendees attended, 0..1
    engaged: float | None = None  # 0..1

    @property
    def label(self) -> str:
        """Return the mark and the name: `S1 Keynote`."""
        return f"{self.mark} {self.name}"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who came to the event. `each` has the minutes in each session, None if absent."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    kind: str
    title: str = field(repr=False)
    company: str = field(repr=False)
    sessions: int
    minutes: float
    engagement: float | None
    each: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Visitors:
    """The people, most minutes first. `total` includes people without a row."""

    section: PageSection
    rows: Sequence[Visitor] = field(repr=False)
    total: int


@dataclass(frozen=True)
class EventView:
    """A whole report. A section with nothing to show is None, except `sessions` and `attended`."""

    language: str
    name: str
    day: str
    when: str
    length: str
    state: str
    state_note: str
    revision: int
    reference: str
    nobody: bool
    verdict: str  # what happened, in two or three sentences
    tiles: Sequence[Tile]
    engaged_means: str
    compared: str
    session_list: Sequence[EventSessionView]
    sessions: PageSection
    standouts: PageSection | None
    registrations: PageSection | None
    registrations_by_session: PageSection | None
    attended: PageSection
    shares: Sequence[float]  # the share of people in each row of `attended`, 0..1
    overlap: PageSection | None
    journeys: PageSection | None
    polls: PageSection | None
    poll_answers: Table | None
    countries: PageSection | None
    devices: PageSection | None
    follow_up: PageSection | None
    people: Visitors | None
    notes: Sequence[str]
    definitions: Table


def build_event_view(summary: Summary, presentation: Presentation, clean: Clean = sanitize.clean) -> EventView:
    """Build the view of an event's summary.

    `clean` makes text from Kaltura printable; a PDF's `clean` also replaces characters that its fonts lack.
    """
    session, zone = summary.session, presentation.zone
    rows = summary.sections["sessions"]["rows"]
    sessions = [_session(number, row, clean) for number, row in enumerate(rows, 1)]
    marks, sections = [session_.mark for session_ in sessions], summary.sections
    attended = [row for row in summary.sections["attended"]["rows"] if row["people"] or len(rows) <= parts.FEW]
    return EventView(
        language=presentation.language,
        name=clean(session.entry_name) or clean(f"Event {session.entry_id}"),
        day=days(summary, zone),
        when=times.when(session.start, session.end, zone),
        length=figures.plural(len(rows), "session", "sessions"),
        state="Final" if summary.state == "final" else "Provisional",
        state_note=STATE_NOTE if summary.state == "final" else "",
        revision=summary.revision,
        reference=event_reference(session, clean),
        nobody=not any(
            value_of(summary.metrics, key) for key in ("minutes_total", "unique_attendees", "people_present")
        ),
        verdict=event_verdict(summary),
        tiles=event_tiles(summary),
        engaged_means=tiles.engaged_means(summary.metrics),
        compared=NO_EARLIER_EVENT,
        session_list=sessions,
        sessions=parts.sessions(rows, [session_.label for session_ in sessions], zone),
        standouts=parts.standouts(summary.sections["standouts"]["rows"], [session_.label for session_ in sessions]),
        registrations=registrations.registrations(summary, marks),
        registrations_by_session=registrations.by_session(summary, [session_.label for session_ in sessions]),
        attended=parts.attended(attended, len(rows)),
        shares=[row["share"] for row in attended],
        overlap=parts.overlap(summary.sections["overlap"], [session_.label for session_ in sessions]),
        journeys=answers.journeys(sections.get("journeys", {}), marks),
        polls=answers.polls(sections.get("polls", {}), marks, clean),
        poll_answers=answers.poll_answers(sections.get("polls", {}), marks, clean),
        countries=answers.origins(sections.get("countries", {}), "name", "Country", clean),
        devices=answers.origins(sections.get("devices", {}), "device", "Device", clean),
        follow_up=answers.follow_up(sections.get("segments", {})),
        people=_visitors(summary, clean),
        notes=[report_names.for_reader(finding.message, clean) for finding in summary.warnings]
        + answers.not_known(sections, marks)
        + list(filter(None, [tiles.unidentified(summary.metrics)])),
        definitions=parts.definitions(summary, clean),
    )


def days(summary: Summary, zone: ZoneInfo) -> str:
    """Return the date of the event; if it lasted several days, the first and the last date."""
    first, last = (times.day(moment, zone) for moment in (summary.session.start, summary.session.end))
    return first if first == last else f"{first} to {last}"


def _session(number: int, row: Mapping[str, Any], clean: Clean) -> EventSessionView:
    name = clean(row["name"] or "") or clean(row["entry_id"])
    return EventSessionView(
        f"S{number}",
        name,
        row["people"],
        row["first_timers"],
        figures.known(row.get("presence_share")),
        figures.known(row["engagement_rate"]),
    )


def event_tiles(summary: Summary) -> list[Tile]:
    """Return the tiles of the six main figures."""
    metrics = summary.metrics
    people, sessions = (value_of(metrics, key) for key in ("unique_attendees", "sessions"))
    users, guests = value_of(metrics, "users"), value_of(metrics, "guests")
    attendances, total = value_of(metrics, "attendances"), value_of(metrics, "minutes_total")
    present = value_of(metrics, "people_present") or people  # an older version's summary lacks `people_present`
    everybody = f"of {figures.plural(present, 'person', 'people')}"
    kinds = f"{figures.plural(users, 'user', 'users')}, {figures.plural(guests, 'guest', 'guests')}"
    visits = figures.plural(attendances, "visit", "visits")
    median = (
        f"median {figures.minutes(value_of(metrics, known_key(summary, 'presence_median')))} min, all sessions together"
    )
    per_person: Callable[[float | None], str] = figures.minutes
    return [
        _tile(metrics, "unique_attendees", "person" if people == 1 else "people", f"each once: {kinds}"),
        _tile(
            metrics,
            "sessions_average",
            "",
            f"{visits} to {figures.plural(sessions, 'session', 'sessions')}: one person in two sessions counts twice",
            per_person,
        ),
        _tile(metrics, "returning_rate", "%", f"{everybody}: at least two sessions"),
        _tile(metrics, "all_sessions_rate", "%", everybody),
        _tile(metrics, known_key(summary, "presence_average"), "min", median),
        _tile(metrics, "engagement_rate", "%", f"of all {tiles.whole_minutes(total, PLAIN)} minutes attended"),
    ]


def _tile(
    metrics: Mapping[str, Any],
    key: str,
    unit: str,
    note: str,
    printed: Callable[[float | None], str] | None = None,
) -> Tile:
    label, value = labels.event_metric(key), value_of(metrics, key)
    if value is None:
        metric = metrics.get(key)
        return Tile(label, figures.DASH, "", report_names.for_reader((metric and metric.reason) or "Not known"))
    formats = {"people": figures.count, "count": figures.count, "minutes": figures.minutes}
    words = (printed or formats.get(metrics[key].unit, figures.percent))(value)
    return Tile(label, words.removesuffix("%"), unit, note)


def _visitors(summary: Summary, clean: Clean) -> Visitors | None:
    section = summary.sections.get("people")
    if section is None:
        return None
    rows = [_visitor(row, clean) for row in section.get("rows", ())]
    return Visitors(parts.people(section), rows, section.get("total", 0))


def _visitor(row: Mapping[str, Any], clean: Clean) -> Visitor:
    name = clean(row["name"] or "") or clean(row["user_id"] or "") or "No name"
    return Visitor(
        name,
        clean(row["email"] or ""),
        clean(row["type"] or ""),
        clean(row["title"] or ""),
        clean(row["company"] or ""),
        row["sessions"],
        row["minutes_total"],
        row["engagement_rate"],
        row["minutes"],
    )
