"""Run the stand-in by hand: `python -m kaltura_standin [--port N] [--now T]`; Ctrl-C stops it."""

from __future__ import annotations

import argparse
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime
from typing import NoReturn

from kaltura_standin.sample_account import sample_account
from kaltura_standin.server import StandIn
from kaltura_standin.shift import shifted

_TEXT = """\
Run a stand-in for Kaltura on this machine, with a sample account of the last week, until Ctrl-C. The command prints
settings for `debrief`; paste them into another terminal.
"""
_LAST_PORT = 65_535


class _Parser(argparse.ArgumentParser):
    """Answer a wrong command line with one sentence instead of the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def main() -> None:
    """Serve the sample account until Ctrl-C, and print the settings with which to use it."""
    parser = _Parser(prog="python -m kaltura_standin", description=_TEXT)
    parser.add_argument("--port", metavar="N", type=_port, default=0, help="port to listen on; default: any free port")
    text = "time of the account in ISO 8601, UTC without a zone; default: now. Its sessions are in the week before"
    parser.add_argument("--now", metavar="T", type=_moment, help=text)
    args = parser.parse_args()
    try:
        standin = StandIn(shifted(sample_account(), args.now or datetime.now(UTC)), args.port)
    except OSError as error:
        parser.error(f"cannot listen on port {args.port}: {error.strerror}")
    with standin as kaltura:
        account, token = kaltura.account, kaltura.account.app_tokens[0]
        settings = {
            "KALTURA_SERVICE_URL": kaltura.url,
            "KALTURA_CHAT_URL": kaltura.chat_url,
            "KALTURA_PARTNER_ID": account.partner_id,
            "KALTURA_APP_TOKEN_ID": token.id,
            "KALTURA_APP_TOKEN": token.token,
        }
        sys.stdout.writelines(f"export {name}={value}\n" for name, value in settings.items())
        sys.stdout.write(f"# instead of the app token: export KALTURA_ADMIN_SECRET={account.admin_secret}\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:20]) <= _LAST_PORT):
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to {_LAST_PORT}")
    return int(text)


def _moment(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a time such as 2026-11-20T09:00") from None


if __name__ == "__main__":
    main()
