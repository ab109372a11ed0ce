"""`debrief serve`: the portal that the links in mails lead to, on this machine."""

from __future__ import annotations

import argparse
import ipaddress
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from debrief.cli.arguments import add_command, add_places, settings_of
from debrief.cli.output import result, say
from debrief.errors import BadSettings
from debrief.pipeline.services import Services
from debrief.portal.app import respond
from debrief.portal.http import Request, Response
from debrief.portal.webhook import Hook, receive
from debrief.runner import deliver_all
from debrief.settings import Settings
from debrief.wiring import connect, open_ledger, utc_now

if TYPE_CHECKING:
    from debrief.cli.http_server import Listener

WEBHOOK = "/webhook"
PORT = 8780
_TEXT = """\
Serve the pages that links in mails lead to, and Kaltura's notifications under /webhook, until Ctrl-C. Links lead here
when DEBRIEF_PORTAL_URL is set where mails are made, such as http://127.0.0.1:8780; others reach it through a web server
of yours that speaks https.
"""


def register(commands: Any) -> None:
    """The command."""
    parser = add_command(commands, "serve", _serve, "serve the pages that links in mails lead to", _TEXT)
    parser.add_argument("--port", metavar="N", type=int, default=PORT, help=f"default {PORT}; 0 for any that is free")
    parser.add_argument("--host", metavar="ADDRESS", default="127.0.0.1", help="default 127.0.0.1: this machine only")
    add_places(parser)


def _serve(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of(args, environ)
    if not settings.portal_url and not _is_loopback(args.host):
        raise BadSettings("--host beyond this machine needs DEBRIEF_PORTAL_URL: the address that links in mails have.")
    with portal(settings, args.host, args.port) as listener:
        result(listener.url)
        say("The portal is open; Ctrl-C ends it.")
        try:
            listener.serve_forever()
        except KeyboardInterrupt:
            say("The portal is closed.")
    return 0


@contextmanager
def portal(settings: Settings, host: str, port: int, clock: Callable[[], datetime] = utc_now) -> Iterator[Listener]:
    """The portal, bound to its port; it answers once its `serve_forever` runs. Raises BadSettings."""
    try:
        from debrief.cli.http_server import Listener
    except ImportError:
        raise BadSettings("Serving needs Waitress; install Debrief with its extra `local`.") from None

    desk = _Desk()
    with Listener(host, port, desk.respond, desk.deliver) as listener:
        settings = replace(settings, portal_url=settings.portal_url or listener.url)
        desk.services = connect(settings, clock, asks_kaltura=False)
        yield listener
        desk.close()


class _Desk:
    """Answers requests, each with a ledger of its own, because each comes in a thread of its own."""

    services: Services

    def __init__(self) -> None:
        self._one_mail_at_a_time = threading.Lock()

    def respond(self, request: Request) -> Response:
        """The portal's answer, or the webhook's."""
        with self._opened() as services:
            if request.path != WEBHOOK:
                return respond(services, request)
            hook = Hook(services.settings.webhook_secret, lambda: services.ledger, services.clock, lambda: None)
            return receive(hook, request)

    def deliver(self, response: Response) -> None:
        """Send the mails that an answered request asked for."""
        if response.orders:
            with self._one_mail_at_a_time, self._opened() as services:
                for problem in deliver_all(services, response.orders)[1]:
                    say(problem)

    def close(self) -> None:
        """Let the mail that is being sent be sent; no other begins, and the next `debrief run` sends it."""
        self._one_mail_at_a_time.acquire()

    @contextmanager
    def _opened(self) -> Iterator[Services]:
        settings = self.services.settings
        if settings.ledger.startswith("dynamodb:"):  # any number of threads may use its client
            yield self.services
            return
        with closing(open_ledger(settings)) as ledger:
            yield replace(self.services, ledger=ledger)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
