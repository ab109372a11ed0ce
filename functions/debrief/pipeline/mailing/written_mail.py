"""A finished email or message, and the files to which it may link."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from debrief.documents.mail.message import BRIEF_PDF

if TYPE_CHECKING:
    from debrief.delivery.channels.channel import Occasion

REPORT_FILES = {  # and their labels
    "report.html": "Report",
    "report.pdf": BRIEF_PDF,
    "report-full.pdf": "Full report as PDF",
    "report.xlsx": "Workbook for Excel",
    "attendees.csv": "Attendee list for Excel",  # shown only if the report has no workbook
}


@dataclass(frozen=True)
class WrittenMail:
    """A finished email, or message to a channel, and the revision whose figures it shows."""

    message: bytes = field(repr=False)
    revision: int
    date: datetime | None = None
    occasion: Occasion | None = None  # of a message to a channel
