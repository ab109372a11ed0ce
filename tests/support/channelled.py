"""A world whose rules file has channels that lead to a receiver, and what the channels make of a session."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from debrief.delivery.channels.channel import Channel
from debrief.delivery.ledger.ledger import Delivery
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.services import Services
from debrief.runner import run, run_deliveries, run_notices
from debrief.wiring import open_channel
from support.receiver import Receiver
from support.world import END, World

CUE = "1_cue00001"
SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PORTAL = "https://reports.example.com"


@dataclass
class Channelled:
    """The small world with one channel, `crm`, and a receiver."""

    place: World
    receiver: Receiver
    kind: str
    options: str = ""
    secrets: dict[str, str] = field(default_factory=dict)
    when: str = '{title: "*"}'
    bus: str = ""

    def write_rules(self) -> Path:
        path = self.place.root / "rules.yaml"
        path.write_text(
            f"version: 1\ndefaults: {{roles: []}}\nchannels:\n  crm: {{kind: {self.kind}{self.options}}}\n"
            f"rules:\n  - {{name: To the CRM, when: {self.when}, to: crm}}\n"
        )
        return path

    @contextmanager
    def services(self, **changes: Any) -> Iterator[Services]:
        """Services whose channels send, although emails go to the outbox."""
        secrets = tuple((f"CRM_{key}".upper(), value) for key, value in self.secrets.items())
        usual = {
            "rules": str(self.write_rules()),
            "channel_secrets": secrets,
            "pdf": False,
            "portal_url": PORTAL,
            "admin_to": ("admin@example.com",),
            "event_bus": self.bus,
        }
        with self.place.services(**{**usual, **changes}) as services:
            sending = replace(services.settings, mail_channel="ses")

            def channel(name: str) -> Channel:
                return open_channel(sending, services.rules, name, self.receiver.network)

            yield replace(services, channel=channel)

    def export(self, **changes: Any) -> None:
        """Export and deliver what is due, an hour after the end or later."""
        self.place.clock.now = max(self.place.clock.now, END + timedelta(hours=1))
        with self.services(**changes) as services:
            for _ in run(services, reconcile(services)):
                pass

    def tick(self, **passed: float) -> None:
        """Let time pass, then do what a scheduled run does."""
        self.place.clock.now += timedelta(**passed)
        with self.services() as services:
            for _ in run(services, reconcile(services)):
                pass
            run_deliveries(services)
            run_notices(services)

    @property
    def deliveries(self) -> list[Delivery]:
        with self.services() as services:
            return [each for each in services.ledger.all_deliveries() if each.channel]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(each.body) for each in self.receiver.received]
