"""The sections of a sample session that come from Kaltura's Summary page: deterministic, with hostile texts in each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import exp, sin
from typing import Any

from debrief.metrics.summary import PAGE_DEFINITIONS
from debrief.model import Metric, Session
from support.sampled_metrics import sampled

TITLES = ("Product Manager", "Head of Learning", "Solutions Architect", "Professorin für Didaktik", "データ分析", "")
COMPANIES = ("Acme", "Universität Zürich", "株式会社サンプル", "Ayuntamiento de Málaga", "<b>Bold & Sons</b>", "")
COUNTRIES = ("Germany", "Brazil", "Japan", "Israel", "India", "")
ROLES = ("Marketing", "Engineering", "", "Education")
INDUSTRIES = ("Software", "Higher education", "", "Public sector")
KINDS = ("clap", "heart", "think", "wow", "smile")

_HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>"


def iso(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def minutes_of(session: Session) -> int:
    return max(round(session.duration_minutes), 1)


def timeline(session: Session, most: int) -> dict[str, Any]:
    """People come in the first minutes, drift away slowly and leave at the end; every so often they react."""
    minutes = minutes_of(session)
    presence = [_presence(minute, minutes) for minute in range(minutes)]
    viewers = [round(most * part) for part in presence]
    engagement = [round(0.74 + 0.16 * sin(minute / 6) - 0.1 * minute / minutes, 4) for minute in range(minutes)]
    return {
        "from": iso(session.start),
        "step_seconds": 60,
        "viewers": viewers,
        "engagement": [rate if there else None for rate, there in zip(engagement, viewers, strict=True)],
        "reactions": {
            kind: [_reacted(minute, place, most) for minute in range(minutes)] for place, kind in enumerate(KINDS)
        },
    }


def _presence(minute: int, minutes: int) -> float:
    came = 1 - exp(-(minute + 0.4) / 4)
    left = 1 / (1 + exp((minute - minutes * 0.93) / max(minutes * 0.012, 0.6)))
    return came * left * (1 - 0.28 * minute / minutes)


def _reacted(minute: int, kind: int, most: int) -> int:
    burst = minute % 23 in {7, 8} or minute % 31 == 19
    return (minute * 7 + kind * 13) % (most // (6 if burst else 60) + 2) // (kind + 1)


def reactions(session: Session, series: dict[str, Sequence[int]]) -> dict[str, Any]:
    """The five groups of minutes with the most reactions, as the Summary page groups them: at most 20 groups."""
    minutes = len(series["clap"])
    size = -(-minutes // 20)
    groups = [
        _moment(
            session,
            start,
            min(start + size, minutes),
            {kind: sum(v[start : start + size]) for kind, v in series.items()},
        )
        for start in range(0, minutes, size)
    ]
    best = sorted((group for group in groups if group["total"]), key=lambda group: -group["total"])[:5]
    by_kind = {kind: sum(values) for kind, values in series.items()}
    return {"total": sum(by_kind.values()), "by_kind": by_kind, "moments": best}


def _moment(session: Session, start: int, end: int, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "from": iso(session.start + timedelta(minutes=start)),
        "to": iso(session.start + timedelta(minutes=end)),
        "total": sum(counts.values()),
        "top": max(counts, key=counts.__getitem__),
        "counts": counts,
    }


def known_of(number: int, *, heatmap: str | None = None) -> dict[str, Any]:
    """What the Summary page adds to one attendee's row."""
    row = {
        "title": TITLES[number % len(TITLES)] or None,
        "company": COMPANIES[number * 5 % len(COMPANIES)] or None,
        "country": COUNTRIES[number * 7 % len(COUNTRIES)] or None,
        "role": ROLES[number % len(ROLES)] or None,
        "industry": INDUSTRIES[number * 3 % len(INDUSTRIES)] or None,
        "reactions": number * 31 % 11,
        "raised_hands": number * 17 % 3,
        "chat_messages": number * 13 % 7,
        "polls_answered": number * 29 % 4,
        "qna_threads": number % 2,
        "attachments_downloaded": number * 11 % 3,
        "known_to": "both",
    }
    return row if heatmap is None else row | {"heatmap": heatmap}


def heatmap(number: int, minutes: int) -> str:
    """Comes a little late, is attentive in stretches, leaves a little early."""
    late, early = number * 3 % 9, number * 5 % 12
    return "".join(
        "-"
        if minute < late or minute >= minutes - early
        else "n"
        if (minute + number * 7) % 17 < 4 + number % 5
        else "e"
        for minute in range(minutes)
    )


