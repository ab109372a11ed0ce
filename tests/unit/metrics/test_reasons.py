"""Why a figure has no value: a rate that Kaltura does not give is not the same as nobody there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from debrief.metrics.definition import Facts
from debrief.metrics.event import facts_of, summarize_event
from debrief.metrics.summary import DEFINITIONS
from debrief.model import AttendeeRow, BreakoutRow, RoomRow, Session, SessionData
from support import event_samples

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
SESSION = Session("1_cue", "1_room", START, START + timedelta(hours=1))
ANN = AttendeeRow("1_room", "1_cue", "ann", "Ann", "", "User", "30", "")
ROOM = RoomRow("1_room", "Room", "", "1_cue", "1762074000", "1762077600", "ann", "", "")
BREAKOUT = BreakoutRow("1_room", "Room", "1_bout", "A", "1_bcue", "ann", "1762074000", "1762075000", "1000", "4", "")


def reasons(data: SessionData) -> dict[str, str | None]:
    return {definition.key: definition.metric(Facts(data)).reason for definition in DEFINITIONS}


@pytest.mark.parametrize(
    ("key", "data", "reason"),
    [
        ("engagement_rate", SessionData(SESSION, attendees=[ANN]), "Kaltura gives no engagement rate"),
        ("engagement_rate", SessionData(SESSION), "no minutes were watched"),
        ("engagement_rate_mean", SessionData(SESSION, attendees=[ANN]), "Kaltura gives no engagement rate"),
        ("engagement_rate_mean", SessionData(SESSION), "no identified attendee"),
        ("breakout_engagement_rate", SessionData(SESSION, breakouts=[BREAKOUT]), "Kaltura gives no engagement rate"),
        ("breakout_engagement_rate", SessionData(SESSION), "no participant in a breakout"),
        ("kaltura_engagement_rate", SessionData(SESSION, rooms=[ROOM]), "report 6000 does not give this figure"),
        ("kaltura_unique_users", SessionData(SESSION, rooms=[ROOM]), "report 6000 does not give this figure"),
        ("kaltura_unique_users", SessionData(SESSION), "report 6000 has no row for the session"),
    ],
)
def test_a_figure_that_kaltura_does_not_give_is_not_explained_by_nobody(
    key: str, data: SessionData, reason: str
) -> None:
    assert reasons(data)[key] == reason


@pytest.mark.parametrize(
    ("rows", "reason"), [([ANN], "Kaltura gives no engagement rate"), ([], "no minutes were watched")]
)
def test_an_event_without_rates_says_so(rows: Sequence[AttendeeRow], reason: str) -> None:
    held = replace(event_samples.session(0, []), rows=rows)
    found = summarize_event(event_samples.EVENT, facts_of([held]), attendee_limit=9).metrics["engagement_rate"]
    assert (found.value, found.reason) == (None, reason)
