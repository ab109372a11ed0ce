"""Compute the follow-up lists as files, and the summary's section about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from debrief.documents.data.csv_tables import excel_csv
from debrief.documents.data.follow_up import follow_up_rows
from debrief.metrics.registrations.answers import Details
from debrief.metrics.registrations.lists import lists as registration_lists
from debrief.metrics.registrations.roll import Roll
from debrief.metrics.segments.all_segments import section, segments
from debrief.metrics.segments.audience import Audience
from debrief.model import NotKnown
from debrief.segment import Segment


@dataclass(frozen=True, slots=True)
class FollowUpList:
    """A follow-up list: its file name, its bytes, and its members."""

    name: str
    body: bytes = field(repr=False)
    segment: Segment


def follow_up(
    audience: Audience, roll: Roll | NotKnown | None, details: Details | None = None
) -> tuple[dict[str, Any], list[FollowUpList]]:
    """Return the section, and every list; with `details`, its people have a company and answers.

    A segment is the group of people on one list. If a segment cannot be computed, its list is empty.
    """
    all_segments = [*segments(audience), *registration_lists(audience, roll)]
    questions = details.questions if details else None
    if details:
        all_segments = [details.add_to_list(each, audience.profiles) for each in all_segments]
    lists = [FollowUpList(each.file, excel_csv(follow_up_rows(each, questions)), each) for each in all_segments]
    return section(audience, all_segments), lists
