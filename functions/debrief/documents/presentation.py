"""Presentation of documents: time zone, language, paper, colour and logo."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

ACCENT = "#0b6470"


@dataclass(frozen=True, slots=True)
class Presentation:
    """The settings of a document's presentation.

    `zone` applies to all times. `language` sets the formats of figures and dates in emails; the text is always English.
    `last_check_hours` counts from the session's end. `recording_url` is the address of a recording's page, with
    `{entry_id}` for the recording's id; if it is blank, recordings have no links. `paper`, `accent` (`#rrggbb`) and
    `logo` (a PNG or JPEG file, blank for no logo) apply to PDFs.
    """

    zone: ZoneInfo
    language: str = "en"
    last_check_hours: float = 24.0
    paper: Literal["a4", "letter"] = "a4"
    accent: str = ACCENT
    logo: bytes = field(default=b"", repr=False)
    recording_url: str = ""

    def last_check(self, end: datetime) -> datetime:
        """Return the time of the last check of a session that ended at `end`."""
        return end + timedelta(hours=self.last_check_hours)
