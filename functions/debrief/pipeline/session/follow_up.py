"""The lists for follow-up as files, and the section of the summary that counts who is on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from debrief.documents.data.csv_tables import excel_csv
from debrief.documents.data.follow_up import follow_up_rows
from debrief.metrics.definition import Facts
from debrief.metrics.segments.audience import Audience
from debrief.metrics.segments.follow_up import section, segments
from debrief.model import AttendeeRow
from debrief.pipeline.session.staff import staff_of
from debrief.settings import Settings


@dataclass(frozen=True, slots=True)
class List:
    """One list: the name of its file, its bytes, and how many people are on it."""

    name: str
    body: bytes = field(repr=False)
    people: int


def follow_up(facts: Facts, apart: Sequence[AttendeeRow], settings: Settings) -> tuple[dict[str, Any], list[List]]:
    """The section, and every list; that of a segment which is not known is empty.

    `apart` are people whom only the Summary page knows. The settings say who else is staff, and in which time zone the
    report gives dates.
    """
    audience = Audience(facts, staff_of(facts.data, apart, settings.staff), apart, settings.zone)
    found = segments(audience)
    lists = [List(one.file, excel_csv(follow_up_rows(one)), one.people) for one in found]
    return section(audience, found), lists
