"""Which sessions of the ledger a command is about: by their ids, or by when they ended."""

from __future__ import annotations

import argparse
from contextlib import closing
from datetime import datetime, timedelta

from debrief.cli.arguments import check_ids, moment_of
from debrief.cli.output import say
from debrief.delivery.ledger.ledger import Ledger, SessionRecord
from debrief.errors import BadSettings, UnknownSession
from debrief.wiring import utc_now


def add_records(parser: argparse.ArgumentParser, default: str) -> None:
    """SESSION…, --since and --until."""
    parser.add_argument("session", metavar="SESSION", nargs="*", help="cue point ids, also `joint-…` and `event-…`")
    add_span(parser, default)


def add_span(parser: argparse.ArgumentParser, default: str) -> None:
    """--since and --until."""
    group = parser.add_argument_group("which sessions")
    group.add_argument("--since", metavar="T", help=f"sessions that ended at T or later; default {default}")
    group.add_argument(
        "--until", metavar="T", help="sessions that ended before T; default now. T is ISO 8601 or a span: 24h, 7d"
    )


def span_given(args: argparse.Namespace, now: datetime, default: timedelta | None) -> tuple[datetime, datetime]:
    """The span of --since and --until. Raises BadSettings; also when there is no default and nothing was said."""
    since, until = moment_of("--since", args.since, now), moment_of("--until", args.until, now)
    if since is None and default is None:
        raise BadSettings("Say which sessions: their ids, or how far back, such as --since 30d or --since 2024-01-01.")
    until = until or now
    since = since or until - (default or timedelta())
    if since >= until:
        raise BadSettings("--since must be before --until, and not in the future.")
    return since, until


def records_given(
    ledger: Ledger, args: argparse.Namespace, now: datetime, default: timedelta | None = None
) -> list[SessionRecord]:
    """The records that have documents, by end. Raises BadSettings, UnknownSession for an id without documents."""
    if args.session:
        if args.since or args.until:
            raise BadSettings("Name sessions, or give --since and --until, not both.")
        check_ids("SESSION", args.session)
        return [_exported(ledger, one) for one in dict.fromkeys(args.session)]
    since, until = span_given(args, now, default)
    return [record for record in ledger.sessions(since, until) if record.revision]


def _exported(ledger: Ledger, cue_point_id: str) -> SessionRecord:
    record = ledger.session(cue_point_id)
    if record is None or not record.revision:
        raise UnknownSession(f"The ledger of this archive knows no exported session {cue_point_id!r}.")
    return record


def records_found(ledger: Ledger, args: argparse.Namespace) -> list[SessionRecord]:
    """The same, from a ledger that is closed then; when there is none, a sentence says so."""
    with closing(ledger):
        records = records_given(ledger, args, utc_now())
    if not records:
        say("The ledger knows no session with documents that ended in that time.")
    return records
