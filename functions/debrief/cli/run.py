"""`debrief run`: what the schedule does in Lambda, on one machine."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from debrief.cli.arguments import add_command, add_json, add_places, settings_of
from debrief.cli.export import check
from debrief.cli.output import report_outcome, say
from debrief.errors import BadSettings, GiveUp, RetryLater
from debrief.pipeline.services import Services
from debrief.pipeline.stages import reconcile
from debrief.pipeline.state.reconciliations import last_reconciliation, record_failed_reconciliation
from debrief.runner import run, run_deliveries, run_notices
from debrief.wiring import connect

_TEXT = """\
Compare the sessions that Kaltura lists with those that the ledger knows, then do whatever exports and mails are due,
reports on virtual events and the admin's mails included. Unless set otherwise the first export is due 45 minutes after
a session's end, checks 6 and 24 hours after it.
"""
_SECONDS = {"m": 60, "h": 3600}
_LISTEN_SECONDS = 5.0


def register(commands: Any) -> None:
    """The command."""
    parser = add_command(commands, "run", _run, "do what is due, once or again and again", _TEXT)
    parser.add_argument("--every", metavar="15m", help="again and again, with that much time between (5m, 1h)")
    add_places(parser)
    add_json(parser)


def _run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    pause = _seconds(args.every) if args.every else None
    services = connect(settings_of(args, environ))
    with closing(services.ledger):
        check(services, mail=True)
        if pause is None:
            return _once(services, as_json=args.json)
        while True:
            _patiently(services, as_json=args.json)
            _sleep(services, pause)


def _once(services: Services, *, as_json: bool) -> int:
    well = _told(run_deliveries(services))
    try:
        orders = reconcile(services)
    except GiveUp as error:
        record_failed_reconciliation(services, str(error))
        _told(run_notices(services))
        raise
    if not orders:
        say("nothing is due.")
    for outcome in run(services, orders):
        report_outcome(outcome, as_json=as_json)
        well = well and outcome.is_well
    return 0 if _told(run_notices(services)) and well else 1


def _told(problems: list[str]) -> bool:
    """Say what went wrong; whether nothing did."""
    for problem in problems:
        say(problem)
    return not problems


def _sleep(services: Services, seconds: float) -> None:
    """Until the next comparison, or until a webhook asks for one."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, _LISTEN_SECONDS))
        hint, last = services.ledger.mark("hint", "last"), last_reconciliation(services)
        if hint and last and hint.at > last:
            return


def _patiently(services: Services, *, as_json: bool) -> None:
    """A comparison that cannot be made now is made next time; nothing is lost by it, and the admin is told."""
    try:
        _once(services, as_json=as_json)
    except (RetryLater, GiveUp) as error:
        say(str(error))


def _seconds(text: str) -> float:
    span = re.fullmatch(r"(\d{1,4})([mh])", text.strip())
    if span is None or int(span[1]) == 0:
        raise BadSettings(f"--every {text[:20]!r} is no span; use 15m or 1h.")
    return int(span[1]) * _SECONDS[span[2]]
