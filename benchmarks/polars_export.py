"""An approximate copy of Debrief's export of three reports with polars and orjson, for extraction.py.

It writes the same large files: raw answers, both lists of attendees, the follow-up lists that have people, the people
index, summary.json and manifest.json. It is faster than a complete copy would be: it does not ask Kaltura about the
session, keeps no ledger, writes no workbook and no empty file, checks rows only by their types, computes fewer figures,
and does not sync files to the disk.
"""

from __future__ import annotations

import gzip
import hashlib
import secrets
from pathlib import Path
from typing import Any

FIGURES = ("value", "unit", "formula", "source")
MINUTES, LISTED = 60.0, 5_000  # the session's length; people in summary.json
ADDED = (
    "breakout_minutes", "title", "company", "country", "role", "industry", "reactions", "raised_hands",
    "chat_messages", "polls_answered", "qna_threads", "attachments_downloaded", "event_id",
)  # fmt: skip


def export(answers: dict[str, bytes], folder: Path) -> Path:
    """Write all files of a session from Kaltura's answers, by the report's number. Returns the CSV of the attendees."""
    import orjson
    import polars as pl

    manifest: list[dict[str, Any]] = []

    def write(name: str, body: bytes, rows: int | None = None) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        digest = hashlib.sha256(body).hexdigest()
        manifest.append({"key": name, "bytes": len(body), "sha256": digest, "rows": rows, "version_id": None})

    for number, answer in answers.items():
        write(f"raw/{number}.csv.gz", gzip.compress(answer, 1, mtime=0))
    people = _attendees(answers["6001"])
    machine = people.write_csv().encode()
    write("attendees/attendees.csv", machine, len(people))
    texts = pl.col(pl.String)
    safe = people.with_columns(texts.str.replace(r"^(\s*[=+\-@])", "'$1"))
    write("reports/attendees.csv", b"\xef\xbb\xbf" + safe.write_csv(line_terminator="\r\n").encode(), len(people))
    lists = _lists(people)
    write("follow_up/follow_up.csv", pl.concat(lists.values()).write_csv().encode())
    for name, members in lists.items():
        write(f"reports/follow-up/{name}.csv", b"\xef\xbb\xbf" + members.write_csv().encode(), len(members))
    write("index/people.txt", _index(people))
    summary = {"metrics": _figures(people), "sections": _sections(people, lists)}
    write("reports/summary.json", orjson.dumps(summary, option=orjson.OPT_INDENT_2))
    write("reports/manifest.json", orjson.dumps({"files": manifest}, option=orjson.OPT_INDENT_2))
    return folder / "attendees" / "attendees.csv"


def _attendees(answer: bytes) -> Any:
    """Read report 6001, sorted by user id, with the columns that other reports would fill."""
    import polars as pl

    types = {"meeting_view_time": pl.Float64, "meeting_engaged_play_time_ratio": pl.Float64}
    read = pl.read_csv(answer, quote_char=None, schema_overrides=types, infer_schema=False, encoding="utf8")
    assert not read["user_id"].null_count()
    return read.sort("user_id").with_columns(pl.lit(None, pl.String).alias(name) for name in ADDED)


def _lists(people: Any) -> dict[str, Any]:
    """Return who stayed to the end, and the tenth with the highest mean rank of minutes and engagement."""
    import polars as pl

    minutes, rate = pl.col("meeting_view_time"), pl.col("meeting_engaged_play_time_ratio")
    ranked = people.with_columns(rank=(minutes.rank() + rate.rank()) / 2)
    found = {
        "stayed-to-the-end": (people.filter(minutes >= 0.9 * MINUTES), "there for {} of 60 minutes"),
        "most-engaged": (ranked.filter(pl.col("rank").rank() > 0.9 * len(people)), "{} of 60 minutes"),
    }
    names = ("user_id", "user_name", "user_email")
    return {
        key: members.select(
            pl.lit(key).alias("segment"), *names, pl.format(reason, minutes.round(1).cast(pl.String)).alias("reason")
        )
        for key, (members, reason) in found.items()
    }


def _index(people: Any) -> bytes:
    """Return a keyed hash of each user id, and of each address that differs."""
    key = secrets.token_bytes(32)

    def hashed(text: str) -> str:
        return hashlib.blake2b(text.encode(), key=key, digest_size=16).hexdigest()

    pairs = zip(people["user_id"], people["user_email"], strict=True)
    lines = {
        hashed(user) if not email or user == email else " ".join(sorted((hashed(user), hashed(email))))
        for user, email in pairs
    }
    return "\n".join(["debrief.people/1", *sorted(lines), ""]).encode()


def _figures(people: Any) -> dict[str, dict[str, Any]]:
    minutes, rate = people["meeting_view_time"], people["meeting_engaged_play_time_ratio"]
    total = minutes.sum()
    values = {
        "unique_attendees": people["user_id"].n_unique(),
        "guests": (people["user_type"] == "Guest").sum(),
        "minutes_total": total,
        "minutes_average": minutes.mean(),
        "minutes_median": minutes.median(),
        "minutes_p90": minutes.quantile(0.9, "linear"),
        "engagement_rate": (minutes * rate).sum() / total,
        "engagement_rate_mean": rate.mean(),
        **{f"stayed_{share}": (minutes >= share / 100 * MINUTES).mean() for share in (25, 50, 75, 90)},
    }
    return {key: dict(zip(FIGURES, (value, "", "", "6001"), strict=True)) for key, value in values.items()}


def _sections(people: Any, lists: dict[str, Any]) -> dict[str, Any]:
    columns = (
        "user_id",
        "user_name",
        "user_email",
        "user_type",
        "meeting_view_time",
        "meeting_engaged_play_time_ratio",
    )
    minutes = people["meeting_view_time"]
    bins = [int(((minutes >= start) & (minutes < start + 5)).sum()) for start in range(0, 60, 5)]
    rows = people.select(columns).sort("meeting_view_time", descending=True).head(LISTED).to_dicts()
    return {
        "attendees": {"total": len(people), "shown": len(rows), "rows": rows},
        "minutes_stayed": {"people": len(people), "bins": bins},
        "segments": {"rows": [{"key": key, "people": len(members)} for key, members in lists.items()]},
    }
