"""Entry point of the command line: run one command, and turn each error into one sentence and an exit code."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec

from debrief import __version__
from debrief.cli import (
    archive,
    compare,
    demo,
    doctor,
    erase,
    export,
    export_person,
    links,
    preview,
    replay,
    resend,
    run,
    serve,
    setup,
    status,
    verify,
)
from debrief.cli.arguments import Parser
from debrief.cli.output import VisibleFormatter, say
from debrief.errors import BadCredentials, BadSettings, DebriefError, UnknownSession

ALL_DONE, SOME_FAILED, BAD_USAGE, INTERRUPTED = 0, 1, 2, 130
_COMMANDS = (
    demo,
    setup,
    export,
    run,
    status,
    archive,
    preview,
    replay,
    resend,
    verify,
    compare,
    erase,
    export_person,
    doctor,
    serve,
    links,
)
_EPILOG = """\
Settings come from environment variables (KALTURA_PARTNER_ID, KALTURA_APP_TOKEN_ID, KALTURA_APP_TOKEN, DEBRIEF_ARCHIVE,
...); flags override them. To try Debrief without settings, run `debrief demo`.

exit codes:
  0  success
  1  the command failed or was declined, or at least one session failed (status --compare: is missing; verify, compare:
     differs)
  2  the command line or the configuration is wrong
  130  stopped with Ctrl-C; run the same command again to continue
"""


def main(argv: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Run one command and return the exit code."""
    parser = _parser()
    args = parser.parse_args(argv)
    log = logging.StreamHandler()
    log.setFormatter(VisibleFormatter())
    logging.basicConfig(level=logging.INFO if args.verbose else logging.WARNING, handlers=[log])
    try:
        _check_installed()
        return int(args.command(args, os.environ if environ is None else environ))
    except (BadSettings, BadCredentials, UnknownSession) as error:
        say(str(error))
        return BAD_USAGE
    except DebriefError as error:
        say(str(error))
        return SOME_FAILED
    except KeyboardInterrupt:
        say("Interrupted. Run the same command again to continue.")
        return INTERRUPTED


def _check_installed() -> None:
    if find_spec("rich") is None:
        raise BadSettings("The command line needs rich; install Debrief with its extra `local`.")


def _parser() -> Parser:
    parser = Parser(
        prog="debrief",
        description="When a Kaltura webinar ends, Debrief archives its data and emails a report to the organizers.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"debrief {__version__}", help="print the version")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.register(commands)
    return parser
