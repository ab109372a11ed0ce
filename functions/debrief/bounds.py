"""The allowed ranges of numeric settings. A test compares the ranges with template.yaml and docs/settings.md."""

from __future__ import annotations

from typing import NamedTuple


class Bounds(NamedTuple):
    """The smallest and the largest allowed value."""

    least: float
    most: float


BOUNDS = {
    "DEBRIEF_ARCHIVE_DAYS": Bounds(0, 36_500),
    "DEBRIEF_CALLS_PER_SECOND": Bounds(0, 1_000),
    "DEBRIEF_CHANGE_THRESHOLD_PERCENT": Bounds(0, 1_000),
    "DEBRIEF_CHECK_HOURS": Bounds(0, 720),  # each number in the list
    "DEBRIEF_DAILY_HOUR": Bounds(0, 23),
    "DEBRIEF_HEATMAP_ATTENDEES": Bounds(0, 5_000),
    "DEBRIEF_INTERRUPTION_MINUTES": Bounds(0, 1_440),
    "DEBRIEF_LEDGER_DAYS": Bounds(30, 36_500),
    "DEBRIEF_LINK_DAYS": Bounds(1, 3_650),
    "DEBRIEF_LOOK_BACK_HOURS": Bounds(1, 8_760),
    "DEBRIEF_MIN_ATTENDEES": Bounds(0, 100_000),
    "DEBRIEF_MIN_MINUTES": Bounds(0, 1_440),
    "DEBRIEF_PDF_ATTACH_LIMIT_MB": Bounds(0, 25),
    "DEBRIEF_REPORT_ATTENDEES": Bounds(0, 100_000),
    "DEBRIEF_REPORT_ROW_LIMIT": Bounds(2, 100_000),  # Kaltura returns at most 100,000 rows
    "DEBRIEF_SETTLE_MINUTES": Bounds(0, 10_080),
}
