"""Sample summaries for tests of documents: deterministic, with names from many scripts and hostile ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from debrief.metrics.summary import DEFINITIONS
from debrief.model import Finding, Metric, Person, Session, State, Summary
from support import page_sections as page
from support.sampled_metrics import sampled

START = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)

NAMES = (
    "Ana Souza",
    "José Ñandú",
    "Łukasz Żółć",
    "Αθηνά Παπαδοπούλου",
    "Дмитрий Шостакович",
    "דנה לוי",
    "محمد عبد الله",
    "فاطمة الزهراء (Fatima)",
    "王小明",
    "佐藤 花子",
    "김민준",
    "प्रिया शर्मा",
    "สมชาย ใจดี",
    "Nguyễn Thị Hương",
    "Zoë 🎉 O'Brien",
    "Þórbjörg Ægisdóttir",
    "Ingrid Åkesson-Lindqvist von Hohenstein zu Sonnenthal",
    "Jean-Noël Lefèvre",
    "李娜 (Li Na)",
    "Müller, Jörg",
)

HOSTILE = (
    "<script>alert('x')</script>",
    "<img src=http://127.0.0.1:9/x>",
    "{{ 7 * 7 }} {% raw %} ${x}",
    "A" * 300,
    "word " * 60,
    "\u202egnp.exe\u202c reversed",
    "lone \ud800 surrogate",
    "tab\tnew\nline\x00\x1b[31m",
    "Z̴̡̛̛̺̩̙̿̋͑a̵̢̛̯̺̓̋͝lgo",
    '=HYPERLINK("http://x")',
    "Undrawable \U0001f9ff\U00012000 end",
    "&amp; &lt; \"quoted\" 'single'",
    "<pdf:nextpage/><pdf:rltable></pdf:rltable>",
)


def attendee(number: int, name: str, **changes: Any) -> dict[str, Any]:
    """One row of the attendee section; the higher the number, the fewer the minutes."""
    row = {
        "user_id": f"user{number:05d}",
        "name": name,
        "email": f"user{number:05d}@example.org",
        "type": "Guest" if number % 5 == 4 else "User",
        "minutes": round(62.0 * (1 - (number * 7919 % 1000) / 1000) ** 0.45, 3),
        "engagement_rate": (number * 104729 % 1000) / 1000,
        "breakout_minutes": None,
    }
    return row | changes


def rich(people: int = 120, *, state: State = "provisional") -> Summary:
    """Many scripts, hostile names, an unidentified row, somebody from a breakout only, four breakouts, notes."""
    rows = [attendee(number, NAMES[number % len(NAMES)]) for number in range(people)]
    rows += [attendee(people + number, name) for number, name in enumerate(HOSTILE)]
    for row in rows[::3]:
        row["breakout_minutes"] = 12.5
    rows.append(attendee(9001, "", user_id="Unknown", email="", type="", minutes=22.4))
    rows.append(attendee(9002, "Only Breakout", minutes=None, engagement_rate=None, breakout_minutes=9.0))
    return summary(rows, state=state, breakouts=_breakouts(4), warnings=_WARNINGS)


def crowd(people: int, *, shown: int | None = None) -> Summary:
    """A large session; `shown` of its attendees are listed, all by default."""
    rows = [attendee(number, NAMES[number % len(NAMES)]) for number in range(people)]
    return summary(rows, shown=shown, breakouts=_breakouts(2))


def few(people: int = 3) -> Summary:
    """A handful of people, final, no breakouts."""
    return summary([attendee(number, NAMES[number]) for number in range(people)], state="final")


def webinar(people: int = 140, *, session: Session | None = None, viewers: int = 388, mapped: int = 50) -> Summary:
    """A session with the whole Summary page: every section, hostile texts in each, `mapped` people with a heatmap."""
    held = session or SESSION
    minutes = page.minutes_of(held)
    rows = [
        attendee(number, (*HOSTILE, *NAMES)[number % 33] if number < 66 else NAMES[number % len(NAMES)])
        | page.known_of(number)
        for number in range(people)
    ]
    for row in rows:
        row["minutes"] = round(row["minutes"] * minutes / 62, 3)
    rows.append(attendee(9001, "", user_id="Unknown", email="", type="", minutes=22.4))
    rows.append(
        attendee(9002, "Chat Only", minutes=None, engagement_rate=None) | page.known_of(5) | {"known_to": "60010"}
    )
    rows.append(attendee(9003, "Report Only") | {"known_to": "6001"})
    line = page.timeline(held, viewers)
    made = summary(
        rows,
        breakouts=_breakouts(4),
        warnings=_WARNINGS,
        session=held,
        counts={"viewers_of_shares": 412},
        timeline=line,
        reactions=page.reactions(held, line["reactions"]),
        polls=page.polls(),
        recordings=page.recordings(held),
        countries=page.countries(),
        devices=page.devices(),
    )
    listed = made.sections["attendees"]["rows"]
    for number, row in enumerate(listed[:mapped]):
        row["heatmap"] = page.heatmap(number, minutes)
    made.sections["attendees"]["heatmap"] = {"from": page.iso(held.start), "step_seconds": 60}  # type: ignore[index]
    return replace(made, metrics={**made.metrics, **page.metrics(held, line)})


def marathon(people: int = 25_000) -> Summary:
    """Nine hours, twenty-five thousand attendees, all of them listed."""
    day = replace(SESSION, end=START + timedelta(hours=9), entry_name="Annual conference, day 1: main stage")
    return webinar(people, session=day, viewers=21_300)


def nobody() -> Summary:
    """A session that nobody attended."""
    return summary([])


def summary(
    rows: Sequence[dict[str, Any]],
    *,
    state: State = "provisional",
    shown: int | None = None,
    breakouts: Sequence[dict[str, Any]] = (),
    warnings: Sequence[Finding] = (),
    session: Session | None = None,
    **sections: Any,
) -> Summary:
    """A summary whose metrics follow from its attendee rows."""
    for row in rows:
        row["presence"] = presence_of(row)
    rows = sorted(rows, key=lambda row: (-(row["minutes"] or 0.0), row["user_id"]))
    listed = rows if shown is None else rows[:shown]
    held = session or SESSION
    return Summary(
        session=held,
        host=Person("host@example.org", "Dr. Marta Kowalska", "host@example.org"),
        state=state,
        revision=2 if state == "final" else 1,
        metrics=metrics(rows, held.duration_minutes, breakouts),
        sections={
            "attendees": {"total": len(rows), "shown": len(listed), "rows": listed},
            "breakouts": {"rows": list(breakouts)},
            "minutes_stayed": _stayed(rows),
        }
        | sections,
        warnings=warnings,
    )


SESSION = Session(
    cue_point_id="1_cue00001",
    entry_id="1_room0001",
    start=START,
    end=START + timedelta(minutes=62),
    entry_name="Kundenforum Frühjahr: what's next for the platform",
    host_user_id="host@example.org",
)

_WARNINGS = (
    Finding("KALTURA_DISAGREES", "Report 6000 counts 118 unique users, the attendee list 131; 6000 is an estimate."),
    Finding("BREAKOUT_OPEN", "One breakout room, “Q&A <b>corner</b>”, has no end time; it was left out."),
)


def metrics(
    rows: Sequence[dict[str, Any]], duration: float, breakouts: Sequence[dict[str, Any]] = ()
) -> dict[str, Metric]:
    """The metrics of the contract, from rows that are merged per person already."""
    own = [row for row in rows if row["minutes"] is not None]
    known = sorted(row["minutes"] for row in own if row["user_id"] not in {"", "Unknown"})
    people, total = len(known), sum(row["minutes"] for row in own)
    guests = sum(row["type"] == "Guest" for row in own if row["user_id"] not in {"", "Unknown"})
    engaged = sum(row["minutes"] * (row["engagement_rate"] or 0) for row in own)
    average = total_of(known) / people if people else None
    shares = {
        f"stayed_{part}": sum(minutes >= duration * part / 100 for minutes in known) / people if people else None
        for part in (25, 50, 75, 90)
    }
    return sampled(
        DEFINITIONS,
        {
            "unique_attendees": people,
            "guests": guests,
            "users": people - guests,
            "minutes_total": total,
            "minutes_unidentified": total - total_of(known),
            "minutes_average": average,
            "minutes_median": _quantile(known, 0.5),
            "minutes_p90": _quantile(known, 0.9),
            "engagement_rate": engaged / total if total else None,
            "engagement_rate_mean": 0.48 if people else None,
            "attendance_share": average / duration if average else None,
            "kaltura_unique_users": 118 if people else 0,
            "kaltura_engagement_rate": 0.49 if people else None,
            "breakout_rooms": len(breakouts),
            "breakout_sessions": len(breakouts),
            "breakout_participants": sum(row["participants"] or 0 for row in breakouts),
            "breakout_minutes": sum(row["minutes"] or 0 for row in breakouts),
            "breakout_engagement_rate": 0.61 if breakouts else None,
        }
        | shares
        | _presence(rows, duration),
    )


def presence_of(row: dict[str, Any]) -> float | None:
    """As of a session in which Kaltura counts people in the main room while they are in a breakout."""
    known = [minutes for key in ("minutes", "breakout_minutes") if (minutes := row[key]) is not None]
    return max(known) if known and row["user_id"] not in {"", "Unknown"} else None


def _presence(rows: Sequence[dict[str, Any]], duration: float) -> dict[str, float | None]:
    """The figures of presence, the attended span being the whole session."""
    present = sorted(minutes for row in rows if (minutes := presence_of(row)) is not None)
    alone = sum(row["minutes"] is None and presence_of(row) is not None for row in rows)
    average = total_of(present) / len(present) if present else None
    shares = {
        f"present_{part}": sum(one >= duration * part / 100 for one in present) / len(present) if present else None
        for part in (25, 50, 75, 90)
    }
    return {
        "attended_minutes": duration,
        "people_present": len(present),
        "people_breakout_only": alone,
        "presence_average": average,
        "presence_median": _quantile(present, 0.5),
        "presence_p90": _quantile(present, 0.9),
        "presence_share": average / duration if average else None,
        **shares,
    }


def total_of(values: Iterable[float]) -> float:
    return sum(values, 0.0)


def _quantile(values: Sequence[float], part: float) -> float | None:
    if not values:
        return None
    place = (len(values) - 1) * part
    low, rest = int(place), place - int(place)
    return values[low] + rest * (values[min(low + 1, len(values) - 1)] - values[low])


def _stayed(rows: Sequence[dict[str, Any]], width: float = 5.0, count: int = 13) -> dict[str, Any]:
    minutes = [minutes for row in rows if (minutes := presence_of(row)) is not None]
    edges = [(n * width, (n + 1) * width) for n in range(count)] if minutes else []
    bins = [
        {"from_minutes": low, "to_minutes": high, "people": sum(low <= value < high for value in minutes)}
        for low, high in edges
    ]
    return {"people": len(minutes), "bins": bins}


def _breakouts(count: int) -> list[dict[str, Any]]:
    names = ("Workshop A: onboarding", "ワークショップ B", "Fragen & Antworten", "חדר שיחה")
    return [
        {
            "entry_id": f"1_brk{number:05d}",
            "cue_point_id": f"1_bcp{number:05d}",
            "name": names[number % len(names)],
            "initiator": "host@example.org",
            "start": "2026-11-17T09:20:00Z",
            "end": "2026-11-17T09:35:00Z",
            "minutes": 15.0,
            "participants": None if number == 3 else 9 + number,
            "engagement_rate": None if number == 3 else 0.55 + number / 20,
        }
        for number in range(count)
    ]
