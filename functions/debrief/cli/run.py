"""`debrief run`: do the work of the Lambda schedule on one machine."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from debrief.cli.arguments import add_archive_and_outbox, add_command, add_json, settings_of
from debrief.cli.export import check
from debrief.cli.output import report_outcome, say
from debrief.errors import BadSettings, GiveUp, RetryLater
from debrief.pipeline.services import Services
from debrief.pipeline.stages import reconcile
from debrief.pipeline.state.reconciliations import last_reconciliation, record_failed_reconciliation
from debrief.runner import run, run_deliveries, run_notices
from debrief.wiring import connect

_TEXT = """\
Compare the sessions in Kaltura with those in the ledger. Then export the sessions that are due, and send the emails
that are due, including reports on virtual events and notices to the admin. By default the first export is due 45
minutes after a session's end, and checks are due 6 and 24 hours after it.
"""
_SECONDS = {"m": 60, "h": 3600}
_LISTEN_SECONDS = 5.0


def register(commands: Any) -> None:
    """Add the command."""
    parser = add_command(commands, "run", _run, "export and email whatever is due, once or at an interval", _TEXT)
    parser.add_argument("--every", metavar="15m", help="repeat at this interval (5m, 1h)")
    add_archive_and_outbox(parser)
    add_json(parser)


def _run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    pause = _seconds(args.every) if args.every else None
    services = connect(settings_of(args, environ))
    with closing(services.ledger):
        check(services, mail=True)
        if pause is None:
            return run_once(services, as_json=args.json)
        while True:
            try:
                run_once(services, as_json=args.json)
            except (RetryLater, GiveUp) as error:  # the next repetition finds the same sessions
                say(str(error))
            _sleep(services, pause)


def run_once(services: Services, *, as_json: bool) -> int:
    """Send, reconcile, export. Digests come after the exports, because an admin's has the sessions of the last day."""
    well = _report(run_deliveries(services, digests=False))
    try:
        orders = reconcile(services)
    except RetryLater:
        _report(run_deliveries(services, digests=True))
        raise
    except GiveUp as error:
        record_failed_reconciliation(services, str(error))
        _report(run_deliveries(services, digests=True))
        _report(run_notices(services))
        raise
    if not orders:
        say("nothing is due.")
    for outcome in run(services, orders):
        report_outcome(outcome, as_json=as_json)
        well = well and outcome.is_well
    well = _report(run_deliveries(services, digests=True)) and well
    return 0 if _report(run_notices(services)) and well else 1


def _report(problems: list[str]) -> bool:
    """Print the problems. Returns whether there are none."""
    for problem in problems:
        say(problem)
    return not problems


def _sleep(services: Services, seconds: float) -> None:
    """Sleep until the next reconciliation, or until a webhook requests one."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, _LISTEN_SECONDS))
        hint, last = services.ledger.note("hint", "last"), last_reconciliation(services)
        if hint and last and hint.at > last:
            return


def _seconds(text: str) -> float:
    span = re.fullmatch(r"(\d{1,4})([mh])", text.strip())
    if span is None or int(span[1]) == 0:
        raise BadSettings(f"--every {text[:20]!r} is not a valid interval. Use 15m or 1h.")
    return int(span[1]) * _SECONDS[span[2]]
