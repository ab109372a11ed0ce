"""`debrief demo`: export the bundled sample account, without any configuration."""

from __future__ import annotations

import argparse
import logging
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from debrief.cli.arguments import add_command, add_json
from debrief.cli.demo_folder import ARCHIVE, OUTBOX, files_of, id_of, start_fresh, write_rules
from debrief.cli.output import cut, named, print_row, progress, report_outcome, result, say_problems
from debrief.cli.serve import PORT
from debrief.delivery.archive.atomic_files import write_atomically
from debrief.delivery.ledger.ledger import DIGEST, SessionRecord
from debrief.env import AppToken
from debrief.errors import BadSettings
from debrief.model import Session
from debrief.pipeline.maintenance.search import people
from debrief.pipeline.services import Services
from debrief.pipeline.session.registration_files import key_for
from debrief.pipeline.session.selection import Selection, select
from debrief.pipeline.state.check_schedule import first_export
from debrief.pipeline.state.session_records import export_order_of
from debrief.runner import Outcome, run, run_deliveries, run_events
from debrief.settings import Settings
from debrief.wiring import connect

if TYPE_CHECKING:
    from kaltura_standin.account import Account
    from kaltura_standin.server import StandIn

_TEXT = """\
Start the bundled Kaltura stand-in on a free loopback port, export its sample account, and list its sessions; with
--verbose or --json also all files. The output folder then has an archive with reports, and emails as .eml files.
The next demo deletes this archive and these emails. The demo's clock is fixed, so each run makes the same reports.
"""
PORTAL = f"http://127.0.0.1:{PORT}"  # the address of `debrief serve` without options
_LINK_DAYS = 3650.0  # the demo's clock is fixed, but a person may open its links at any time
_SAMPLE_SPAN = timedelta(days=60)
_COLUMNS = (("answer", "How did you hear of us?"),)  # of the webinar's list of registrations
_TIMEZONE = "Europe/Berlin"
_FIRST_LOOK = "1_wbncue01"  # the webinar of 2,000 people
_DIGEST_DUE = datetime(2026, 11, 23, 6, 20, tzinfo=UTC)  # the Monday after the sample account's last session
_ROOM_WIDTH = 30
_WIDTHS = (11, 16, _ROOM_WIDTH, 9, 6)  # with the gaps between them, 80 columns
_HEAD = ("state", "started (UTC)", "room", "attendees", "emails")
_SUFFIXES = {"joint": " (merged)", "event": " (event)"}


def register(commands: Any) -> None:
    """Add the command."""
    parser = add_command(commands, "demo", _demo, "export a bundled sample account", _TEXT)
    parser.add_argument("--out", metavar="DIR", default="out/demo", help="output folder; default out/demo")
    add_json(parser)


