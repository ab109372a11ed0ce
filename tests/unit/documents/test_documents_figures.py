"""Figures and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from debrief.documents.text import figures, times
from debrief.model import Metric

DASH = "\N{EN DASH}"


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1234, "people", "1,234 people"),
        (1, "people", "1 person"),
        (41.25001, "minutes", "41.3 min"),
        (0.6655, "ratio", "66.6%"),
        (1.0, "ratio", "100.0%"),
        (4, "count", "4"),
        (None, "minutes", DASH),
        (float("nan"), "ratio", DASH),
        (float("inf"), "people", DASH),
        (-1e-14, "minutes", "0.0 min"),
    ],
)
def test_a_figure_carries_its_unit(value: float | None, unit: str, expected: str) -> None:
    assert figures.figure(Metric(value, unit, "", "")) == expected


@pytest.mark.parametrize(
    ("start", "minutes", "zone", "expected"),
    [
        ("2026-11-17T09:00:00", 62, "Europe/Berlin", "Tue 17 November 2026, 10:00-11:02 CET (Europe/Berlin)"),
        ("2026-11-17T09:00:00", 62, "UTC", "Tue 17 November 2026, 09:00-10:02 UTC"),
        (
            "2026-11-17T22:30:00",
            75,
            "Europe/Berlin",
            "Tue 17 November 2026, 23:30 - Wed 18 November 2026, 00:45 CET (Europe/Berlin)",
        ),
        ("2026-10-25T00:30:00", 60, "Europe/Berlin", "Sun 25 October 2026, 02:30 CEST - 02:30 CET (Europe/Berlin)"),
        ("2026-03-29T00:30:00", 60, "Europe/Berlin", "Sun 29 March 2026, 01:30 CET - 03:30 CEST (Europe/Berlin)"),
        (
            "2026-11-17T09:00:00",
            30,
            "America/Sao_Paulo",
            "Tue 17 November 2026, 06:00-06:30 UTC-03 (America/Sao_Paulo)",
        ),
        ("2026-11-17T09:00:00", 0, "Asia/Tokyo", "from Tue 17 November 2026, 18:00 JST (Asia/Tokyo)"),
    ],
)
def test_a_session_is_dated_in_the_organizers_zone(start: str, minutes: int, zone: str, expected: str) -> None:
    begin = datetime.fromisoformat(start).replace(tzinfo=UTC)
    printed = times.when(begin, begin + timedelta(minutes=minutes), ZoneInfo(zone))
    assert printed.replace(DASH, "-") == expected
