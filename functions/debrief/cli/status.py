"""`debrief status`: what the ledger knows."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from debrief.cli.arguments import add_command, add_json, add_places, moment_of, settings_of
from debrief.cli.output import one_line, result, say, table
from debrief.delivery.ledger import Ledger, SessionRecord
from debrief.errors import BadSettings
from debrief.model import utc_text
from debrief.wiring import open_ledger, utc_now

_TEXT = """\
List the sessions that the ledger knows, with the state of each and why. Kaltura is not asked.

states: waiting (still open or too fresh), exported (provisional: checks follow), final, skipped, failed
"""
_DEFAULT = timedelta(days=7)


def register(commands: Any) -> None:
    """The command."""
    parser = add_command(commands, "status", _status, "list each session's state and why", _TEXT)
    parser.add_argument(
        "--since", metavar="T", help="sessions that ended at T or later; default 7d; waiting ones always"
    )
    add_places(parser, outbox=False)
    add_json(parser)


def _status(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    now = utc_now()
    since = moment_of("--since", args.since, now) or now - _DEFAULT
    if since > now:
        raise BadSettings("--since is in the future.")
    ledger = open_ledger(settings_of(args, environ))
    with closing(ledger):
        records = _records(ledger, since, now)
        if args.json:
            for record in records:
                result(json.dumps(_object(ledger, record), ensure_ascii=False))
        elif records:
            for line in table([_HEAD, *(_row(ledger, record) for record in records)]):
                result(line)
        else:
            say("The ledger knows no session in that time.")
    return 0


def _records(ledger: Ledger, since: datetime, now: datetime) -> list[SessionRecord]:
    found = {record.cue_point_id: record for record in (*ledger.sessions(since, now), *ledger.unfinished())}
    return sorted(found.values(), key=lambda record: (record.end, record.cue_point_id))


_HEAD = ("session", "ended (UTC)", "state", "rev", "mails", "room", "why")


def _row(ledger: Ledger, record: SessionRecord) -> tuple[str, ...]:
    return (
        record.cue_point_id,
        f"{record.end:%Y-%m-%d %H:%M}" if record.end > record.start else "-",
        record.state,
        str(record.revision or "-"),
        _mails(ledger, record),
        one_line(record.entry_name)[:40],
        record.reason or _next(record),
    )


def _mails(ledger: Ledger, record: SessionRecord) -> str:
    """`2 sent, 1 unknown`."""
    counts: dict[str, int] = {}
    for delivery in ledger.deliveries(record.cue_point_id):
        counts[delivery.state] = counts.get(delivery.state, 0) + 1
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "-"


def _next(record: SessionRecord) -> str:
    return f"next check {record.due:%Y-%m-%d %H:%M}" if record.due else ""


def _object(ledger: Ledger, record: SessionRecord) -> dict[str, Any]:
    return {
        "cue_point_id": record.cue_point_id,
        "entry_id": record.entry_id,
        "entry_name": record.entry_name,
        "start": utc_text(record.start),
        "end": utc_text(record.end),
        "state": record.state,
        "reason": record.reason or None,
        "revision": record.revision or None,
        "due": utc_text(record.due) if record.due else None,
        "mails": [delivery.state for delivery in ledger.deliveries(record.cue_point_id)],
    }