def polls() -> dict[str, Any]:
    release = (("4.2", 118), ("4.1", 61), ("Older", 17), ("Not sure", 9))
    wishes = (("Synchronisierung", 143), ("共有", 97), (_HOSTILE, 12))
    years = (("2004", 22), ("2006", 97), ("2010", 31))
    options = (("Worth the hour", 1), ("أعجبني كثيرا", 1))
    useful = (("5", 64), ("4", 51), ("3", 12), ("2", 3), ("1", 0))
    return {
        "scope": "session",
        "since": None,
        "later_sessions": False,
        "rows": [
            _poll("Which release do you run today?", "Single answer", release),
            _poll("Was möchtet ihr als Nächstes sehen?", "Multiple answer", wishes, 171),
            _poll("In which year was the company founded?", "Correct answer", years, right="2006"),
            _poll(f"{_HOSTILE} What would you tell a colleague about today?", "Open ended", options, 88),
            _poll("How useful was this session for you?", "Rating scale", useful),
            _poll("Nobody answered this one", "Crowd vote", (("Yes", 0), ("No", 0))),
        ],
    }


def _poll(
    question: str, kind: str, answers: Sequence[tuple[str, int]], people: int | None = None, right: str = ""
) -> dict[str, Any]:
    total = sum(count for _, count in answers) if people is None else people
    return {
        "question": question,
        "type": kind,
        "participants": total,
        "counted": "new",
        "answers": [
            {
                "answer": words,
                "participants": count,
                "rate": count / total if total else None,
                "correct": words == right,
            }
            for words, count in answers
        ],
    }


def recordings(session: Session, days: int = 12) -> dict[str, Any]:
    first = session.start.date()
    plays = [{"day": str(first + timedelta(days=n)), "plays": (n * 37 + 61) % 97 // (n + 1)} for n in range(days)]
    entries = [
        {"entry_id": "1_rec00001", "name": "Recording: the whole session", "plays": 151, "impressions": 402,
         "minutes": 2210.5, "viewers": 96, "completion_rate": 0.41},
        {"entry_id": "1_rec00002", "name": "", "plays": 12, "impressions": 20, "minutes": 31.0, "viewers": 9,
         "completion_rate": None},
    ]  # fmt: skip
    viewers = [
        {"user_id": f"user{n:05d}", "name": name, "plays": 4 - n, "impressions": 6 - n, "minutes": 61.5 - 9 * n,
         "average_minutes": (61.5 - 9 * n) / (4 - n), "completion_rate": 0.97 - n / 5}
        for n, name in enumerate(("Ana Souza", "", _HOSTILE, "王小明"))
    ]  # fmt: skip
    return {"plays_by_day": plays, "entries": entries, "viewers": viewers}


def countries() -> dict[str, Any]:
    def row(code: str, country: str, live: int, recording: int, *regions: dict[str, Any]) -> dict[str, Any]:
        return {"code": code, "country": country, "live_viewers": live, "recording_viewers": recording,
                "live_share": live / 412, "regions": list(regions)}  # fmt: skip

    def region(name: str, live: int, recording: int, **cities: int) -> dict[str, Any]:
        return {"region": name, "live_viewers": live, "recording_viewers": recording, "cities": [
            {"city": city, "live_viewers": people, "recording_viewers": people // 3} for city, people in cities.items()
        ]}  # fmt: skip

    berlin, bayern = region("Berlin", 88, 20, Berlin=88), region("Bayern", 83, 20, München=61, Nürnberg=22)
    return {
        "rows": [
            row("DE", "Germany", 171, 40, berlin, bayern),
            row("BR", "Brazil", 96, 22, region("São Paulo", 96, 22, Campinas=12)),
            row("JP", "Japan", 81, 0),
            row("IN", "India", 52, 14, region("Unknown", 52, 14)),
            row("", "Unknown", 12, 20),
        ]
    }


def devices() -> dict[str, Any]:
    names = (("Computer", 322, 61), ("Mobile", 71, 30), ("Tablet", 16, 5), ("Digital media receiver", 3, 0))
    return {
        "rows": [
            {"device": name, "live_viewers": live, "recording_viewers": recording, "live_share": live / 412}
            for name, live, recording in names
        ]
    }


def metrics(session: Session, line: dict[str, Any], live: int = 412) -> dict[str, Metric]:
    """The figures of the page's cards."""
    viewers = line["viewers"]
    peak = viewers.index(max(viewers))
    sent = sum(map(sum, line["reactions"].values()))
    return sampled(
        PAGE_DEFINITIONS,
        {
            "viewers_total": live + 71,
            "viewers_live": live,
            "viewers_recording": 96,
            "minutes_viewed_average": 44.8,
            "minutes_viewed_average_live": 47.3,
            "minutes_viewed_average_recording": 23.1,
            "live_engagement_rate": 0.712,
            "reactions_users_rate": 0.381,
            "reactions_count": sent,
            "chat_users_rate": 0.246,
            "chat_messages_count": 512,
            "polls_users_rate": 0.574,
            "qna_users_rate": 0.052,
            "qna_threads_count": 31,
            "downloads_users_rate": 0.133,
            "downloads_count": 88,
            "recording_plays": 163,
            "peak_live_viewers": max(viewers),
            "peak_live_viewers_at": iso(session.start + timedelta(minutes=peak)),
        },
    )
