"""Records, deliveries, links and notes with which every ledger is tested."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from debrief.delivery.ledger.ledger import (
    Delivery,
    Link,
    Note,
    SessionRecord,
    SessionState,
)
from debrief.model import Part

END = datetime(2024, 8, 1, 10, 1, tzinfo=UTC)
NOW = datetime(2024, 8, 1, 11, 30, 0, 123456, tzinfo=UTC)
WAITING = SessionRecord("1_cue", "1_entry", END - timedelta(hours=1), END)
FULL = SessionRecord(
    "1_full",
    "1_entry",
    END - timedelta(hours=1),
    END,
    entry_name='Zoë\'s "room" ✓ \x00 #1; DROP TABLE',
    parent_entry_id="1_parent",
    state="exported",
    reason="Because.",
    revision=3,
    content_hash="abc",
    due=NOW,
    asked=NOW,
    begun=True,
    kind="joint",
    merged_id="joint-1_full",
    parts=(Part("1_a", END - timedelta(hours=1), END - timedelta(minutes=30)), Part('1_"b', END, NOW)),
    virtual_event_id="77",
    history={1: {"attendees": 41.0, "minutes": 1 / 3}, 2: {}, 10: {"attendees": 43.0}},
)
DELIVERY = Delivery("1_cue", 1, "0123456789abcdef", "anna@example.org", "You host the room.")
FULL_DELIVERY = replace(
    DELIVERY,
    state="sent",
    reason="Zoë.",
    at=NOW,
    occasion="link-2026-11-24",
    tier="names",
    timezone="Europe/Berlin",
    language="de-DE",
    before=1,
    mailed=3,
    dated=NOW,
    without_files=True,
)
LINK = Link("ab" * 32, "1_cue", DELIVERY.recipient_id, "totals", 2, NOW, NOW + timedelta(days=30))
MARK = Note("opened", "1_cue/0123456789abcdef/2024-08-02/report", NOW, "Why.")


def ended(cue_point_id: str, end: datetime, state: SessionState = "final") -> SessionRecord:
    return SessionRecord(cue_point_id, "1_entry", end - timedelta(hours=1), end, state=state)


def ids(records: object) -> list[str]:
    assert not isinstance(records, str)
    return [record.cue_point_id for record in records]  # type: ignore[attr-defined]
