"""The parameters that all reports of the Summary page share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SummaryPageQuery:
    """Entries and times of the page's reports.

    Live viewers are counted from `start`, the session's start rounded down to the full hour (Kaltura aggregates
    hourly), to the session's `end`. Kaltura's page uses a webinar's scheduled time instead, which may include other
    sessions and exclude overtime. Viewers of the recording are counted until `until`. `vod_ids`, the recordings, is
    empty without a recording. It is also empty without a schedule event: such a session is not a webinar, so its
    recording is not counted.
    """

    live_ids: tuple[str, ...]
    vod_ids: tuple[str, ...]
    all_ids: tuple[str, ...]
    start: datetime
    end: datetime
    until: datetime
    is_recorded: bool = False
