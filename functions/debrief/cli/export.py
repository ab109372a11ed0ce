"""`debrief export` and `debrief backfill`: fetch, compute, write and email the selected sessions."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from shlex import quote
from typing import Any

from debrief.cli.arguments import (
    add_archive_and_outbox,
    add_command,
    add_json,
    add_selection,
    selection_of,
    settings_of,
    span_of,
)
from debrief.cli.output import counted, counted_mails, named, print_row, progress, report_outcome, say
from debrief.cli.recipients_preview import print_event_recipients, print_note, print_recipients, why_left_out
from debrief.cli.registrations import add_registrations, use_list
from debrief.cli.settings_check import check_link_key
from debrief.errors import BadSettings
from debrief.kaltura.sessions.rooms import room_names
from debrief.model import Session
from debrief.orders import ExportOrder
from debrief.pipeline.events.sessions import known_sessions
from debrief.pipeline.services import Services
from debrief.pipeline.session.selection import select
from debrief.pipeline.state.presentation_settings import presentation_of
from debrief.pipeline.state.session_records import export_order_of
from debrief.runner import Outcome, run
from debrief.wiring import DEFAULT_OUTBOX, channel_of, connect, utc_now

_BACKFILL_CALLS = 5.0  # calls a second, so that a year of sessions does not slow down the account's other work
_EXPORT = """\
Fetch the sessions that ended at --since or later, and before --until, compute their figures, write their files, and
email their reports.

It is safe to run again: correct documents stay as they are, and nobody gets the same email twice.
"""
_BACKFILL = """\
Like `debrief export`, for a long range. No email is sent without --mail or --mail-to. Kaltura gets at most 5 calls a
second, or DEBRIEF_CALLS_PER_SECOND. If interrupted, run it again: final sessions are skipped, except with --again.

example: debrief backfill --since 2024-01-01 --archive s3://my-bucket
"""
_WIDTHS = (16, 17, 20)  # widths of session, what would happen, start


def register(commands: Any) -> None:
    """Add both commands."""
    parser = add_command(commands, "export", _export, "export recent sessions, or those that you select", _EXPORT)
    add_selection(
        parser, without_since="default 48h ago (DEBRIEF_LOOK_BACK_HOURS), unless --session or --room is given"
    )
    text = "address in place of DEBRIEF_MAIL_TO; organizers still get their email; repeatable"
    parser.add_argument("--mail-to", metavar="ADDR", action="append", help=text)
    parser.add_argument("--no-mail", action="store_true", help="send no email")
    add_registrations(parser)
    _add_output_flags(parser)
    text = "export a long range of past sessions, without email"
    parser = add_command(commands, "backfill", _backfill, text, _BACKFILL)
    add_selection(parser, without_since="required if no --room or --session is given")
    text = "email this address, and nobody else without --mail; repeatable"
    parser.add_argument("--mail-to", metavar="ADDR", action="append", help=text)
    parser.add_argument("--mail", action="store_true", help="email the people whom an export would email")
    parser.add_argument(
        "--again", action="store_true", help="include final sessions: fetch them again, write what changed"
    )
    _add_output_flags(parser)


def _add_output_flags(parser: argparse.ArgumentParser) -> None:
    add_archive_and_outbox(parser)
    parser.add_argument("--no-pdf", action="store_true", help="write no PDF")
    text = "list the sessions and recipients; export and send nothing"
    parser.add_argument("--dry-run", action="store_true", help=text)
    add_json(parser)


def _export(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    return _run(args, environ, mail=not args.no_mail)


def _backfill(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    if not (args.since or args.room or args.session):
        raise BadSettings("Give a start, such as --since 2024-01-01 or --since 90d, or a --room or --session.")
    return _run(args, environ, mail=args.mail or bool(args.mail_to))


def _run(args: argparse.Namespace, environ: Mapping[str, str], *, mail: bool) -> int:
    settings = settings_of(args, environ)
    is_backfill = args.command is _backfill
    if is_backfill and not settings.calls_per_second:
        settings = replace(settings, calls_per_second=_BACKFILL_CALLS)
    now = utc_now()
    selection = selection_of(args, now)
    if mail:
        check_link_key(settings)
    services = connect(settings)
    if is_backfill and args.mail_to and not args.mail:
        services = replace(services, rules=replace(services.rules.current(), roles=(), rules=()))
    with closing(services.ledger):
        if not args.dry_run:
            check(services, mail=mail)
        sessions = select(services, selection)
        if not is_backfill:
            services = use_list(services, args)  # after `select`, which raises for an unknown id
        if is_backfill and not args.again:
            sessions = _not_final(services, sessions)
        if not sessions:
            say(f"No session {span_of(selection, settings, now)}.")
        if args.dry_run:
            _print_plan(services, sessions, args.event, mail=mail)
            return 0
        well = _export_sessions(services, sessions, args, mail=mail)
        for event_id in args.event:
            well = _report_event(services, event_id, mail=mail, as_json=args.json) and well
        return 0 if well else 1


def _report_event(services: Services, event_id: str, *, mail: bool, as_json: bool) -> bool:
    """Export a virtual event's report if all its known sessions are final. Returns False if the export failed."""
    known = known_sessions(services, event_id, services.clock())
    if not known:
        say(f"the ledger has no session of virtual event {event_id}; give a time too, such as --since 30d.")
        return True
    if any(record.state == "exported" for record in known):
        say(f"the report on virtual event {event_id} follows when its sessions are final.")
        return True
    start, end = min(record.start for record in known), max(record.end for record in known)
    order = ExportOrder(f"event-{event_id}", event_id, start, end, mail=mail, kind="event")
    (outcome,) = run(services, [order])
    report_outcome(outcome, as_json=as_json)
    return outcome.is_well


