"""Rendering: the PDFs, the HTML report and the workbook of sessions with 100 to 25,000 attendees and every section.

    python -m benchmarks.rendering
    python -m benchmarks.rendering tags

The second command compares the full PDF with and without tags, in turn.

Each size runs in a process of its own. CPU seconds are of the rendering alone, after imports: the first one (fonts
are read) and the median of three more; memory is the process's peak. Growth is the exponent between 1,000 and 10,000
attendees: 1 is linear.
"""

from __future__ import annotations

import json
import math
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.measure import python
from debrief.model import Metric, Summary
from debrief.util.values import utc_text

SIZES = {"summary": (100, 1_000, 10_000), "pdf": (100, 1_000, 10_000), "html": (100, 1_000, 10_000, 25_000),
         "workbook": (100, 1_000, 10_000)}  # fmt: skip
START = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
MINUTES = 62
HEATMAPS = 50


def main() -> None:
    if sys.argv[1:] == ["tags"]:
        compare_tags()
        return
    if len(sys.argv) == 3:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
        return
    print(f"{'':<8} {'attendees':>9} {'first CPU s':>12} {'next CPU s':>11} {'peak MB':>8} {'bytes':>10}")
    for kind, sizes in SIZES.items():
        found = {attendees: _show(kind, attendees) for attendees in sizes}
        first, following = (math.log10(found[10_000][name] / found[1_000][name]) for name in ("first", "next"))
        print(f"{kind:<8} {'growth':>9} {first:12.2f} {following:11.2f}")


def compare_tags(rounds: int = 3) -> None:
    """Print the medians of the full PDF's CPU seconds without and with tags, and their ratio."""
    print(f"{'attendees':>9} {'first CPU s':>18} {'next CPU s':>18} {'peak MB':>8} {'bytes':>10}")
    for attendees in (1_000, 5_000, 10_000):
        runs = [(_measured("untagged", attendees), _measured("pdf", attendees)) for _ in range(rounds)]
        seconds = []
        for name in ("first", "next"):
            plain, tagged = (statistics.median(run[kind][name] for run in runs) for kind in (0, 1))
            seconds.append(f"{plain:.2f} {tagged:.2f} {tagged / plain:.2f}")
        last = runs[-1][1]
        print(f"{attendees:9} {seconds[0]:>18} {seconds[1]:>18} {last['peak_mb']:8.0f} {last['bytes']:10}")


def _measured(kind: str, attendees: int) -> dict[str, float]:
    command = python("-m", "benchmarks.rendering", kind, str(attendees))
    taken: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return taken


def _show(kind: str, attendees: int) -> dict[str, float]:
    taken = _measured(kind, attendees)
    print(
        f"{kind:<8} {attendees:9} {taken['first']:12.2f} {taken['next']:11.2f}"
        f" {taken['peak_mb']:8.0f} {taken['bytes']:10}"
    )
    return taken


def measure(kind: str, attendees: int) -> dict[str, float]:
    """Render four times in this process."""
    from zoneinfo import ZoneInfo

    from debrief.documents.html.report import render_html
    from debrief.documents.pdf.report import PdfReport
    from debrief.documents.presentation import Presentation
    from debrief.documents.workbook.report import render_workbook

    look = Presentation(ZoneInfo("Europe/Berlin"))
    made = summary(attendees)
    if kind == "untagged":
        _skip_tags()
        kind = "pdf"
    if kind in {"summary", "pdf"}:
        import debrief.documents.pdf.full  # noqa: F401  imports are no part of what is measured
    renderer = {
        "summary": lambda made, look: PdfReport(made, look).brief(),
        "pdf": lambda made, look: PdfReport(made, look).full(),
        "html": render_html,
        "workbook": lambda made, look: render_workbook(made, look, "full", ()),
    }[kind]
    seconds = [_cpu(lambda: renderer(made, look)) for _ in range(4)]
    return {
        "first": seconds[0],
        "next": statistics.median(seconds[1:]),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "bytes": len(renderer(made, look)),
    }


def _skip_tags() -> None:
    """Let every new document skip its elements: all that is drawn is an artifact."""
    from debrief.documents.pdf.tags import Tags

    begin = Tags.__init__

    def begin_artifact(tags: Any, *functions: Any) -> None:
        begin(tags, *functions)
        tags._is_artifact = True  # noqa: SLF001  only a measurement wants this

    changed: Any = Tags
    changed.__init__ = begin_artifact


