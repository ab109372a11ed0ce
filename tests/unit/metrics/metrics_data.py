"""Sessions for the arithmetic: rows made by hand or by chance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from debrief.metrics.definition import Facts
from debrief.metrics.summary import summarize
from debrief.model import AttendeeRow, BreakoutRow, Metric, RoomRow, Session, SessionData, Summary

START = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)


def session(minutes: float = 60.0) -> Session:
    return Session("1_cue", "1_room", START, START + timedelta(minutes=minutes), "Weekly")


def row(
    user_id: str, minutes: str = "1", ratio: str = "0.5", kind: str = "User", name: str = "", email: str = ""
) -> AttendeeRow:
    return AttendeeRow("1_room", "1_cue", user_id, name, email, kind, minutes, ratio)


def side(user_id: str, minutes: str = "1", name: str = "") -> AttendeeRow:
    return AttendeeRow("1_brk", "1_side", user_id, name, "", "User", minutes, "0.5")


def breakout(entry: str = "1_brk", seconds: str = "600", people: str = "3", ratio: str = "0.5") -> BreakoutRow:
    return BreakoutRow(
        "1_room", "Weekly", entry, "Side", f"{entry}cue", "Ann", "1795014000", "1795014600", seconds, people, ratio
    )


def room(people: str = "3", ratio: str = "0.5", entry: str = "1_room", parent: str = "") -> RoomRow:
    return RoomRow(entry, "Weekly", parent, "1_cue", "1795014000", "1795017600", "ann", people, ratio)


def data(
    attendees: Sequence[AttendeeRow] = (),
    *,
    minutes: float = 60.0,
    rooms: Sequence[RoomRow] = (),
    breakouts: Sequence[BreakoutRow] = (),
    apart: Sequence[AttendeeRow] = (),
) -> SessionData:
    return SessionData(
        session(minutes), rooms=rooms, attendees=attendees, breakouts=breakouts, breakout_attendees=apart
    )


def summary_of(given: SessionData, limit: int = 5000) -> Summary:
    return summarize(Facts(given), attendee_limit=limit)


def metrics_of(given: SessionData) -> dict[str, float | str | None]:
    return {key: metric.value for key, metric in summary_of(given).metrics.items()}


def metric_of(given: SessionData, key: str) -> Metric:
    return summary_of(given).metrics[key]


USERS = st.sampled_from(["", " ", "Unknown", "ann", "bob", "cy", "dan", "eve", "unknown", "Unknown "])
MINUTES = st.one_of(
    st.sampled_from(["0", "60", "15", "1.0E-5", ""]), st.floats(0, 100).map(lambda x: f"{round(x, 6):.14g}")
)
RATIOS = st.one_of(st.sampled_from(["0", "1", "", "1.2", "-0.1"]), st.floats(0, 1).map(lambda x: f"{round(x, 9):.14g}"))
KINDS = st.sampled_from(["Guest", "User", ""])
ROWS = st.lists(st.builds(row, USERS, MINUTES, RATIOS, KINDS), max_size=15)
HOSTILE = st.sampled_from(
    ["nan", "inf", "-inf", "1e999", "1e308", "-1e308", "1e15", "1_000", "x", "", "-5", "0x1", "٣"]
)
BREAKOUTS = st.lists(
    st.builds(
        breakout,
        st.sampled_from(["1_b1", "1_b2", "1_b3"]),
        st.integers(0, 5000).map(str) | st.just(""),
        st.integers(0, 50).map(str) | st.just(""),
        RATIOS,
    ),
    max_size=6,
)
