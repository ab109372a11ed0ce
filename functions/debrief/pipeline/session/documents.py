"""Render the documents of one session, one after the other, to save memory.

A tier is what a recipient may see: `full`, `names` or `totals`. Each tier has its own documents.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, get_args

from debrief.delivery.archive import layout
from debrief.delivery.archive.layout import name_for
from debrief.documents.access_tiers import attendee_rows_for, for_tier
from debrief.documents.data import csv_tables, registrants, summary_row
from debrief.documents.data.fast_json import Encoded
from debrief.documents.data.section_tables import section_tables
from debrief.documents.data.summary_json import encode_sections, to_json
from debrief.documents.html.report import render_html
from debrief.documents.pdf.render import RenderFailed
from debrief.documents.pdf.report import PdfReport
from debrief.kaltura.session_data.context import NAME as CONTEXT
from debrief.metrics.definition import Facts
from debrief.metrics.interrupted import one_row_each
from debrief.metrics.profiles import added_columns
from debrief.metrics.registrations import figures as registrations
from debrief.metrics.registrations.answers import Details
from debrief.metrics.registrations.roll import Roll, roll_of
from debrief.metrics.registrations.rows import roll_rows
from debrief.metrics.segments.audience import Audience
from debrief.metrics.summary import summarize
from debrief.model import Document, Finding, NotKnown, SessionData, Summary, Tier
from debrief.pipeline.privacy.people_index import NAME as PEOPLE
from debrief.pipeline.privacy.people_index import PeopleIndex
from debrief.pipeline.session.follow_up_lists import FollowUpList, follow_up
from debrief.pipeline.session.staff import staff_of
from debrief.pipeline.session.workbook import workbooks
from debrief.pipeline.state.presentation_settings import presentation_of
from debrief.pipeline.state.revisions import Revision
from debrief.settings import Settings

if TYPE_CHECKING:
    from debrief.documents.event.pdf import EventPdf

log = logging.getLogger(__name__)

_CSV = "text/csv; charset=utf-8"
_JSON = "application/json"
_SUMMARIES = "summaries.json"
_HTML = "text/html; charset=utf-8"
PDFS = ("report.pdf", "report-full.pdf")
_PDF_FAILED = Finding("PDF_FAILED", "The PDF could not be made this time; all figures are in the other files.")


class Table(NamedTuple):
    """A machine-readable CSV, and the number of its rows without the header."""

    body: bytes
    rows: int

    @classmethod
    def of(cls, rows: Sequence[csv_tables.Row]) -> Table:
        """Return the table of rows with a header."""
        return cls(csv_tables.machine_csv(rows), len(rows) - 1)


@dataclass(frozen=True)
class Figures:
    """The content of a revision, without number and state: the summary and the tables.

    `rooms`, `attendees` and `breakouts` are machine-readable CSVs; `attendee_rows` are the rows of `attendees`. `lists`
    has all follow-up lists, also empty ones, because a list may have had people in an older revision. `tables` are the
    machine-readable tables of the summary's sections, by name; `registrants` is the table of registrations, None if
    there is no list of registrations.
    """

    data: SessionData
    summary: Summary
    attendee_rows: Sequence[csv_tables.Row]
    rooms: bytes
    attendees: bytes
    breakouts: bytes
    lists: Sequence[FollowUpList]
    tables: Mapping[str, Table]
    registrants: Table | None = None
    people: PeopleIndex | None = None  # None if no people key is configured; not part of the content hash

    @cached_property
    def sections(self) -> Encoded:
        """Return the summary's sections in JSON, for the content hash and the file."""
        return encode_sections(self.summary)

    @property
    def content_hash(self) -> str:
        """Return the hash that identifies this content. Raw answers are not in it, because their row order varies."""
        digest = hashlib.sha256()
        lists = (each.body for each in self.lists)
        more = [self.registrants.body] if self.registrants else []
        for part in (to_json(self.summary, self.sections), self.rooms, self.attendees, self.breakouts, *lists, *more):
            digest.update(hashlib.sha256(part).digest())
        return digest.hexdigest()


def compute_figures(data: SessionData, settings: Settings) -> Figures:
    data = replace(data, attendees=one_row_each(data))
    facts = Facts(data)
    summary, lists, registrants_table = _summary_and_people(facts, settings)
    profiles, page_only = facts.profiles, facts.page_only
    del facts  # frees memory for the tables: the people of a large session take 50 MB
    attendee_rows = csv_tables.attendees(data, added_columns(data, profiles), page_only)
    return Figures(
        data,
        summary,
        attendee_rows,
        csv_tables.machine_csv(csv_tables.rooms(data)),
        csv_tables.machine_csv(attendee_rows),
        csv_tables.machine_csv(csv_tables.breakouts(data)),
        lists,
        {name: Table.of(rows) for name, rows in section_tables(summary, [each.segment for each in lists]).items()},
        registrants_table,
    )


