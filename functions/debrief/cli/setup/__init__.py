"""`debrief setup`: ask an admin for what a deployment needs, check it, and prepare everything for `make deploy`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from debrief.cli.arguments import add_command
from debrief.errors import BadSettings

_TEXT = """\
Prepare a deployment to AWS. Setup asks at most eight questions and checks each answer at once. Then it stores Kaltura's
app token in Secrets Manager and writes samconfig.toml, which `make deploy` reads. Setup shows what it will create
before it creates anything.

Every answer has a flag, except secrets: set KALTURA_APP_TOKEN_ID and KALTURA_APP_TOKEN, or KALTURA_ADMIN_SECRET. With
the admin secret, setup creates a read-only role and an app token in Kaltura; the admin secret itself is not stored.

Run it again to change an answer, or after it was interrupted. --undo removes what setup created.

example: debrief setup --region eu-west-1 --sender reports@example.com --admin ann@example.com --yes
"""
_FLAGS = (
    ("--region", "REGION", "AWS region; default that of the AWS CLI"),
    ("--partner-id", "N", "number of the Kaltura account; default KALTURA_PARTNER_ID"),
    ("--sender", "ADDRESS", "the reports' sender; SES verifies this address"),
    ("--admin", "ADDRESS", "your address, for the daily summary and notices of failures; several separated by commas"),
    ("--alarm", "ADDRESS", "address that gets the alarms; default the first of --admin"),
    ("--timezone", "ZONE", "time zone of the reports, such as Europe/Berlin; default that of this machine"),
    (
        "--reports",
        "WHO",
        "me: only --admin gets reports (the default); both: organizers too; organizers: only the organizers",
    ),
    ("--stack", "NAME", "name of the CloudFormation stack; default debrief"),
    ("--secret", "NAME", "name of the secret for Kaltura's credential; default debrief/kaltura"),
    (
        "--kaltura-url",
        "URL",
        "URL of the Kaltura server; default that of the last run, KALTURA_SERVICE_URL or https://www.kaltura.com",
    ),
)


def register(commands: Any) -> None:
    """Add the command."""
    parser = add_command(
        commands, "setup", _setup, "prepare a deployment to AWS: a few questions, then make deploy", _TEXT
    )
    for flag, value, text in _FLAGS:
        parser.add_argument(flag, metavar=value, help=text)
    parser.add_argument("--yes", action="store_true", help="ask nothing: take flags, earlier answers and defaults")
    parser.add_argument("--undo", action="store_true", help="remove what setup created, after showing it")


def _setup(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    from debrief.cli.setup.run import run_setup, run_undo

    folder = Path.cwd()
    if not (folder / "template.yaml").is_file():
        raise BadSettings("There is no template.yaml here. Run debrief setup in the folder of Debrief's repository.")
    is_interactive = sys.stdin.isatty() and not args.yes
    flags = {name: getattr(args, name) for name in (flag[2:].replace("-", "_") for flag, *_ in _FLAGS)}
    run = run_undo if args.undo else run_setup
    with _quiet_retries(is_verbose=args.verbose):
        return run(folder, flags, environ, is_interactive=is_interactive, is_confirmed=args.yes)


@contextmanager
def _quiet_retries(*, is_verbose: bool) -> Iterator[None]:
    """Log no repeated call to Kaltura: if the last one fails too, its error says enough."""
    log = logging.getLogger("debrief.kaltura.api.retries")
    before = log.level
    log.setLevel(before if is_verbose else logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)