def _not_final(services: Services, sessions: list[Session]) -> list[Session]:
    """Leave out sessions that are final in the ledger."""
    records = (services.ledger.session(session.cue_point_id) for session in sessions)
    left = [session for session, record in zip(sessions, records, strict=True) if not record or record.state != "final"]
    if len(left) < len(sessions):
        say(f"{len(sessions) - len(left)} of {len(sessions)} sessions are final already and are not fetched again.")
    return left


def _print_plan(services: Services, sessions: list[Session], events: list[str], *, mail: bool) -> None:
    """Print what an export would do, its recipients, and the number of sessions."""
    names = room_names(services.kaltura, sorted({session.entry_id for session in sessions if not session.entry_name}))
    sessions = [replace(each, entry_name=each.entry_name or names.get(each.entry_id, "")) for each in sessions]
    counts: Counter[str] = Counter()
    for session in sessions:
        reason = "" if session.is_open else why_left_out(services, session)
        what = "is still open" if session.is_open else "would be skipped" if reason else "would be exported"
        counts[what] += 1
        start = f"{session.start:%Y-%m-%d %H:%M} UTC"
        print_row((session.cue_point_id, what, start, named(session.entry_name)), _WIDTHS)
        if mail and not session.is_open:
            print_recipients(services, session, is_listed=True)
        elif reason:
            print_note(f"It is left out: {reason}")
    for event_id in events:
        print_row((f"event-{event_id}", "would be reported when all its sessions are final"), _WIDTHS[:1])
        if mail:
            print_event_recipients(services, event_id, is_listed=True)
    skipped = f", {counts['would be skipped']} skipped" if counts["would be skipped"] else ""
    say(f"Nothing was written. {counted(counts['would be exported'], 'session')} would be exported{skipped}.")


def check(services: Services, *, mail: bool) -> None:
    """Check what every session needs. Call this once, before the first session. Raises BadSettings."""
    presentation_of(services.settings)
    services.archive.check()
    if not mail:
        return
    settings = services.settings
    # If the ledger is shared, an email in a folder of this machine counts as sent on other machines too.
    if settings.ledger.startswith("dynamodb:") and channel_of(settings) == "outbox" and not settings.outbox:
        raise BadSettings(
            "The ledger is shared, but no email channel is set. Set DEBRIEF_MAIL_CHANNEL=ses or DEBRIEF_SMTP_URL, "
            "or give --outbox DIR or --no-mail."
        )
    services.mailer.check()


def _export_sessions(services: Services, sessions: list[Session], args: argparse.Namespace, *, mail: bool) -> bool:
    """Export the sessions that have ended, and print each outcome. Returns whether all exports succeeded."""
    for session in sessions:
        if session.is_open:
            say(f"session {session.cue_point_id} is still open; export it after its end.")
    orders = [export_order_of(session, mail=mail) for session in sessions if not session.is_open]
    outcomes = []
    for outcome in progress(run(services, orders), len(orders), "Exporting"):
        report_outcome(outcome, as_json=args.json)
        outcomes.append(outcome)
    if any(outcome.files for outcome in outcomes):
        say(f"The reports are in {services.archive.location('reports')}.")
    if any(outcome.mails for outcome in outcomes) and channel_of(services.settings) == "outbox":
        what = "emails and messages" if any(outcome.messages for outcome in outcomes) else "emails"
        say(f"The {what} are in {services.settings.outbox or DEFAULT_OUTBOX}; none was sent.")
    if not args.json:
        _say_next_step(outcomes, args.archive)
    if outcomes:
        say(_totals(outcomes))
    return all(outcome.is_well for outcome in outcomes)


def _say_next_step(outcomes: Sequence[Outcome], archive: str | None) -> None:
    """Print the command that compares the first exported report with Kaltura's page."""
    for outcome in outcomes:
        if outcome.result == "exported":
            place = f" --archive {quote(archive)}" if archive else ""
            say(f"Next, compare with Kaltura's page: debrief compare --session {outcome.order.cue_point_id}{place}")
            return


def _totals(outcomes: Sequence[Outcome]) -> str:
    """Count the results, the emails, the messages to channels and the failures in one sentence."""
    results = Counter(outcome.result for outcome in outcomes)
    others = [f"{count} {word}" for word, count in results.items() if word not in {"exported", "failed"}]
    emails = counted_mails(outcomes)
    failed = sum(not outcome.is_well for outcome in outcomes)
    return ", ".join([f"{counted(results['exported'], 'session')} exported", *others, emails, f"{failed} failed."])
