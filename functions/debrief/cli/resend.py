"""`debrief resend`: emails that were refused for a reason that has been mended."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from debrief.cli.arguments import add_command, add_places, check_ids, moment_of, settings_of_archive
from debrief.cli.export import check
from debrief.cli.output import counted, print_row, say
from debrief.errors import BadSettings, UnknownSession
from debrief.pipeline.mailing.resend import pending_again, refused
from debrief.pipeline.services import Services
from debrief.runner import deliver_all
from debrief.wiring import connect

_TEXT = """\
Send the reports that were refused, once the reason is mended. An email that was sent, or that may have been, is never
sent again; nor is one to an address that bounced, complained or unsubscribed.
"""
_WIDTHS = (7, 16, 10, 16)  # state, session, revision, recipient


def register(commands: Any) -> None:
    """The command."""
    parser = add_command(commands, "resend", _resend, "send emails that were refused", _TEXT)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--session", metavar="CUE_POINT_ID", help="those of this session")
    which.add_argument("--since", metavar="T", help="those of sessions that ended at T or later: ISO 8601, or 24h, 7d")
    parser.add_argument("--dry-run", action="store_true", help="name them and send none")
    add_places(parser)


def _resend(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    services = connect(settings_of_archive(args, environ), asks_kaltura=False)
    with closing(services.ledger):
        found = [one for id_ in _sessions(services, args) for one in refused(services, id_)]
        for one in found:
            print_row(("refused", one.cue_point_id, f"revision {one.revision}", one.recipient_id, one.reason), _WIDTHS)
        if args.dry_run or not found:
            say(f"{counted(len(found), 'email')} would be sent again.")
            return 0
        check(services, mail=True)
        states, problems = deliver_all(services, pending_again(services, found))
        for problem in problems:
            say(problem)
        say(f"Sent {counted(states.count('sent'), 'email')} of {len(found)}.")
        return 1 if problems else 0


def _sessions(services: Services, args: argparse.Namespace) -> list[str]:
    if args.session is not None:
        check_ids("--session", [args.session])
        record = services.ledger.session(args.session)
        if record is None:
            raise UnknownSession(f"The ledger knows no session {args.session!r}; see `debrief status`.")
        return [args.session, *filter(None, [record.joint])]
    now = services.clock()
    since = moment_of("--since", args.since, now)
    if since is None or since >= now:
        raise BadSettings("--since is in the future.")
    return [record.cue_point_id for record in services.ledger.sessions(since, now)]
