"""`debrief status`: how each session stands."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from debrief.cli.arguments import add_command, add_json, add_places, moment_of, settings_of, settings_of_archive
from debrief.cli.output import cut, named, print_table, result, say
from debrief.delivery.ledger.ledger import Ledger, SessionRecord
from debrief.errors import BadSettings
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.sessions.discovery import discover
from debrief.model import Session
from debrief.pipeline.state.reconciliations import SUCCEEDED
from debrief.pipeline.state.session_status import WORDS, SessionStatus, session_status
from debrief.settings import Settings
from debrief.util.values import utc_text
from debrief.wiring import open_ledger, utc_now

_TEXT = """\
List the sessions that the ledger knows, how each stands and why. With --compare Kaltura is asked too, and sessions
that ended more than an hour ago and that the ledger does not know are shown as missing; then the exit code is 1.

stands: sent (its mails went out), archived (nobody is to get a mail), skipped (by a filter), waiting (open, too fresh,
or a mail is on its way), failed (an export or a mail), missing (Kaltura lists it, the ledger does not know it)
"""
_DEFAULT = timedelta(days=7)
_TIME_TO_FIND = timedelta(hours=1)
_HEAD = ("session", "ended (UTC)", "stands", "state", "rev", "mails", "room", "why")


def register(commands: Any) -> None:
    """The command."""
    parser = add_command(commands, "status", _status, "list how each session stands, and why", _TEXT)
    parser.add_argument(
        "--since", metavar="T", help="sessions that ended at T or later; default 7d; waiting ones always"
    )
    parser.add_argument("--compare", action="store_true", help="ask Kaltura too, and show what the ledger lacks")
    add_places(parser, outbox=False)
    add_json(parser)


def _status(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    now = utc_now()
    since = moment_of("--since", args.since, now) or now - _DEFAULT
    if since > now:
        raise BadSettings("--since is in the future.")
    settings = settings_of(args, environ) if args.compare else settings_of_archive(args, environ)
    with closing(open_ledger(settings)) as ledger:
        found = [session_status(ledger, record) for record in _records(ledger, since, now)]
        missing = _missing(settings, ledger, since, now) if args.compare else []
        if args.json:
            for line in (*map(_object, found), *map(_missing_object, missing)):
                result(json.dumps(line, ensure_ascii=False))
        else:
            print_table(_HEAD, [*map(_row, found), *map(_missing_row, missing)], free=3)
        say(_told(ledger, found, missing, since))
    return 1 if missing else 0


def _records(ledger: Ledger, since: datetime, now: datetime) -> list[SessionRecord]:
    found = {record.cue_point_id: record for record in (*ledger.sessions(since, now), *ledger.unfinished())}
    return sorted(found.values(), key=lambda record: (record.end, record.cue_point_id))


def _missing(settings: Settings, ledger: Ledger, since: datetime, now: datetime) -> list[Session]:
    """Sessions that Kaltura lists and the ledger does not know, although comparisons had time to find them."""
    kaltura = Kaltura(settings)
    kaltura.check()
    ended = (one for one in discover(kaltura, since, now) if not one.is_open and one.end < now - _TIME_TO_FIND)
    return [session for session in ended if ledger.session(session.cue_point_id) is None]


def _told(ledger: Ledger, found: list[SessionStatus], missing: list[Session], since: datetime) -> str:
    """All of it in one sentence."""
    counts = Counter(one.word for one in found)
    parts = [f"{counts[word]} {word}" for word in WORDS if counts[word]] + [f"{len(missing)} missing"] * bool(missing)
    last = ledger.mark("compared", SUCCEEDED)
    compared = f"the schedule last compared at {last.at:%Y-%m-%d %H:%M} UTC" if last else "the schedule never ran"
    if not parts:
        return f"The ledger knows no session that ended since {since:%Y-%m-%d %H:%M} UTC; {compared}."
    return f"{', '.join(parts)}; {compared}."


def _row(one: SessionStatus) -> tuple[str, ...]:
    record = one.record
    return (
        record.cue_point_id,
        f"{record.end:%Y-%m-%d %H:%M}" if record.end > record.start else "-",
        one.word,
        record.state_word,
        str(record.revision or "-"),
        _mails(one),
        cut(named(record.entry_name), 40),
        one.reason or _next(record),
    )


def _missing_row(session: Session) -> tuple[str, ...]:
    ended = f"{session.end:%Y-%m-%d %H:%M}"
    name = cut(named(session.entry_name), 40)
    return (session.cue_point_id, ended, "missing", "-", "-", "-", name, "The ledger does not know it.")


def _mails(one: SessionStatus) -> str:
    """`2 sent, 1 unknown`."""
    counts = Counter(delivery.state for delivery in one.deliveries)
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "-"


def _next(record: SessionRecord) -> str:
    return f"next check {record.due:%Y-%m-%d %H:%M}" if record.due else ""


def _object(one: SessionStatus) -> dict[str, Any]:
    record = one.record
    return {
        "cue_point_id": record.cue_point_id,
        "entry_id": record.entry_id,
        "entry_name": record.entry_name,
        "kind": record.kind,
        "start": utc_text(record.start),
        "end": utc_text(record.end),
        "stands": one.word,
        "state": record.state_word,
        "reason": one.reason or None,
        "revision": record.revision or None,
        "due": utc_text(record.due) if record.due else None,
        "mails": [delivery.state for delivery in one.deliveries],
    }


def _missing_object(session: Session) -> dict[str, Any]:
    return {
        "cue_point_id": session.cue_point_id,
        "entry_id": session.entry_id,
        "entry_name": session.entry_name,
        "kind": "session",
        "start": utc_text(session.start),
        "end": utc_text(session.end),
        "stands": "missing",
    }
