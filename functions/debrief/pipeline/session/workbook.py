"""Render the workbook of a session for each access tier."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from debrief.delivery.archive import layout
from debrief.documents.access_tiers import for_tier
from debrief.documents.workbook import CONTENT_TYPE
from debrief.documents.workbook.report import render_workbook
from debrief.metrics.definition import Facts
from debrief.metrics.sections import attendees
from debrief.model import Document, SessionData, Summary, Tier
from debrief.pipeline.session.follow_up_lists import FollowUpList
from debrief.pipeline.state.presentation_settings import presentation_of
from debrief.settings import Settings

NAME = "report.xlsx"


def workbooks(
    data: SessionData,
    lists: Sequence[FollowUpList],
    summary: Summary,
    settings: Settings,
    tiers: Collection[Tier],
) -> Iterator[Document]:
    """Yield the workbook with everything, and a workbook for each lower tier in `tiers`."""
    if not settings.workbook:
        return
    session, segments = summary.session, [each.segment for each in lists]
    everybody = _everybody(data, summary.sections["attendees"])
    whole = replace(summary, sections={**summary.sections, "attendees": everybody})
    for tier in _tiers(tiers):
        body = render_workbook(for_tier(whole, tier), presentation_of(settings), tier, segments)
        yield Document(
            layout.report_key(session.start, session.cue_point_id, layout.name_for(tier, NAME)), body, CONTENT_TYPE
        )


def workbook_names(settings: Settings, tiers: Collection[Tier]) -> set[str]:
    """Return the names of the workbooks in a complete export."""
    return {layout.name_for(tier, NAME) for tier in _tiers(tiers)} if settings.workbook else set()


def _everybody(data: SessionData, section: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the section of attendees with all of them; the summary may list only some."""
    return section if section["shown"] == section["total"] else attendees(Facts(data), section["total"])


def _tiers(tiers: Collection[Tier]) -> list[Tier]:
    return ["full", *sorted(set(tiers) - {"full"})]
