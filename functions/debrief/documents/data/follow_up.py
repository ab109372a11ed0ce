"""The lists for follow-up: one table a segment, a person a row; tables.excel_csv makes the file."""

from __future__ import annotations

from debrief.documents.data.csv_tables import Row
from debrief.documents.text import labels
from debrief.segments import Segment

COLUMNS = ("segment", "user_id", "user_name", "user_email", "reason")


def follow_up_rows(segment: Segment) -> list[Row]:
    """The header and the members in their order. A segment that nobody is in is its header."""
    title = labels.SEGMENTS[segment.key]
    return [COLUMNS, *((title, *member) for member in segment.members)]
