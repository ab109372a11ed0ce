"""`debrief demo`: export the bundled sample account, without any configuration."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debrief.cli.arguments import add_command
from debrief.cli.output import named, print_outcome, print_session, progress, result, say
from debrief.cli.serve import PORT
from debrief.env import AppToken
from debrief.errors import BadSettings
from debrief.model import Session
from debrief.pipeline.services import Services
from debrief.pipeline.session.selection import Selection, select
from debrief.pipeline.state.check_schedule import first_export
from debrief.pipeline.state.session_records import order_for
from debrief.runner import run, run_events
from debrief.settings import Settings
from debrief.wiring import connect

if TYPE_CHECKING:
    from kaltura_standin.server import StandIn

_TEXT = """\
Start the bundled Kaltura stand-in on a free loopback port, export its sample account, and list every file: archive,
reports, and emails as .eml files. The demo's clock does not move, so each run writes the same bytes, and a second run
changes nothing.
"""
PORTAL = f"http://127.0.0.1:{PORT}"  # where `debrief serve` answers without options
_LINK_DAYS = 3650.0  # the demo's clock is fixed, but its links are opened at any time
_SAMPLE_SPAN = timedelta(days=60)
_TIMEZONE = "Europe/Berlin"


def register(commands: Any) -> None:
    """Add the command."""
    parser = add_command(commands, "demo", _demo, "export a bundled sample account", _TEXT)
    parser.add_argument("--out", metavar="DIR", default="out/demo", help="output folder; default out/demo")


def _demo(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    from kaltura_standin.sample_account import sample_account
    from kaltura_standin.server import StandIn

    del environ  # no setting changes the demo
    if not args.out.strip():
        raise BadSettings("--out is blank.")
    out = Path(args.out)
    with StandIn(sample_account()) as kaltura:
        return play(sample_settings(kaltura, out), out)


def sample_settings(kaltura: StandIn, out: Path) -> Settings:
    """Return settings for the stand-in and an output folder."""
    token = kaltura.account.app_tokens[0]
    return Settings(
        service_url=kaltura.url,
        chat_url=kaltura.chat_url,
        partner_id=str(kaltura.account.partner_id),
        credential=AppToken(token.id, token.token),
        archive=str(out / "archive"),
        outbox=str(out / "outbox"),
        mail_from="debrief@example.com",
        timezone=_TIMEZONE,
        portal_url=PORTAL,
        link_days=_LINK_DAYS,
    )


def play(settings: Settings, out: Path) -> int:
    """Export the sample account at its own time, print each outcome, and return the exit code."""
    from kaltura_standin.sample_account import SAMPLE_NOW

    services = connect(settings, clock=lambda: SAMPLE_NOW)
    with closing(services.ledger):
        services.archive.check()
        sessions = select(services, Selection(since=SAMPLE_NOW - _SAMPLE_SPAN))
        ready = [session for session in sessions if not _report_waiting(session, services)]
        well = True
        outcomes = chain(run(services, [order_for(session) for session in ready]), run_events(services))
        for outcome in progress(outcomes, len(ready), "Exporting"):
            print_outcome(outcome)
            well = well and outcome.is_well
            if outcome.reason:
                say(outcome.reason)
    files = [path for path in sorted(out.rglob("*")) if path.is_file()]
    for path in files:
        result(str(path))
    if reports := [path for path in files if path.name == "report.pdf"]:
        largest = max(reports, key=lambda path: path.stat().st_size)
        say(f"open {largest} first, then report.html beside it and the emails in the outbox.")
    return 0 if well else 1


def _report_waiting(session: Session, services: Services) -> bool:
    """Print a session that cannot be exported yet, and why; return whether it waits."""
    if reason := _reason_to_wait(session, services):
        print_session("waiting", session.cue_point_id, reason, session.start, named(session.entry_name))
    return bool(reason)


def _reason_to_wait(session: Session, services: Services) -> str:
    """Return why a session cannot be exported yet; blank when it can."""
    if session.is_open:
        return "still open"
    due = first_export(session, services.settings)
    return f"too fresh, due at {due:%H:%M} UTC" if due > services.clock() else ""
