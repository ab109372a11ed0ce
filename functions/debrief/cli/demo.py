"""`debrief demo`: the whole job on the bundled sample account, with no configuration."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debrief.cli.arguments import add_command
from debrief.cli.output import named, print_outcome, print_session, progress, result, say
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
Start the bundled Kaltura stand-in on a free loopback port, run the whole job on its sample account, and print every
file: archive, reports, and the mails as .eml files. The clock of the demo stands still, so every run makes the same
bytes; a second one finds everything done.
"""
_SAMPLE_SPAN = timedelta(days=60)
_TIMEZONE = "Europe/Berlin"


def register(commands: Any) -> None:
    """The command."""
    parser = add_command(commands, "demo", _demo, "run the whole job on a sample account", _TEXT)
    parser.add_argument("--out", metavar="DIR", default="out/demo", help="default out/demo")


def _demo(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    from kaltura_standin.sample_account import sample_account
    from kaltura_standin.server import StandIn

    del environ  # the demo is the same everywhere
    if not args.out.strip():
        raise BadSettings("--out is blank.")
    out = Path(args.out)
    with StandIn(sample_account()) as kaltura:
        return play(sample_settings(kaltura, out), out)


def sample_settings(kaltura: StandIn, out: Path) -> Settings:
    """Settings that lead to the stand-in and below a folder."""
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
    )


def play(settings: Settings, out: Path) -> int:
    """The whole job at the sample account's time, told on standard output; returns the exit code."""
    from kaltura_standin.sample_account import SAMPLE_NOW

    services = connect(settings, clock=lambda: SAMPLE_NOW)
    with closing(services.ledger):
        services.archive.check()
        return _run(services, out)


def _run(services: Services, out: Path) -> int:
    now = services.clock()
    sessions = select(services, Selection(since=now - _SAMPLE_SPAN))
    ready = [session for session in sessions if not (why := _waits(session, services)) or _tell(session, why)]
    well = True
    orders = [order_for(session) for session in ready]
    outcomes = chain(run(services, orders), run_events(services))
    for outcome in progress(outcomes, len(orders), "Exporting"):
        print_outcome(outcome)
        well = well and outcome.is_well
        if outcome.reason:
            say(outcome.reason)
    files = list(_files(out))
    for path in files:
        result(str(path))
    _point_to(files)
    return 0 if well else 1


def _waits(session: Session, services: Services) -> str:
    """Why a session is not exported yet; blank when it is ready."""
    if session.is_open:
        return "still open"
    due = first_export(session, services.settings)
    return f"too fresh, due at {due:%H:%M} UTC" if due > services.clock() else ""


def _tell(session: Session, why: str) -> bool:
    print_session("waiting", session.cue_point_id, why, session.start, named(session.entry_name))
    return False


def _files(out: Path) -> Iterator[Path]:
    return (path for path in sorted(out.rglob("*")) if path.is_file())


def _point_to(files: list[Path]) -> None:
    """Where a person looks first: the largest report and its mail."""
    reports = [path for path in files if path.name == "report.pdf"]
    if reports:
        largest = max(reports, key=lambda path: path.stat().st_size)
        say(f"look first at {largest}, at the report.html beside it, and at the mails in the outbox.")
