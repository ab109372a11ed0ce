"""Arguments that select sessions of the ledger: by id, or by the time of their end."""

from __future__ import annotations

import argparse
from contextlib import closing
from datetime import datetime, timedelta

from debrief.cli.arguments import add_span, check_ids, moment_of
from debrief.cli.output import say
from debrief.delivery.ledger.ledger import Ledger, SessionRecord
from debrief.errors import BadSettings, UnknownSession
from debrief.wiring import utc_now


def add_records(parser: argparse.ArgumentParser, without_since: str) -> None:
    """Add SESSION…, --since and --until."""
    parser.add_argument("session", metavar="SESSION", nargs="*", help="cue point ids, also `joint-…` and `event-…`")
    add_span(parser, without_since)


def span_of_args(args: argparse.Namespace, now: datetime, default: timedelta | None) -> tuple[datetime, datetime]:
    """Return the span from --since to --until, or the `default` span. Raises BadSettings if the flags are not valid."""
    since, until = moment_of("--since", args.since, now), moment_of("--until", args.until, now)
    if since is None and default is None:
        raise BadSettings("Give session ids, or a start such as --since 30d or --since 2024-01-01.")
    until = until or now
    since = since or until - (default or timedelta())
    if since >= until:
        raise BadSettings("--since must be before --until, and not in the future.")
    return since, until


def select_records(ledger: Ledger, args: argparse.Namespace) -> list[SessionRecord]:
    """Return the selected records with documents, or print a message if there are none. Closes the ledger.

    Raises BadSettings if the arguments are not valid, UnknownSession for an id without documents.
    """
    with closing(ledger):
        if args.session:
            if args.since or args.until:
                raise BadSettings("Give session ids, or --since and --until, not both.")
            check_ids("SESSION", args.session)
            return [exported_record(ledger, id_) for id_ in dict.fromkeys(args.session)]
        since, until = span_of_args(args, utc_now(), None)
        records = [record for record in ledger.sessions(since, until) if record.revision]
    if not records:
        say("No session with documents ended in that time.")
    return records


def exported_record(ledger: Ledger, cue_point_id: str) -> SessionRecord:
    """Return the record of a session. Raises UnknownSession if the session was not exported."""
    record = ledger.session(cue_point_id)
    if record is None or not record.revision:
        raise UnknownSession(
            f"The ledger of this archive has no exported session {cue_point_id[:80]!r}. Give another archive with"
            " --archive, or export the session first."
        )
    return record
