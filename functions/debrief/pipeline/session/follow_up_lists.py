"""Compute the follow-up lists as files, and the summary's section about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from debrief.documents.data.csv_tables import excel_csv
from debrief.documents.data.follow_up import follow_up_rows
from debrief.metrics.definition import Facts
from debrief.metrics.segments.all_segments import section, segments
from debrief.metrics.segments.audience import Audience
from debrief.model import AttendeeRow
from debrief.pipeline.session.staff import staff_of
from debrief.segment import Segment
from debrief.settings import Settings


@dataclass(frozen=True, slots=True)
class FollowUpList:
    """A follow-up list: its file name, its bytes, and its members."""

    name: str
    body: bytes = field(repr=False)
    segment: Segment


def follow_up(
    facts: Facts, page_only: Sequence[AttendeeRow], settings: Settings
) -> tuple[dict[str, Any], list[FollowUpList]]:
    """Return the section, and every list.

    A segment is the group of people on one list. If a segment cannot be computed, its list is empty. `page_only` are
    people who are only on the Summary page.
    """
    audience = Audience(facts, staff_of(facts.data, page_only, settings.staff), page_only, settings.zone)
    all_segments = segments(audience)
    lists = [FollowUpList(each.file, excel_csv(follow_up_rows(each)), each) for each in all_segments]
    return section(audience, all_segments), lists