def _demo(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    from kaltura_standin.sample_account import sample_account
    from kaltura_standin.sample_registrations import EVENT, SESSION, sample_registrations
    from kaltura_standin.server import StandIn

    del environ  # no setting changes the demo
    if not args.out.strip():
        raise BadSettings("--out is blank.")
    out = Path(args.out)
    account = sample_account()
    start_fresh(out, _ids_of(account))
    for key in (key_for("session", SESSION), key_for("event", EVENT)):
        write_atomically(out / ARCHIVE / key, sample_registrations(account).encode())
    with StandIn(account) as kaltura:
        settings = replace(sample_settings(kaltura, out), rules=str(write_rules(out)))
        return play(settings, out, as_json=args.json, verbose=args.verbose)


def _ids_of(account: Account) -> Iterator[str]:
    """Yield the ids that can be in the demo's archive and outbox."""
    yield DIGEST
    for room in account.rooms:
        for session in room.runs:
            yield from (session.id, f"joint-{session.id}")
    yield from (f"event-{event.id}" for event in account.virtual_events)


def sample_settings(kaltura: StandIn, out: Path) -> Settings:
    """Return settings for the stand-in and an output folder."""
    token = kaltura.account.app_tokens[0]
    return Settings(
        service_url=kaltura.url,
        chat_url=kaltura.chat_url,
        partner_id=str(kaltura.account.partner_id),
        credential=AppToken(token.id, token.token),
        archive=str(out / ARCHIVE),
        outbox=str(out / OUTBOX),
        mail_from="debrief@example.com",
        timezone=_TIMEZONE,
        portal_url=PORTAL,
        link_days=_LINK_DAYS,
        registrations=True,
        captions=True,
        registration_columns=_COLUMNS,
    )


def play(settings: Settings, out: Path, *, as_json: bool = False, verbose: bool = False) -> int:
    """Export the sample account with its fixed clock, print its sessions, and return the exit code."""
    from kaltura_standin.sample_account import SAMPLE_NOW

    services = connect(settings, clock=lambda: SAMPLE_NOW)
    with closing(services.ledger), _warnings_hidden(not verbose):
        services.archive.check()
        sessions = select(services, Selection(since=SAMPLE_NOW - _SAMPLE_SPAN))
        waiting = {
            session.cue_point_id: reason for session in sessions if (reason := _reason_to_wait(session, services))
        }
        orders = [export_order_of(session) for session in sessions if session.cue_point_id not in waiting]
        outcomes = list(progress(chain(run(services, orders), run_events(services)), len(orders), "Exporting"))
        run_deliveries(replace(services, clock=lambda: _DIGEST_DUE))
        files = files_of(out)
        if as_json:
            outcomes += [
                Outcome(export_order_of(session), "skipped", waiting[session.cue_point_id], session.entry_name)
                for session in sessions
                if session.cue_point_id in waiting
            ]
            for outcome in outcomes:
                report_outcome(_with_files(outcome, files), as_json=True)
        else:
            _print_sessions(services, [session for session in sessions if session.cue_point_id in waiting])
            for outcome in outcomes:
                say_problems(outcome)
            _print_files(files, out, verbose=verbose)
    return 0 if all(outcome.is_well for outcome in outcomes) else 1


@contextmanager
def _warnings_hidden(is_hidden: bool) -> Iterator[None]:
    """Hide warnings in the log, which the faults of the sample account cause."""
    logger = logging.getLogger("debrief")
    level = logger.level
    if is_hidden:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _with_files(outcome: Outcome, files: Sequence[Path]) -> Outcome:
    """Return the outcome with all files of its session, including emails."""
    own = [str(path) for path in files if id_of(path) == outcome.order.cue_point_id]
    return replace(outcome, files=own)


class _Row(NamedTuple):
    """A row of the table, in the order in which rows are sorted."""

    start: datetime
    name: str
    status: str
    attendees: str
    emails: str


def _print_sessions(services: Services, waiting: Sequence[Session]) -> None:
    """Print a table of 80 columns. A merged session replaces its parts."""
    rows = [_row(services, record) for record in services.ledger.all_sessions() if not record.merged_id]
    rows += [_Row(session.start, named(session.entry_name), "waiting", "-", "-") for session in waiting]
    _print_cells(*_HEAD)
    for row in sorted(rows):
        _print_cells(row.status, f"{row.start:%Y-%m-%d %H:%M}", row.name, row.attendees, row.emails)


def _print_cells(status: str, start: str, name: str, attendees: str, emails: str) -> None:
    print_row((status, start, cut(name, _ROOM_WIDTH), f"{attendees:>9}", f"{emails:>6}"), _WIDTHS)


def _row(services: Services, record: SessionRecord) -> _Row:
    suffix = _SUFFIXES.get(record.kind, "")
    name = cut(named(record.entry_name), _ROOM_WIDTH - len(suffix)) + suffix
    count = people(record)
    emails = sum(mail.state == "sent" for mail in services.ledger.deliveries(record.cue_point_id))
    return _Row(record.start, name, record.state_word, "-" if count is None else f"{count:,}", str(emails))


def _print_files(files: Sequence[Path], out: Path, *, verbose: bool) -> None:
    """Print four files to look at (with `verbose` all files), the time zone, and the command for links in emails."""
    own = [path for path in files if id_of(path) == _FIRST_LOOK]
    first = [next((path for path in own if path.match(name)), None) for name in ("report.pdf", "report.html", "*.eml")]
    first.append(next((path for path in files if id_of(path) == DIGEST), None))
    result("")
    result("Files:" if verbose else "Look first at:")
    for path in files if verbose else filter(None, first):
        result(f"  {path}")
    archive = shlex.quote(str(out / ARCHIVE))
    result(f"Times in these reports are in {_TIMEZONE}. Before other commands:")
    result(f"  export DEBRIEF_TIMEZONE={_TIMEZONE}")
    result(f"To open the links in these emails: debrief serve --archive {archive}")


def _reason_to_wait(session: Session, services: Services) -> str:
    """Return why a session cannot be exported yet; blank if it can be exported."""
    if session.is_open:
        return "still open"
    due = first_export(session, services.settings)
    return f"too fresh, due at {due:%H:%M} UTC" if due > services.clock() else ""
