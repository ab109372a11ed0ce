"""CSV rows of the follow-up lists."""

from __future__ import annotations

from collections.abc import Sequence

from debrief.documents.data.csv_tables import Row
from debrief.documents.text import labels
from debrief.segment import Segment

COLUMNS = ("segment", "user_id", "user_name", "user_email", "reason")


def follow_up_rows(segment: Segment, questions: Sequence[str] | None = None) -> list[Row]:
    """Return a header and a row for each person on a list.

    With `questions`, which may be empty, the last columns are the company and the answers.
    """
    title = labels.SEGMENTS[segment.key]
    if questions is None:
        return [COLUMNS, *((title, *member[:4]) for member in segment.members)]
    return [
        (*COLUMNS, "company", *questions),
        *((title, *member[:4], member.company, *member.answers) for member in segment.members),
    ]
