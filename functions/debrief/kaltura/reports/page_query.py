"""The parameters that all reports of the Summary page share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, times and mode of the page's reports.

    The live part is from `start`, the full hour before the session (Kaltura aggregates hourly), to the session's `end`.
    Kaltura's page uses a webinar's scheduled time instead, which may include other sessions and exclude overtime.
    Viewers of the recording are counted until `until`. `vod_ids` is empty without a recording, and for a room, whose
    recording is not counted.
    """

    live_ids: tuple[str, ...]
    vod_ids: tuple[str, ...]
    all_ids: tuple[str, ...]
    start: datetime
    end: datetime
    until: datetime
    is_webinar: bool
    is_recorded: bool = False
