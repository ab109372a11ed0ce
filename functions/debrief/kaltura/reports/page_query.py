"""What every report of the Summary page is asked for: entries, spans of time, and the mode."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Page:
    """The question behind every report of the page.

    The live part runs from `start`, the full hour before the session because Kaltura aggregates by the hour, to its
    `end`. The page itself takes the scheduled time of a webinar, which may hold several sessions and cuts off what ran
    over; a report about one session must not. Viewers of the recording are counted until `until`. `vod_ids` is empty
    where there is no recording, and for a room, whose recording is not counted.
    """

    live_ids: tuple[str, ...]
    vod_ids: tuple[str, ...]
    all_ids: tuple[str, ...]
    start: datetime
    end: datetime
    until: datetime
    is_webinar: bool
    is_recorded: bool = False
