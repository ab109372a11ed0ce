"""`debrief export` and `debrief backfill`: the whole job for the sessions that are named."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from debrief.cli.arguments import add_command, add_json, add_places, add_selection, selection_of, settings_of
from debrief.cli.output import progress, report_outcome, say
from debrief.errors import BadSettings
from debrief.pipeline import Services
from debrief.pipeline.documents import look_of
from debrief.pipeline.reconcile import order_for
from debrief.pipeline.selection import select
from debrief.runner import run
from debrief.wiring import connect, utc_now

_EXPORT = """\
Fetch, compute, write and mail every session that ended in [since, until).

Running it again is safe: documents that are there and right stay as they are, and nobody gets a second mail.
"""
_BACKFILL = """\
Like `debrief export`, for a long range: nobody gets a mail unless --mail is given. Stop it whenever you like and
start it again; sessions that are done are only compared.

example: debrief backfill --since 2024-01-01 --archive s3://my-bucket
"""


def register(commands: Any) -> None:
    """Both commands."""
    parser = add_command(commands, "export", _export, "export the sessions that ended lately, or those named", _EXPORT)
    add_selection(parser, default="48h ago")
    add_places(parser)
    parser.add_argument(
        "--mail-to",
        metavar="ADDR",
        action="append",
        help="also mail this address; repeatable; wins over DEBRIEF_MAIL_TO",
    )
    parser.add_argument("--no-mail", action="store_true", help="mail nobody")
    parser.add_argument("--no-pdf", action="store_true", help="make no PDF")
    add_json(parser)
    parser = add_command(
        commands, "backfill", _backfill, "export a long range of past sessions, without mails", _BACKFILL
    )
    add_selection(parser, default="none: say how far back")
    add_places(parser)
    parser.add_argument("--mail-to", metavar="ADDR", action="append", help="mail this address; repeatable")
    parser.add_argument("--mail", action="store_true", help="mail the hosts and DEBRIEF_MAIL_TO as an export would")
    parser.add_argument("--no-pdf", action="store_true", help="make no PDF")
    add_json(parser)


def _export(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    return _run(args, environ, mail=not args.no_mail)


def _backfill(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    if not (args.since or args.room or args.session):
        raise BadSettings("Say how far back: --since 2024-01-01 or --since 90d (or name a --room or --session).")
    return _run(args, environ, mail=args.mail or bool(args.mail_to))


def _run(args: argparse.Namespace, environ: Mapping[str, str], *, mail: bool) -> int:
    settings = settings_of(args, environ)
    selection = selection_of(args, utc_now())
    services = connect(settings)
    with closing(services.ledger):
        check(services, mail=mail)
        return export_selected(services, select(services, selection), mail=mail, as_json=args.json)


def check(services: Services, *, mail: bool) -> None:
    """Find what would fail every session before the first one is asked for. Raises BadSettings."""
    look_of(services.settings)
    services.archive.check()
    if mail:
        services.mailer.check()


def export_selected(services: Services, sessions: list[Any], *, mail: bool, as_json: bool) -> int:
    """Export these sessions and say what became of each; those still open are named and left out."""
    for session in sessions:
        if session.is_open:
            say(f"session {session.cue_point_id} is still open; it is exported when it has ended.")
    orders = [order_for(session, mail=mail) for session in sessions if not session.is_open]
    if not orders:
        say("No session ended in that time.")
    well = True
    for outcome in progress(run(services, orders), len(orders), "Exporting"):
        report_outcome(outcome, as_json=as_json)
        well = well and outcome.is_well
    return 0 if well else 1
