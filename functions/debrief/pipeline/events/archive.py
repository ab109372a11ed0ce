"""Load the archived sessions of a virtual event."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.documents.data import registrants
from debrief.documents.data.summary_json import from_json
from debrief.metrics.data_quality import COUNTED_TWICE
from debrief.metrics.event import EventSession
from debrief.model import AttendeeRow, CountedOnly, NotKnown, Summary
from debrief.persons import IdAndAddress
from debrief.pipeline.services import Services
from debrief.pipeline.state.archived_tables import is_in_session, machine_tables, rows_of
from debrief.pipeline.state.revisions import Files, manifest_of
from debrief.registration import ORIGINS, SCOPES, SessionRoll
from debrief.util.values import is_identified, number

_EARLIER_VERSION = "the session was exported by an earlier version; replay it, then export the event again"


def load_event_session(services: Services, record: SessionRecord) -> EventSession | None:
    """Load a session from its archived documents; None if it has no documents.

    Raises NotReady while its documents are being written, BadRequest or ReportChanged if they are damaged.
    """
    manifest = manifest_of(services, record.start, record.cue_point_id)
    if not record.revision or manifest is None:
        return None
    files = Files(services, manifest)
    summary_file = files.named("summary.json")
    if summary_file is None:
        return None
    summary = from_json(files.read(summary_file))
    rows: list[AttendeeRow] = []
    breakout_only: list[AttendeeRow] = []
    page_only: list[IdAndAddress] = []
    profiles: dict[str, tuple[str, str]] = {}
    breakouts: dict[str, float] = {}
    for table in machine_tables(services, record.parts, manifest):
        part_minutes: dict[str, float] = {}  # all rows of a person in one part have the same minutes
        for row, cells in rows_of(AttendeeRow, table):
            if (minutes := number(cells["breakout_minutes"])) is not None:
                part_minutes[row.user_id] = minutes
            if is_in_session(row, cells):
                rows.append(row)
            elif cells["breakout_minutes"]:
                breakout_only.append(row)
            else:
                page_only.append((row.user_id, row.user_email))
                continue
            if any(profile := (cells["title"], cells["company"])):
                profiles.setdefault(row.user_id, profile)
        for user_id, minutes in part_minutes.items():
            breakouts[user_id] = breakouts.get(user_id, 0.0) + minutes
    twice = any(finding.code == COUNTED_TWICE for finding in summary.warnings)
    sections = {name: summary.sections.get(name, {}) for name in ("polls", "countries", "devices")}
    return EventSession(
        summary.session,
        summary.metrics,
        rows,
        profiles,
        breakouts,
        twice,
        breakout_only,
        sections,
        _roll(files, summary),
        page_only,
        [viewer["user_id"] for viewer in summary.sections.get("recordings", {}).get("viewers", ())],
        summary.sections.get("attendees", {}).get("may_lack", _EARLIER_VERSION),
    )


def _roll(files: Files, summary: Summary) -> SessionRoll | NotKnown | None:
    """Return a session's registrations, or why they are unknown; None if there is no list."""
    section = summary.sections.get("registrations")
    if section is None:
        return None
    if reason := section.get("unavailable"):
        return CountedOnly(str(reason), counts=section["counted"]) if "counted" in section else NotKnown(str(reason))
    file = next((file for file in files.manifest.files if file.name == registrants.NAME), None)
    if file is None:
        return NotKnown(_EARLIER_VERSION)
    return SessionRoll(
        SCOPES[SCOPES.index(section["scope"])],
        ORIGINS[ORIGINS.index(section["origin"])],
        list(registrants.read_registrants(files.read(file))),
    )


def people_in(sessions: Sequence[EventSession]) -> set[IdAndAddress]:
    """Return the id and the address of everybody in the documents of these sessions, registrants included."""
    rows = (row for session in sessions for row in (*session.rows, *session.breakout_only))
    found = {(row.user_id if is_identified(row.user_id) else "", row.user_email.strip()) for row in rows}
    rolls = (session.roll.rows for session in sessions if isinstance(session.roll, SessionRoll))
    return found | {(row.user_id, row.email) for row in chain.from_iterable(rolls)}