def _summary_and_people(facts: Facts, settings: Settings) -> tuple[Summary, list[FollowUpList], Table | None]:
    """Return the summary with all sections, the follow-up lists, and the table of registrations."""
    summary = summarize(facts, attendee_limit=settings.report_attendees)
    staff = staff_of(facts.data, facts.page_only, settings.staff)
    audience = Audience(facts, staff, facts.page_only, settings.zone)
    roll = roll_of(audience)
    details = Details.of(roll, _questions(roll, settings)) if isinstance(roll, Roll) else None
    section, lists = follow_up(audience, roll, details)
    summary = replace(summary, sections={**summary.sections, "segments": section})
    return _with_registrations(summary, audience, roll, details), lists, _registrants(audience, roll)


def _registrants(audience: Audience, roll: Roll | NotKnown | None) -> Table | None:
    """Return the table of registrations; None if there is no list, or it is unknown."""
    if not isinstance(roll, Roll):
        return None
    session = audience.facts.data.session
    return Table.of(registrants.registrant_rows(session, roll.registrations, roll_rows(audience, roll)))


def _questions(roll: Roll, settings: Settings) -> Sequence[str]:
    """Return the questions of the settings; without any, as on a machine without these settings, of the last export."""
    return settings.registration_questions or roll.registrations.questions


def _with_registrations(
    summary: Summary, audience: Audience, roll: Roll | NotKnown | None, details: Details | None
) -> Summary:
    """Add figures and section of registrations, and details of attendees, if a list of registrations was given."""
    if roll is None:
        return summary
    section = registrations.section(audience, roll, details.questions if details else ())
    attendees = summary.sections["attendees"]
    return replace(
        summary,
        metrics={**summary.metrics, **registrations.metrics(roll)},
        sections={
            **summary.sections,
            "attendees": details.add_to(attendees) if details else attendees,
            "registrations": section,
        },
    )


def render_documents(
    figures: Figures,
    settings: Settings,
    revision: Revision,
    tiers: Collection[Tier] = (),
    check_minutes: float | None = None,
) -> Iterator[Document]:
    """Yield every document except the manifest; documents of a lower tier only if it is in `tiers`.

    A merged session has no machine-readable tables, because its parts have them. Only its table of registrations is
    written, beside the report, for the report of its virtual event: who was in one part did not miss the session.
    """
    summary = replace(figures.summary, state=revision.state, revision=revision.number, check_minutes=check_minutes)
    pdfs = _pdfs(summary, settings)
    if settings.pdf and len(pdfs) < len(PDFS):
        summary = replace(summary, warnings=(*summary.warnings, _PDF_FAILED))
    for raw in figures.data.raw:
        yield Document(_key(figures.data, "raw", f"{raw.name}.gz"), raw.packed, "application/gzip")
    if not figures.data.session.parts:
        yield from _tables(figures, summary)
    yield from _reports(figures, summary, settings, pdfs)
    yield from workbooks(figures.data, figures.lists, summary, settings, tiers)
    for tier in sorted(set(tiers) - {"full"}):
        yield from _tier_reports(figures, summary, settings, tier)
    if figures.people is not None:
        yield people_document(figures.data.session.start, figures.data.session.cue_point_id, figures.people)


def people_document(start: datetime, cue_point_id: str, people: PeopleIndex) -> Document:
    """Return the people index of a session, merged session or virtual event as a document."""
    return Document(layout.key("index", start, cue_point_id, PEOPLE), people.body(), "text/plain; charset=us-ascii")


def _pdfs(summary: Summary, settings: Settings) -> dict[str, bytes]:
    report = PdfReport(summary, presentation_of(settings)) if settings.pdf else None
    return draw_pdfs(report, summary.session.cue_point_id) if report else {}


def draw_pdfs(report: PdfReport | EventPdf, cue_point_id: str) -> dict[str, bytes]:
    """Draw report.pdf and report-full.pdf, by file name; a PDF that cannot be drawn is left out."""
    found = {}
    for name, draw in zip(PDFS, (report.brief, report.full), strict=True):
        try:
            found[name] = draw()
        except RenderFailed as error:
            log.error("%s of session %s is missing: %s", name, cue_point_id, error)  # noqa: TRY400 - a traceback could quote names
    return found


