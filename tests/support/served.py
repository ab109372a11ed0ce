"""The portal listening on a port of this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from debrief.cli.http_server import Listener
from debrief.cli.serve import portal
from support.mailed import PORTAL, Mailed

SECRET = "topsecret"


@contextmanager
def served(mailed: Mailed) -> Iterator[Listener]:
    """`debrief serve` in a thread, with the world's clock."""
    settings = replace(mailed.place.settings, portal_url=PORTAL, admin_to=mailed.admins, webhook_secret=SECRET)
    with portal(settings, "127.0.0.1", 0, mailed.place.clock) as listener, in_thread(listener):
        yield listener


@contextmanager
def in_thread(listener: Listener) -> Iterator[None]:
    """Let a bound portal answer in a thread."""
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        listener.shutdown()
        thread.join()
