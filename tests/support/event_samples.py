"""Sample virtual events for tests: sessions with people who come to some of them, names from many scripts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from debrief.metrics.event import EventSession, facts_of, summarize_event
from debrief.model import AttendeeRow, Finding, Metric, Session, Summary, VirtualEvent
from support.summaries import HOSTILE, NAMES

START = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
EVENT = VirtualEvent("77", "Autumn customer days 2026")
TITLES = (
    "Opening: what's new this autumn",
    "Workshop: sensors & sync",
    "Ask the engineers <live>",
    "Closing and outlook",
    "Частые вопросы",
    "製品デモ: 新しい同期モデル",
)


def row(
    user_id: str, minutes: float | str, *, name: str = "", type_: str = "User", engaged: float = 0.5
) -> AttendeeRow:
    return AttendeeRow("1_room", "1_cue", user_id, name, "", type_, str(minutes), str(engaged))


def session(number: int, rows: Sequence[AttendeeRow], *, hours: float = 24.0, minutes: float = 60.0) -> EventSession:
    """The session of that number, each so many hours after the one before."""
    start = START + timedelta(hours=hours * number)
    held = Session(
        f"1_cue{number:05d}",
        f"1_room{number:04d}",
        start,
        start + timedelta(minutes=minutes),
        TITLES[number % len(TITLES)],
    )
    return EventSession(held, _metrics(rows, minutes), rows)


def sample(
    sessions: int = 4, people: int = 90, *, listed: int | None = None, hours: float = 24.0, revision: int = 1
) -> Summary:
    """An event with regulars, people who drop out, guests, nobody known, and names made to break things."""
    made = [session(number, _crowd(number, people), hours=hours) for number in range(sessions)]
    findings = (Finding("SESSIONS_MISSING", "One session of the event is not in this report."),)
    summary = summarize_event(
        EVENT, facts_of(made), attendee_limit=people * 3 if listed is None else listed, findings=findings
    )
    return Summary(summary.session, None, "final", revision, summary.metrics, summary.sections, summary.warnings)


def nobody() -> Summary:
    return summarize_event(EVENT, facts_of([session(0, []), session(1, [])]), attendee_limit=10)


def _crowd(number: int, people: int) -> list[AttendeeRow]:
    names = (*HOSTILE, *NAMES)
    rows = [
        AttendeeRow(
            "1_room",
            "1_cue",
            f"user{who:05d}@example.org",
            names[who % len(names)],
            f"user{who:05d}@example.org",
            "User",
            str(round(60 * (1 - (who * 7919 + number * 131) % 1000 / 1000) ** 0.6, 3)),
            str((who * 104729 + number * 37) % 1000 / 1000),
        )
        for who in range(people)
        if (who * 31 + number * 17) % 7 < 5 - number % 3
    ]
    rows += [
        AttendeeRow("1_room", "1_cue", f"{number:02d}guest{who:03d}", f"Guest {who}", "", "Guest", "12.5", "0.25")
        for who in range(people // 12)
    ]
    return [*rows, AttendeeRow("1_room", "1_cue", "Unknown", "", "", "", "22.5", "0.1")]


def _metrics(rows: Sequence[AttendeeRow], length: float) -> dict[str, Metric]:
    """The session's own metrics, as its archived summary holds them."""
    people: dict[str, float] = {}
    for one in rows:
        if one.user_id not in {"", "Unknown"}:
            people[one.user_id] = people.get(one.user_id, 0.0) + float(one.meeting_view_time)
    known = list(people.values())
    total = sum(float(one.meeting_view_time) for one in rows)
    engaged = sum(float(one.meeting_view_time) * float(one.meeting_engaged_play_time_ratio) for one in rows)
    values: dict[str, tuple[float | None, str]] = {
        "unique_attendees": (len(known), "people"),
        "presence_average": (sum(known) / len(known) if known else None, "minutes"),
        "presence_share": (sum(known) / len(known) / length if known else None, "ratio"),
        "present_75": (sum(one >= length * 0.75 for one in known) / len(known) if known else None, "ratio"),
        "engagement_rate": (engaged / total if total else None, "ratio"),
        "peak_live_viewers": (round(len(known) * 0.8) if known else None, "people"),
        "minutes_total": (total, "minutes"),
    }
    return {key: Metric(value, unit, "as in its report", "6001") for key, (value, unit) in values.items()}
