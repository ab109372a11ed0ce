"""`debrief status`: list the status of each session."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from debrief.cli.arguments import add_archive, add_command, add_json, moment_of, settings_of, settings_of_archive
from debrief.cli.output import cut, named, print_fitted, result, say
from debrief.delivery.ledger.ledger import Ledger
from debrief.errors import BadSettings
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.sessions.discovery import discover
from debrief.model import Session
from debrief.pipeline.state.reconciliations import SUCCEEDED
from debrief.pipeline.state.session_status import STATUSES, SessionStatus, session_status
from debrief.settings import Settings
from debrief.util.values import utc_text
from debrief.wiring import open_ledger, utc_now

_TEXT = """\
List the sessions in the ledger, each with its status and the reason. With --compare, also list as missing the
sessions that ended in Kaltura more than an hour ago and are not in the ledger; if there are any, the exit code is 1.

status:
  sent      its emails were sent
  archived  it has documents, and no email about it was sent; the reason says why
  skipped   excluded by a filter
  waiting   still open or too recent, or an email waits to be sent
  failed    an export or an email failed, or the session has been open for more than 24 hours
  missing   in Kaltura, not in the ledger
"""
_DEFAULT = timedelta(days=7)
_TIME_TO_FIND = timedelta(hours=1)
_HEAD = ("session", "ended (UTC)", "status", "state", "emails", "room", "reason")


def register(commands: Any) -> None:
    """Add the command."""
    parser = add_command(commands, "status", _status, "list the status of each session, with the reason", _TEXT)
    text = "sessions that ended at T or later, and all that the ledger has as waiting; default 7d"
    parser.add_argument("--since", metavar="T", help=text)
    parser.add_argument("--compare", action="store_true", help="compare with Kaltura and list missing sessions")
    add_archive(parser)
    add_json(parser)


def _status(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    now = utc_now()
    since = moment_of("--since", args.since, now) or now - _DEFAULT
    if since > now:
        raise BadSettings("--since is in the future.")
    settings = settings_of(args, environ) if args.compare else settings_of_archive(args, environ)
    with closing(open_ledger(settings)) as ledger:
        records = {record.cue_point_id: record for record in (*ledger.sessions(since, now), *ledger.unfinished())}
        ordered = sorted(records.values(), key=lambda record: (record.end, record.cue_point_id))
        found = [session_status(ledger, record) for record in ordered]
        missing = _missing(settings, ledger, since, now) if args.compare else []
        if args.json:
            for line in (*map(_object, found), *map(_missing_object, missing)):
                result(json.dumps(line, ensure_ascii=False))
        else:
            print_fitted(_HEAD, [*map(_row, found), *map(_missing_row, missing)])
        say(_totals(ledger, found, missing, since))
    return 1 if missing else 0


def _missing(settings: Settings, ledger: Ledger, since: datetime, now: datetime) -> list[Session]:
    """Return sessions in Kaltura that are not in the ledger, although the scheduled runs had time to find them."""
    kaltura = Kaltura(settings)
    kaltura.require_credential()
    return [
        session
        for session in discover(kaltura, since, now)
        if not session.is_open and session.end < now - _TIME_TO_FIND and not ledger.session(session.cue_point_id)
    ]


def _totals(ledger: Ledger, found: list[SessionStatus], missing: list[Session], since: datetime) -> str:
    """Return a sentence with the number of sessions by status, and the time of the last reconciliation."""
    counts = Counter(status.word for status in found)
    parts = [f"{counts[word]} {word}" for word in STATUSES if counts[word]]
    parts += [f"{len(missing)} missing"] * bool(missing)
    last = ledger.note("compared", SUCCEEDED)
    compared = f"last reconciliation: {last.at:%Y-%m-%d %H:%M} UTC" if last else "no reconciliation yet"
    if not parts:
        return f"The ledger has no session that ended since {since:%Y-%m-%d %H:%M} UTC; {compared}."
    return f"{', '.join(parts)}; {compared}."


def _row(status: SessionStatus) -> tuple[str, ...]:
    record = status.record
    counts = Counter(delivery.state_word for delivery in status.deliveries)
    reason = status.reason or (f"Next check {record.due:%Y-%m-%d %H:%M}." if record.due else "")
    return (
        record.cue_point_id,
        f"{record.end:%Y-%m-%d %H:%M}" if record.end > record.start else "-",
        status.word,
        record.state_word,
        ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "-",
        cut(named(record.entry_name), 40),
        " ".join(filter(None, ["Updated." * (record.revision > 1), reason])),
    )


def _missing_row(session: Session) -> tuple[str, ...]:
    ended = f"{session.end:%Y-%m-%d %H:%M}"
    name = cut(named(session.entry_name), 40)
    return (session.cue_point_id, ended, "missing", "-", "-", name, "It is not in the ledger.")


def _object(status: SessionStatus) -> dict[str, Any]:
    record = status.record
    return {
        "cue_point_id": record.cue_point_id,
        "entry_id": record.entry_id,
        "entry_name": record.entry_name,
        "kind": record.kind,
        "start": utc_text(record.start),
        "end": utc_text(record.end),
        "status": status.word,
        "state": record.state_word,
        "reason": status.reason or None,
        "revision": record.revision or None,
        "due": utc_text(record.due) if record.due else None,
        "mails": [delivery.state for delivery in status.deliveries],
    }


def _missing_object(session: Session) -> dict[str, Any]:
    return {
        "cue_point_id": session.cue_point_id,
        "entry_id": session.entry_id,
        "entry_name": session.entry_name,
        "kind": "session",
        "start": utc_text(session.start),
        "end": utc_text(session.end),
        "status": "missing",
    }
