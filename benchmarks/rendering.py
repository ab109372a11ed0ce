"""Rendering: the PDF and the HTML report of sessions with 100, 1,000 and 10,000 attendees, all of them listed.

    python -m benchmarks.rendering

Each size runs in a process of its own. CPU seconds are of the rendering alone, after imports: the first one (fonts
are read) and the median of three more; memory is the process's peak.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from benchmarks.measure import python

SIZES = (100, 1_000, 10_000)
START = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
MINUTES = 62


def main() -> None:
    if len(sys.argv) == 3:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
        return
    print(f"{'':<6} {'attendees':>9} {'first CPU s':>12} {'next CPU s':>11} {'peak MB':>8} {'bytes':>10}")
    for kind in ("pdf", "html"):
        for attendees in SIZES:
            command = python("-m", "benchmarks.rendering", kind, str(attendees))
            taken = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            print(
                f"{kind:<6} {attendees:9} {taken['first']:12.2f} {taken['next']:11.2f}"
                f" {taken['peak_mb']:8.0f} {taken['bytes']:10}"
            )


def measure(kind: str, attendees: int) -> dict[str, float]:
    """Render four times in this process."""
    from zoneinfo import ZoneInfo

    from debrief.documents.html import render_html
    from debrief.documents.pdf import render_pdf
    from debrief.documents.view import Look

    look = Look(ZoneInfo("Europe/Berlin"))
    made = summary(attendees)
    if kind == "pdf":
        import xhtml2pdf.pisa  # noqa: F401 - not part of what is measured
    renderer = render_pdf if kind == "pdf" else render_html
    seconds = [_cpu(lambda: renderer(made, look)) for _ in range(4)]
    return {
        "first": seconds[0],
        "next": statistics.median(seconds[1:]),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "bytes": len(renderer(made, look)),
    }


def summary(attendees: int) -> object:
    """A session with that many attendees of the sample account's crowd."""
    from debrief.metrics.summary import summarize
    from debrief.model import AttendeeRow, Session, SessionData
    from debrief.standin.crowd import big_account

    run = big_account(attendees, MINUTES).rooms[0].runs[0]
    rows = [
        AttendeeRow("1_room", run.id, one.user_id, one.name, one.email, one.type, _minutes(one.stays), str(one.engaged))
        for one in run.attendances
    ]
    session = Session(run.id, "1_room", START, START + timedelta(minutes=MINUTES), "Annual conference")
    return summarize(SessionData(session, attendees=rows), state="final", revision=1, attendee_limit=attendees)


def _minutes(stays: tuple[tuple[int, int], ...]) -> str:
    return str(sum(end - start for start, end in stays) / 60)


def _cpu(render: Callable[[], object]) -> float:
    started = time.process_time()
    render()
    return time.process_time() - started


if __name__ == "__main__":
    main()
