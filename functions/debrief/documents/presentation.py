"""Presentation of documents: time zone, language, paper, colour and logo."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

ACCENT = "#0b6470"


@dataclass(frozen=True, slots=True)
class Presentation:
    """The time zone of all times, the language that documents declare, and the hours from the end to the last check.

    `recording_url` is the address of a recording's page with `{entry_id}` for its id; blank: recordings have no links.
    The PDF also has a paper size, an accent colour (`#rrggbb`) and a logo (bytes of a PNG or JPEG; blank for none).
    """

    zone: ZoneInfo
    language: str = "en"
    last_check_hours: float = 24.0
    paper: Literal["a4", "letter"] = "a4"
    accent: str = ACCENT
    logo: bytes = field(default=b"", repr=False)
    recording_url: str = ""

    def last_check(self, end: datetime) -> datetime:
        """Return when the figures of a session that ended then are fetched for the last time."""
        return end + timedelta(hours=self.last_check_hours)
