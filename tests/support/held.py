"""An archive with its ledger and outbox, and no Kaltura: what the archive's commands work on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from debrief.pipeline.services import Services
from debrief.settings import Settings
from debrief.wiring import connect
from kaltura_standin.sample_account import SAMPLE_NOW
from support.world import files

PORTAL = "https://reports.example.com"
TIMEZONE = "Europe/Berlin"
Run = Callable[..., tuple[int, str, str]]  # a command line; exit code, standard output, standard error


@dataclass
class Held:
    """A copy of that archive with its ledger and outbox."""

    root: Path

    @property
    def settings(self) -> Settings:
        """Those that it was made with; Kaltura is nowhere."""
        return Settings(
            service_url="http://127.0.0.1:9",
            archive=str(self.root / "archive"),
            outbox=str(self.root / "outbox"),
            mail_from="debrief@example.com",
            portal_url=PORTAL,
            timezone=TIMEZONE,
            pdf=False,
        )

    def archived(self) -> dict[str, str]:
        """SHA-256 of every archived file by its key."""
        return files(self.root / "archive")

    def services(self) -> Services:
        """Services as a command has them."""
        return connect(self.settings, lambda: SAMPLE_NOW, asks_kaltura=False)