def document_names(settings: Settings, tiers: Collection[Tier] = ()) -> set[str]:
    """Return the names of the reports and of their data in a complete export, without workbooks and follow-up lists."""
    reports = [*(["report.html"] * settings.html), *(PDFS if settings.pdf else ())]
    others = set(tiers) - {"full"}
    return {
        "summary.json",
        "attendees.csv",
        *reports,
        *(name_for(tier, name) for tier in others for name in reports),
        *(name_for(tier, "attendees.csv") for tier in others if tier == "names"),
    }


def added_file_names(figures: Figures) -> set[str]:
    """Return the names of the machine-readable files that archives of earlier versions may lack."""
    names = {f"{CONTEXT}.gz"} if figures.data.session.parts else {f"{CONTEXT}.gz", _SUMMARIES}
    names |= set() if figures.data.session.parts else {f"{name}.csv" for name in figures.tables}
    names |= {registrants.NAME} if figures.registrants else set()
    return names if figures.people is None else names | {PEOPLE}


def tiers_of(names: Iterable[str]) -> set[Tier]:
    """Return the tiers of the documents with these names."""
    present = set(names)
    return {tier for tier in get_args(Tier) if present & {name_for(tier, "report.html"), name_for(tier, "report.pdf")}}


def _tables(figures: Figures, summary: Summary) -> Iterator[Document]:
    for name, (body, rows) in {
        "rooms": (figures.rooms, len(figures.data.rooms)),
        "attendees": (figures.attendees, len(figures.attendee_rows) - 1),
        "breakouts": (figures.breakouts, len(figures.data.breakouts)),
        **figures.tables,
    }.items():
        yield Document(_key(figures.data, name, f"{name}.csv"), body, _CSV, rows)
    if figures.registrants:
        yield _registrants_document(figures, registrants.FOLDER, figures.registrants)
    yield Document(_key(figures.data, "summaries", _SUMMARIES), summary_row.to_line(summary), _JSON)


def _registrants_document(figures: Figures, folder: str, table: Table) -> Document:
    return Document(_key(figures.data, folder, registrants.NAME), table.body, _CSV, table.rows)


def _reports(figures: Figures, summary: Summary, settings: Settings, pdfs: Mapping[str, bytes]) -> Iterator[Document]:
    attendees = attendees_for_spreadsheets(figures, figures.attendee_rows, figures.attendees)
    yield Document(_key(figures.data, "reports", "attendees.csv"), attendees, _CSV, len(figures.attendee_rows) - 1)
    for each in figures.lists:
        yield Document(_key(figures.data, "reports", each.name), each.body, _CSV, each.segment.people)
    if figures.registrants and figures.data.session.parts:
        yield _registrants_document(figures, "reports", figures.registrants)
    yield Document(_key(figures.data, "reports", "summary.json"), to_json(summary, figures.sections), _JSON)
    if settings.html:
        html = render_html(summary, presentation_of(settings))
        yield Document(_key(figures.data, "reports", "report.html"), html, _HTML)
    for name, pdf in pdfs.items():
        yield Document(_key(figures.data, "reports", name), pdf, "application/pdf")


def attendees_for_spreadsheets(figures: Figures, rows: Sequence[csv_tables.Row], machine: bytes = b"") -> bytes:
    """Return the list of attendees for spreadsheets, without role and industry if the summary leaves them out.

    If the machine-readable CSV of the same rows exists, pass it as `machine`, because its lines can be used again.
    """
    if "no_roles" in figures.summary.sections["attendees"]:
        return csv_tables.excel_csv(csv_tables.without_columns(rows, {"role", "industry"}))
    return csv_tables.excel_csv(rows, machine)


def _tier_reports(figures: Figures, summary: Summary, settings: Settings, tier: Tier) -> Iterator[Document]:
    """Yield the documents of the tier `names` or `totals`."""
    visible = for_tier(summary, tier)
    if tier == "names":
        rows = attendee_rows_for(figures.attendee_rows, tier)
        name = name_for(tier, "attendees.csv")
        yield Document(
            _key(figures.data, "reports", name), attendees_for_spreadsheets(figures, rows), _CSV, len(rows) - 1
        )
    if settings.html:
        html = render_html(visible, presentation_of(settings))
        yield Document(_key(figures.data, "reports", name_for(tier, "report.html")), html, _HTML)
    for name, pdf in _pdfs(visible, settings).items():
        yield Document(_key(figures.data, "reports", name_for(tier, name)), pdf, "application/pdf")


def _key(data: SessionData, prefix: str, name: str) -> str:
    return layout.key(prefix, data.session.start, data.session.cue_point_id, name)