def summary(attendees: int) -> Summary:
    """A session with that many attendees of the sample account's crowd, and with every section of a report."""
    from debrief.metrics.definition import Facts
    from debrief.metrics.summary import summarize
    from debrief.model import AttendeeRow, Session, SessionData
    from kaltura_standin.crowd import big_account

    run = big_account(attendees, MINUTES).rooms[0].runs[0]
    rows = [
        AttendeeRow("1_room", run.id, one.user_id, one.name, one.email, one.type, _minutes(one.stays), str(one.engaged))
        for one in run.attendances
    ]
    session = Session(run.id, "1_room", START, START + timedelta(minutes=MINUTES), "Annual conference")
    made = summarize(Facts(SessionData(session, attendees=rows)), attendee_limit=attendees)
    return replace(made, metrics={**made.metrics, **figures()}, sections={**made.sections, **sections(made)})


def sections(made: Summary) -> dict[str, Any]:
    """What the Summary page adds: a timeline, moments, polls, recordings, origins, and more of each attendee."""
    line = [min(minute * 40, 380) - minute for minute in range(MINUTES)]
    known = {"title": "Engineer", "company": "Universität Zürich", "reactions": 4, "raised_hands": 1,
             "chat_messages": 12, "polls_answered": 3, "qna_threads": 1, "attachments_downloaded": 2}  # fmt: skip
    listed = made.sections["attendees"]
    rows = [
        {**row, **known} | ({"heatmap": "eeen-ne" * 9} if n < HEATMAPS else {}) for n, row in enumerate(listed["rows"])
    ]
    begin = {"from": utc_text(START), "step_seconds": 60}
    answers = [{"answer": f"Answer {n}", "participants": 10 * n, "rate": n / 5, "correct": n == 3} for n in range(5)]
    plays = {
        "plays": 40,
        "impressions": 90,
        "minutes": 700.5,
        "viewers": 31,
        "completion_rate": 0.4,
        "average_minutes": 9,
    }
    seen = {"live_viewers": 40, "recording_viewers": 9}
    return {
        "attendees": {**listed, "rows": rows, "heatmap": begin},
        "timeline": {**begin, "viewers": line, "engagement": [0.6] * MINUTES, "reactions": {"clap": [3] * MINUTES}},
        "reactions": {"total": 186, "by_kind": {"clap": 186}, "moments": [
            {"from": utc_text(START + timedelta(minutes=n)), "to": utc_text(START + timedelta(minutes=n + 4)),
             "total": 12, "top": "clap", "counts": {"clap": 12}} for n in range(4, 44, 8)]},
        "polls": {"rows": [{"question": f"Question {n}?", "type": "Correct answer", "participants": 200,
                            "answers": answers} for n in range(8)]},
        "recordings": {"plays_by_day": [{"day": f"2026-11-{n}", "plays": n} for n in range(18, 30)],
                       "entries": [{**plays, "entry_id": "1_recording", "name": "Recording"}],
                       "viewers": [{**plays, "user_id": f"user{n}", "name": f"Viewer {n}"} for n in range(100)]},
        "countries": {"rows": [{**seen, "code": "DE", "country": f"Country {n}", "live_share": 0.1,
                                "regions": [{**seen, "region": "Region", "cities": []}]} for n in range(30)]},
        "devices": {"rows": [{**seen, "device": "Computer", "live_share": 0.7}]},
    }  # fmt: skip


def figures() -> dict[str, Metric]:
    """The figures of the page's cards."""
    rates = ("live_engagement", "reactions_users", "chat_users", "polls_users", "qna_users", "downloads_users")
    counts = ("reactions_count", "chat_messages_count", "qna_threads_count", "downloads_count", "recording_plays")
    people = ("viewers_total", "viewers_live", "viewers_recording", "peak_live_viewers")
    return (
        {f"{name}_rate": Metric(0.4, "ratio", "users ÷ viewers", "60003") for name in rates}
        | {name: Metric(120, "count", "as Kaltura counts them", "60003") for name in counts}
        | {name: Metric(380, "people", "as Kaltura estimates them", "60002") for name in people}
    )


def _minutes(stays: tuple[tuple[int, int], ...]) -> str:
    return str(sum(end - start for start, end in stays) / 60)


def _cpu(render: Callable[[], object]) -> float:
    started = time.process_time()
    render()
    return time.process_time() - started


if __name__ == "__main__":
    main()
