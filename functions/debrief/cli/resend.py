"""`debrief resend`: send emails again that were refused for a reason that is fixed."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from debrief.cli.arguments import add_archive_and_outbox, add_command, check_ids, moment_of, settings_of_archive
from debrief.cli.export import check
from debrief.cli.output import counted, print_row, say
from debrief.errors import BadSettings, UnknownSession
from debrief.pipeline.mailing.resend import make_pending, refused_reports
from debrief.pipeline.services import Services
from debrief.runner import deliver_all
from debrief.wiring import connect

_TEXT = """\
Send refused emails again, once the reason is fixed. An email that was sent, or may have been sent, is never repeated,
and addresses that bounced permanently, complained or unsubscribed get nothing.
"""
_WIDTHS = (7, 16, 16)  # widths of state, session, recipient


def register(commands: Any) -> None:
    """Add the command."""
    parser = add_command(commands, "resend", _resend, "send refused emails again", _TEXT)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--session", metavar="CUE_POINT_ID", help="refused emails about this session")
    which.add_argument(
        "--since", metavar="T", help="refused emails about sessions that ended at T or later: ISO 8601, or 24h, 7d"
    )
    parser.add_argument("--dry-run", action="store_true", help="list the emails; send nothing")
    add_archive_and_outbox(parser)


def _resend(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    services = connect(settings_of_archive(args, environ), asks_kaltura=False)
    with closing(services.ledger):
        found = [delivery for id_ in _sessions(services, args) for delivery in refused_reports(services, id_)]
        for mail in found:
            print_row(("refused", mail.cue_point_id, mail.recipient_id, mail.reason), _WIDTHS)
        if not found:
            say("No refused email was found; nothing to send.")
            return 0
        if args.dry_run:
            say(f"{counted(len(found), 'email')} would be sent again.")
            return 0
        check(services, mail=True)
        states, problems = deliver_all(services, make_pending(services, found))
        for problem in problems:
            say(problem)
        say(f"Sent {counted(states.count('sent'), 'email')} of {len(found)}.")
        return 1 if problems else 0


def _sessions(services: Services, args: argparse.Namespace) -> list[str]:
    if args.session is not None:
        check_ids("--session", [args.session])
        record = services.ledger.session(args.session)
        if record is None:
            raise UnknownSession(f"The ledger has no session {args.session!r}; see `debrief status`.")
        return [args.session, *filter(None, [record.merged_id])]
    now = services.clock()
    since = moment_of("--since", args.since, now)
    if since is None or since >= now:
        raise BadSettings("--since is in the future.")
    return [record.cue_point_id for record in services.ledger.sessions(since, now)]
