"""A digest of many sessions, from a ledger in a file: CPU seconds and memory of a process of its own.

    python -m benchmarks.digest [--sessions 10000] [--weeks 6] [--admin]

The ledger is written first, without being counted. Every session of the last week has a report, and each of the weeks
before it as many, whose notes the trend reads. `--admin` composes the digest of an admin, which examines each session.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.load import services
from debrief.delivery.ledger.ledger import DIGEST, IN_DIGEST, Delivery, Note, SessionRecord
from debrief.delivery.ledger.sqlite import SqliteLedger
from debrief.delivery.mail.addresses import recipient_id
from debrief.pipeline.mailing.digest_mail import digest_mail
from debrief.pipeline.state.presentation_settings import presentation_for

WHO = "ann@example.com"
MONDAY = datetime(2026, 11, 30, tzinfo=UTC)
WEEK = timedelta(days=7)
KEY = recipient_id(WHO)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--weeks", type=int, default=6)
    parser.add_argument("--admin", action="store_true")
    parser.add_argument("--compose", help=argparse.SUPPRESS)  # the folder of the ledger, in the measured process
    args = parser.parse_args()
    if args.compose:
        _compose(args.compose, is_admin=args.admin)
        return
    with tempfile.TemporaryDirectory() as folder:
        _fill(Path(folder), args.sessions, args.weeks)
        options = ["--admin"] if args.admin else []
        subprocess.run([sys.executable, "-m", "benchmarks.digest", "--compose", folder, *options], check=True)


def _fill(folder: Path, sessions: int, weeks: int) -> None:
    ledger = SqliteLedger(folder / "ledger.sqlite3")
    figures = {
        "unique_attendees": 31.0,
        "presence_share": 0.8,
        "engagement_rate": 0.6,
        "first_time": 9.0,
        "came_back": 20.0,
    }
    with ledger.batch():
        for week in range(weeks):
            start = MONDAY - (week + 1) * WEEK
            year, number, _ = start.isocalendar()
            for place in range(sessions):
                at = start + timedelta(seconds=place * 60)
                name = f"1_w{week}s{place:05}"
                note = Note("listed", f"{KEY}/{year}-W{number:02}/{name}", at + timedelta(hours=2), "1 final 31")
                ledger.put_note(note)
                if week:
                    continue
                own = {**figures, "presence_share": place % 97 / 97}
                ledger.save(
                    SessionRecord(
                        name,
                        f"1_r{place % 400:04}",
                        at,
                        at + timedelta(minutes=50),
                        f"Customer clinic {place % 400}",
                        state="final",
                        revision=1,
                        history={1: own},
                    )
                )
                ledger.add_delivery(Delivery(name, 1, KEY, WHO, state="stopped", reason=IN_DIGEST, at=at))
    ledger.close()


def _compose(folder: str, *, is_admin: bool) -> None:
    ledger = SqliteLedger(Path(folder) / "ledger.sqlite3")
    base = services("http://127.0.0.1:9", folder, "0")
    settings = replace(
        base.settings,
        portal_url="https://reports.example.com",
        link_key="x" * 43,
        mail_from="debrief@example.com",
        admin_to=(WHO,) if is_admin else (),
    )
    opened = replace(base, ledger=ledger, settings=settings, clock=lambda: MONDAY + timedelta(hours=8))
    digest = Delivery(DIGEST, 1, KEY, WHO, "Weekly.", at=MONDAY, occasion="digest-2026-W48", tier="totals")
    started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    body, _ = digest_mail(opened, digest, presentation_for(settings, digest))
    taken, peak = time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{taken:.2f} s CPU, {peak:.0f} MB at most ({before:.0f} MB before), {len(body) / 1000:.0f} kB of email")
    ledger.close()


if __name__ == "__main__":
    main()
