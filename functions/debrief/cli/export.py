"""`debrief export` and `debrief backfill`: the whole job for the sessions that are named."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

from debrief.cli.arguments import add_command, add_json, add_places, add_selection, selection_of, settings_of, span_of
from debrief.cli.output import named, print_row, progress, report_outcome, say
from debrief.cli.recipients_preview import print_who, print_who_of_event
from debrief.errors import BadSettings
from debrief.model import Session
from debrief.orders import ExportOrder
from debrief.pipeline.events.sessions import known_sessions
from debrief.pipeline.services import Services
from debrief.pipeline.session.selection import select
from debrief.pipeline.state.presentation_settings import presentation_of
from debrief.pipeline.state.session_records import order_for
from debrief.runner import run
from debrief.settings import Settings
from debrief.wiring import channel_of, connect, utc_now

_BACKFILL_CALLS = 5.0  # a second, so that a year of sessions does not disturb the account's other work
_EXPORT = """\
Fetch, compute, write and mail every session that ended in [since, until).

Running it again is safe: documents that are there and right stay as they are, and nobody gets the same mail twice.
"""
_BACKFILL = """\
Like `debrief export`, for a long range: nobody gets a mail unless --mail or --mail-to is given, and Kaltura gets no
more than 5 calls a second unless DEBRIEF_CALLS_PER_SECOND says otherwise. Stop it whenever you like and start it again:
sessions that are final are not fetched again, except with --again.

example: debrief backfill --since 2024-01-01 --archive s3://my-bucket
"""
_WIDTHS = (16, 17, 20)  # session, what would happen, start


def register(commands: Any) -> None:
    """Both commands."""
    parser = add_command(commands, "export", _export, "export the sessions that ended lately, or those named", _EXPORT)
    add_selection(parser, default="48h ago")
    add_places(parser)
    parser.add_argument(
        "--mail-to",
        metavar="ADDR",
        action="append",
        help="mail this address, too, instead of those of DEBRIEF_MAIL_TO; repeatable",
    )
    parser.add_argument("--no-mail", action="store_true", help="mail nobody")
    parser.add_argument("--no-pdf", action="store_true", help="make no PDF")
    _add_dry_run(parser)
    add_json(parser)
    parser = add_command(
        commands, "backfill", _backfill, "export a long range of past sessions, without mails", _BACKFILL
    )
    add_selection(parser, default="none: say how far back")
    add_places(parser)
    parser.add_argument(
        "--mail-to",
        metavar="ADDR",
        action="append",
        help="mail this address, and nobody else without --mail; repeatable",
    )
    parser.add_argument("--mail", action="store_true", help="mail everybody whom an export would mail")
    parser.add_argument("--again", action="store_true", help="fetch and compare sessions that are final, too")
    parser.add_argument("--no-pdf", action="store_true", help="make no PDF")
    _add_dry_run(parser)
    add_json(parser)


def _add_dry_run(parser: argparse.ArgumentParser) -> None:
    text = "only show which sessions would be exported and who would be mailed what"
    parser.add_argument("--dry-run", action="store_true", help=text)


def _export(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    return _run(args, environ, mail=not args.no_mail)


def _backfill(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    if not (args.since or args.room or args.session):
        raise BadSettings("Say how far back: --since 2024-01-01 or --since 90d (or name a --room or --session).")
    return _run(args, environ, mail=args.mail or bool(args.mail_to))


def _run(args: argparse.Namespace, environ: Mapping[str, str], *, mail: bool) -> int:
    settings = settings_of(args, environ)
    is_backfill = args.command is _backfill
    if is_backfill and not settings.calls_per_second:
        settings = replace(settings, calls_per_second=_BACKFILL_CALLS)
    now = utc_now()
    selection = selection_of(args, now)
    services = connect(settings)
    if is_backfill and args.mail_to and not args.mail:
        services = replace(services, rules=replace(services.rules.current(), roles=(), rules=()))
    with closing(services.ledger):
        if not args.dry_run:
            check(services, mail=mail)
        sessions = select(services, selection)
        if is_backfill and not args.again:
            sessions = _not_final(services, sessions)
        if not sessions:
            say(f"No session {span_of(selection, settings, now)}.")
        if args.dry_run:
            return _show(services, sessions, args.event, mail=mail)
        well = export_selected(services, sessions, mail=mail, as_json=args.json)
        for event_id in args.event:
            well = _report_event(services, event_id, mail=mail, as_json=args.json) and well
        return 0 if well else 1


def _report_event(services: Services, event_id: str, *, mail: bool, as_json: bool) -> bool:
    """The report across a virtual event that was named, when all its sessions that are known are final."""
    known = known_sessions(services, event_id, services.clock())
    if not known:
        say(f"the ledger knows no session of a virtual event {event_id}; name the time too, as with --since 30d.")
        return True
    if any(record.state == "exported" for record in known):
        say(f"the report on virtual event {event_id} follows when its sessions are final.")
        return True
    first, last = min(one.start for one in known), max(one.end for one in known)
    order = ExportOrder(f"event-{event_id}", event_id, first, last, mail=mail, kind="event")
    (outcome,) = run(services, [order])
    report_outcome(outcome, as_json=as_json)
    return outcome.is_well


def _not_final(services: Services, sessions: list[Session]) -> list[Session]:
    """Those that an earlier run has not brought to their end."""
    records = (services.ledger.session(session.cue_point_id) for session in sessions)
    left = [one for one, record in zip(sessions, records, strict=True) if not record or record.state != "final"]
    if len(left) < len(sessions):
        say(f"{len(sessions) - len(left)} of {len(sessions)} sessions are final already and are not fetched again.")
    return left


def _show(services: Services, sessions: list[Session], events: list[str], *, mail: bool) -> int:
    """What an export would do, and whom it would mail; nothing is written and nobody is mailed."""
    for session in sessions:
        what = "is still open" if session.is_open else "would be exported"
        start = f"{session.start:%Y-%m-%d %H:%M} UTC"
        print_row((session.cue_point_id, what, start, named(session.entry_name)), _WIDTHS)
        if mail and not session.is_open:
            print_who(services, session)
    for event_id in events:
        print_row((f"event-{event_id}", "would be reported when all its sessions are final"), _WIDTHS[:1])
        if mail:
            print_who_of_event(services, event_id)
    return 0


def check(services: Services, *, mail: bool) -> None:
    """Find what would fail every session before the first one is asked for. Raises BadSettings."""
    presentation_of(services.settings)
    services.archive.check()
    if mail:
        _check_channel(services.settings)
        services.mailer.check()


def _check_channel(settings: Settings) -> None:
    """A mail in a folder of this machine would count as sent for everybody who shares the ledger."""
    if settings.ledger.startswith("dynamodb:") and channel_of(settings) == "outbox" and not settings.outbox:
        raise BadSettings(
            "The ledger is shared, and no way to mail is set: set DEBRIEF_MAIL_CHANNEL=ses or DEBRIEF_SMTP_URL, "
            "or give --outbox DIR or --no-mail."
        )


def export_selected(services: Services, sessions: list[Session], *, mail: bool, as_json: bool) -> bool:
    """Export these sessions and say what became of each, and whether all is well; open ones are named and left out."""
    for session in sessions:
        if session.is_open:
            say(f"session {session.cue_point_id} is still open; it is exported when it has ended.")
    orders = [order_for(session, mail=mail) for session in sessions if not session.is_open]
    well = True
    for outcome in progress(run(services, orders), len(orders), "Exporting"):
        report_outcome(outcome, as_json=as_json)
        well = well and outcome.is_well
    return well
