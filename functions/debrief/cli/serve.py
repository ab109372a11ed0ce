"""`debrief serve`: run the portal, which opens the links in emails, on this machine."""

from __future__ import annotations

import argparse
import ipaddress
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from debrief.cli.arguments import add_archive_and_outbox, add_command, settings_of_archive, whole_number
from debrief.cli.output import result, say
from debrief.delivery.links.tokens import new_token
from debrief.errors import BadSettings
from debrief.pipeline.services import Services
from debrief.portal.app import respond
from debrief.portal.http import Request, Response
from debrief.portal.index_query import USUAL_DAYS
from debrief.portal.link_access import local_index_link
from debrief.portal.webhook import Hook, receive
from debrief.runner import deliver_all
from debrief.settings import Settings
from debrief.wiring import connect, ledger_file, open_ledger, utc_now

if TYPE_CHECKING:
    from debrief.cli.http_server import Listener
    from debrief.delivery.ledger.ledger import Ledger

WEBHOOK = "/webhook"
PORT = 8780
_TEXT = """\
Serve the pages behind the links in emails, and receive Kaltura's notifications under /webhook, until Ctrl-C. A portal
for this machine alone prints a link to an index of all sessions; the link works until the portal stops.

Set DEBRIEF_PORTAL_URL, such as http://127.0.0.1:8780, for the command that sends the emails, so that their links lead
to this server. For access from other machines put an HTTPS web server in front of it.
"""


def register(commands: Any) -> None:
    """Add the command."""
    parser = add_command(commands, "serve", _serve, "serve the pages behind the links in emails", _TEXT)
    parser.add_argument(
        "--port", metavar="N", type=whole_number(0, 65_535), default=PORT, help=f"default {PORT}; 0: any free port"
    )
    text = "address to listen on; default 127.0.0.1: this machine only"
    parser.add_argument("--host", metavar="ADDRESS", default="127.0.0.1", help=text)
    text = "write the emails with new links as .eml files to this folder instead of sending them"
    add_archive_and_outbox(parser, outbox=text)


def _serve(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of_archive(args, environ)
    if not settings.portal_url and not _is_loopback(args.host):
        raise BadSettings("For this --host set DEBRIEF_PORTAL_URL, the address of the portal in emails.")
    token = new_token() if _is_private(settings, args.host) else ""
    with portal(settings, args.host, args.port, local_token=token) as listener:
        result(listener.url)
        if token:
            say(f"Index of all sessions, for you alone: {listener.url}/i/{token}{_newest(settings)}")
        say("The portal is running. Press Ctrl-C to stop it.")
        try:
            listener.serve_forever()
        except KeyboardInterrupt:
            say("The portal has stopped.")
    return 0


@contextmanager
def portal(
    settings: Settings, host: str, port: int, clock: Callable[[], datetime] = utc_now, local_token: str | None = None
) -> Iterator[Listener]:
    """Bind the portal to its port. It answers while the listener's `serve_forever` runs.

    Until the portal stops, `local_token` opens the list of sessions. Raises BadSettings.
    """
    try:
        from debrief.cli.http_server import Listener
    except ImportError:
        raise BadSettings("Serving needs Waitress; install Debrief with its extra `local`.") from None

    server = _Portal()
    with Listener(host, port, server.respond, server.deliver) as listener:
        settings = replace(settings, portal_url=settings.portal_url or listener.url)
        local = local_index_link(local_token, clock()) if local_token else None
        server.services = replace(connect(settings, clock, asks_kaltura=False), local_link=local)
        yield listener
        server.close()


class _OpenLedger(threading.local):
    """The ledger that a thread keeps open, and the version of its file when it was opened."""

    ledger: Ledger | None = None
    version: tuple[int, ...] = ()


class _Portal:
    """Answer requests. Each thread keeps its own ledger open while the file is unchanged."""

    services: Services

    def __init__(self) -> None:
        self._open = _OpenLedger()
        self._delivery_lock = threading.Lock()

    def respond(self, request: Request) -> Response:
        """Answer as the portal or as the webhook."""
        with self._open_services() as services:
            if request.path != WEBHOOK:
                return respond(services, request)
            hook = Hook(services.settings.webhook_secret, lambda: services.ledger, services.clock, lambda: None)
            return receive(hook, request)

    def deliver(self, response: Response) -> None:
        """Send the emails that a request ordered."""
        if response.orders:
            with self._delivery_lock, self._open_services() as services:
                for problem in deliver_all(services, response.orders)[1]:
                    say(problem)

    def close(self) -> None:
        """Wait until the current email is sent, and send no other email; the next `debrief run` sends the rest."""
        self._delivery_lock.acquire()

    @contextmanager
    def _open_services(self) -> Iterator[Services]:
        settings = self.services.settings
        if settings.ledger.startswith("dynamodb:"):  # the client of DynamoDB is thread-safe
            yield self.services
            return
        version = _version_of(ledger_file(settings))
        if self._open.ledger is None or version != self._open.version:  # changed, restored or deleted
            if self._open.ledger is not None:
                self._open.ledger.close()
            self._open.ledger, self._open.version = open_ledger(settings), version
        yield replace(self.services, ledger=self._open.ledger)


def _version_of(file: Path) -> tuple[int, ...]:
    """Return what changes with every change of a file, and if another file takes its place."""
    try:
        found = file.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _is_private(settings: Settings, host: str) -> bool:
    """Return whether only this machine can open the portal, by its host and by DEBRIEF_PORTAL_URL."""
    public = urlsplit(settings.portal_url).hostname if settings.portal_url else host
    return _is_loopback(host) and _is_loopback(public or "")


def _newest(settings: Settings) -> str:
    """Return a query with which the list shows the newest sessions; blank if the list shows some without a query.

    In a DynamoDB ledger the newest sessions are not searched, because the whole table would be read.
    """
    if settings.ledger.startswith("dynamodb:"):
        return ""
    now = utc_now()
    with closing(open_ledger(settings)) as ledger:
        if any(ledger.sessions(now - timedelta(days=USUAL_DAYS - 1), now)):
            return ""
        newest = max((record.end for record in ledger.all_sessions()), default=None)
    return f"?to={newest.astimezone(settings.zone):%Y-%m-%d}" if newest else ""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
