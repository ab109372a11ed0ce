"""The workbook of a session."""

from __future__ import annotations

from collections.abc import Sequence

from debrief.documents.presentation import Presentation
from debrief.documents.view.session_header import room_name
from debrief.documents.workbook.contents import sheets
from debrief.documents.workbook.writer import write_workbook
from debrief.model import Summary, Tier
from debrief.segment import Segment


def render_workbook(summary: Summary, presentation: Presentation, tier: Tier, segments: Sequence[Segment]) -> bytes:
    """Render the workbook of a summary for a tier. The same input gives the same bytes.

    Only the tier `full` gets the members of the `segments`, and the attendees' user ids and email addresses.
    """
    all_sheets = sheets(summary, presentation, tier, segments if tier == "full" else ())
    return write_workbook(all_sheets, room_name(summary), max(summary.session.start, summary.session.end))
