"""The verdict of a virtual event: by published rules, without names; what is unknown is left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from debrief.documents.event.verdict import event_verdict
from debrief.documents.text.locale_formats import formats_of
from debrief.model import Metric, Summary
from support import event_samples

KNOWN = {
    "sessions": 4,
    "unique_attendees": 612,
    "people_breakout_only": 0,
    "returning_rate": 0.381,
    "all_sessions_rate": 0.0702,
    "presence_average": 96.2,
    "engagement_rate": 0.744,
}


def summary(**changed: Any) -> Summary:
    metrics = {key: Metric(value, "", "", "", None) for key, value in (KNOWN | changed).items()}
    return replace(event_samples.sample(listed=1), metrics=metrics)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {},
            (
                "612 people came to 4 sessions; 38% came to at least two, 7% to all. They spent 96 minutes in all "
                "sessions together on average, engaged for 74% of the time."
            ),
        ),
        (
            {"sessions": 2},
            (
                "612 people came to 2 sessions; 38% came to at least two. They spent 96 minutes in all sessions "
                "together on average, engaged for 74% of the time."
            ),
        ),
        (
            {"sessions": 1},
            "612 people came to the only session. They spent 96 minutes on average, engaged for 74% of the time.",
        ),
        (
            {"unique_attendees": 1, "returning_rate": 1.0},
            (
                "One person came to 4 sessions. They spent 96 minutes in all sessions together on average, engaged for "
                "74% of the time."
            ),
        ),
        (
            {"people_breakout_only": 3, "returning_rate": None, "engagement_rate": None},
            (
                "615 people took part in 4 sessions: 612 in main rooms and 3 only in breakouts. They spent 96 minutes "
                "in all sessions together on average."
            ),
        ),
        (
            {"unique_attendees": 0, "people_breakout_only": 1, "presence_average": None, "returning_rate": None},
            "One person took part in 4 sessions, only in a breakout.",
        ),
        ({"presence_average": None, "returning_rate": None}, "612 people came to 4 sessions."),
        ({"unique_attendees": 0}, "Kaltura identified nobody in this event."),
    ],
)
def test_an_event_is_described_in_two_sentences(changed: dict[str, Any], words: str) -> None:
    assert event_verdict(summary(**changed)) == words


def test_figures_are_written_as_the_reader_does() -> None:
    assert event_verdict(summary(unique_attendees=1612), formats_of("de")).startswith("1.612 people came")
