"""Render the documents of one virtual event, one after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from debrief.delivery.archive import layout
from debrief.delivery.archive.layout import name_for, report_key
from debrief.documents.access_tiers import attendee_rows_for, for_tier
from debrief.documents.data import csv_tables
from debrief.documents.data.follow_up import follow_up_rows
from debrief.documents.data.summary_row import event_to_line
from debrief.documents.event import tables as event_tables
from debrief.documents.event.html import render_event_html
from debrief.documents.event.pdf import EventPdf
from debrief.documents.event.summary import event_to_json
from debrief.documents.event.workbook import render_event_workbook
from debrief.documents.workbook import CONTENT_TYPE
from debrief.metrics.event import EventFacts, summarize_event
from debrief.metrics.event_follow_up import event_segments, section, without_staff
from debrief.metrics.event_sections import people
from debrief.metrics.registrations import event_figures as event_registrations
from debrief.metrics.registrations import event_lists
from debrief.metrics.registrations.event_roll import event_roll
from debrief.model import Document, Finding, SessionData, Summary, Tier, VirtualEvent
from debrief.pipeline.privacy.people_index import PeopleIndex
from debrief.pipeline.services import Services
from debrief.pipeline.session.documents import draw_pdfs, people_document
from debrief.pipeline.session.follow_up_lists import FollowUpList
from debrief.pipeline.session.staff import staff_of
from debrief.pipeline.session.workbook import NAME as WORKBOOK
from debrief.pipeline.state.presentation_settings import presentation_of
from debrief.pipeline.state.revisions import Revision
from debrief.settings import Settings

EVENTS = "events.json"
LEFT_OUT = MISSING, DAMAGED = "SESSIONS_MISSING", "SESSIONS_DAMAGED"  # findings: a session is not in the report
_CSV, _HTML, _PDF = "text/csv; charset=utf-8", "text/html; charset=utf-8", "application/pdf"


@dataclass(frozen=True)
class EventFigures:
    """The content of a revision: the summary without a revision number, and the rows of people."""

    summary: Summary
    rows: Sequence[csv_tables.Row]
    lists: Sequence[FollowUpList]
    everybody: Mapping[str, Any]  # the section of people without the limit of the report
    people: PeopleIndex | None = None  # None if no people key is configured

    @property
    def content_hash(self) -> str:
        """Return the hash that identifies this content."""
        digest = hashlib.sha256(hashlib.sha256(event_to_json(self.summary)).digest())
        for part in (csv_tables.machine_csv(self.rows), *(each.body for each in self.lists)):
            digest.update(hashlib.sha256(part).digest())
        return digest.hexdigest()


def event_figures(
    event: VirtualEvent, facts: EventFacts, settings: Settings, findings: Sequence[Finding]
) -> EventFigures:
    summary = summarize_event(event, facts, attendee_limit=settings.report_attendees, findings=findings)
    staff = _staff(facts, settings)
    roll = event_roll(facts, staff, is_whole=not any(finding.code in LEFT_OUT for finding in findings))
    found = [*event_segments(facts, staff), *event_lists.lists(roll, without_staff(facts, staff))]
    summary = replace(summary, sections={**summary.sections, "segments": section(facts, staff, found)})
    if roll:
        summary = replace(
            summary,
            metrics={**summary.metrics, **event_registrations.metrics(roll)},
            sections={**summary.sections, "registrations": event_registrations.section(roll)},
        )
    everybody = people(facts, len(facts.people))
    rows = event_tables.attendee_rows(summary.sections["sessions"]["rows"], everybody["rows"])
    lists = [FollowUpList(each.file, csv_tables.excel_csv(follow_up_rows(each)), each) for each in found]
    return EventFigures(summary, rows, lists, everybody)


def _staff(facts: EventFacts, settings: Settings) -> frozenset[str]:
    """Return the user ids of the hosts of all sessions, and of people listed in the settings."""
    sessions = facts.sessions
    data = SessionData(
        sessions[0].session,
        attendees=[row for each in sessions for row in each.rows],
        breakout_attendees=[row for each in sessions for row in each.breakout_only],
    )
    return staff_of(data, (), settings.staff, *(each.session.host_user_id for each in sessions))


def event_documents(
    figures: EventFigures, services: Services, start: datetime, revision: Revision, tiers: Collection[Tier]
) -> Iterator[Document]:
    """Yield every document except the manifest, in the folder of `start`, for the tier `full` and for `tiers`."""
    settings = services.settings
    summary = replace(figures.summary, state=revision.state, revision=revision.number)

    def document(name: str, tier: Tier, body: bytes, content_type: str, rows: int | None = None) -> Document:
        key = report_key(start, summary.session.cue_point_id, name_for(tier, name))
        return Document(key, body, content_type, rows)

    yield document("summary.json", "full", event_to_json(summary), "application/json")
    line = layout.key("events", start, summary.session.cue_point_id, EVENTS)
    yield Document(line, event_to_line(summary), "application/json")
    for each in figures.lists:
        yield document(each.name, "full", each.body, _CSV, each.segment.people)
    tiers_wanted: list[Tier] = ["full", *sorted(set(tiers) - {"full"})]
    for tier in tiers_wanted:
        visible = for_tier(summary, tier)
        if tier != "totals":
            rows = attendee_rows_for(figures.rows, tier)
            yield document("attendees.csv", tier, csv_tables.excel_csv(rows), _CSV, len(rows) - 1)
        if settings.html:
            yield document("report.html", tier, render_event_html(visible, presentation_of(settings)), _HTML)
        if settings.pdf:
            report = EventPdf(visible, presentation_of(settings))
            for name, pdf in draw_pdfs(report, summary.session.cue_point_id).items():
                yield document(name, tier, pdf, _PDF)
        if settings.workbook:
            whole = for_tier(replace(summary, sections={**summary.sections, "people": figures.everybody}), tier)
            segments = [each.segment for each in figures.lists]
            book = render_event_workbook(whole, presentation_of(settings), tier, segments)
            yield document(WORKBOOK, tier, book, CONTENT_TYPE)
    if figures.people is not None:
        yield people_document(start, summary.session.cue_point_id, figures.people)
