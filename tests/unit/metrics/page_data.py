"""Answers of the Summary page's reports, by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from debrief.metrics import page
from debrief.metrics.definition import Facts
from debrief.model import PageData, Session, SessionData
from debrief.util.columns import Cells

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
END = START + timedelta(minutes=61)
KINDS = ("clap", "heart", "think", "wow", "smile")


def facts(tables: dict[str, Any] | None = None, start: datetime = START, end: datetime = END, **more: Any) -> Facts:
    session = Session("1_cue00001", "1_room0001", start, end)
    if tables is None:
        return Facts(SessionData(session))
    return Facts(SessionData(session, page=PageData(start, end, tables, **more)))


def metrics(tables: dict[str, Any] | None) -> dict[str, Any]:
    return {definition.key: definition.metric(facts(tables)) for definition in page.GROUP}


def minute(at: int, viewers: int, engaged: float = 0.5, **reactions: int) -> Cells:
    cells = {
        "position": str(int(START.timestamp()) + 60 * at),
        "combined_live_view_period_count": str(viewers),
        "combined_live_engaged_users_ratio": str(engaged),
    }
    return cells | {f"reaction_{kind}_clicked": str(reactions.get(kind, 0)) for kind in KINDS}


def poll(**more: Any) -> dict[str, Any]:
    options = [{"option": "3", "nvoted": 10}, {"option": "7", "nvoted": 30}]
    return {"question": "How many?", "type": "MultipleChoice", "nvoted": 32, "options": options} | more
