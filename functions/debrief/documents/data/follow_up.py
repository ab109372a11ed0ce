"""CSV rows of the follow-up lists."""

from __future__ import annotations

from debrief.documents.data.csv_tables import Row
from debrief.documents.text import labels
from debrief.segment import Segment

COLUMNS = ("segment", "user_id", "user_name", "user_email", "reason")


def follow_up_rows(segment: Segment) -> list[Row]:
    """Return a header and a row for each person on a list."""
    title = labels.SEGMENTS[segment.key]
    return [COLUMNS, *((title, *member) for member in segment.members)]
