"""A session, and its record at several points of its life."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.model import Session
from debrief.pipeline.state import lifecycle
from debrief.settings import Settings

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
END = START + HOUR
SESSION = Session("1_cue00001", "1_room0001", START, END, "Sales, EMEA")
OPEN = replace(SESSION, end=START)
WAITING = SessionRecord(
    "1_cue00001", "1_room0001", START, END, reason=lifecycle.FIGURES_SETTLE, due=END + 45 * MINUTE, version=3
)
EXPORTED = replace(WAITING, state="exported", reason="", revision=1, begun=True, due=END + 6 * HOUR)
ABANDONED = replace(WAITING, end=START, state="failed", reason=lifecycle.NEVER_CLOSED, due=None)
SETTINGS = Settings()
