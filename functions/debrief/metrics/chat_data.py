"""Kaltura has counted chat since 2 June 2024. For older sessions it sends zeros, which mean nothing."""

from __future__ import annotations

from datetime import UTC, datetime

from debrief.model import Session

# The page shows no chat figures of sessions before this day (analytics-front-end, mini-engagement.component.ts).
FIRST_DAY = datetime(2024, 6, 2, tzinfo=UTC)
CHAT_COLUMNS = {"chat_messages", "polls_answered", "qna_threads"}  # fields of a profile
NO_CHAT_DATA = "Kaltura has figures of the chat only since 2 June 2024"


def lacks_chat_data(session: Session) -> bool:
    """Return whether the session is older than Kaltura's chat figures."""
    return session.start < FIRST_DAY
