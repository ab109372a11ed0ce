"""A whole Debrief on one machine for tests: stand-in, folder, ledger, outbox, and a clock that can be moved."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from debrief.delivery.archive.atomic_files import write_atomically
from debrief.delivery.links import local_keys
from debrief.env import AppToken
from debrief.kaltura.api.client import Kaltura
from debrief.pipeline.services import Services
from debrief.settings import Settings
from debrief.wiring import connect, ledger_file
from kaltura_standin.account import Account, Attendance, Room, Run, User
from kaltura_standin.server import StandIn

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
END = START + timedelta(minutes=61)
LINK_KEY = b"a-key-of-links-that-is-the-same-everywhere_"  # else no two worlds would have the same files


def seconds(moment: datetime) -> int:
    """Unix seconds."""
    return int(moment.timestamp())


@dataclass
class Clock:
    """A clock that does not move until a test moves it."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


def small_account() -> Account:
    """One room, one session of three people, one breakout; a host with an address."""
    start, end = seconds(START), seconds(END)
    hour = (start, end)
    people = (
        Attendance("ann@example.com", "Ann Lee", "ann@example.com", stays=(hour,), engaged=0.9),
        Attendance("9f2c41", "Guest 7", "", type="Guest", stays=((start, start + 210),), engaged=0.0),
        Attendance("Unknown", "", "", stays=((start, start + 720),), engaged=0.25),
    )
    in_breakout = (
        Attendance("ann@example.com", "Ann Lee", "ann@example.com", stays=((start + 600, start + 1200),)),
        Attendance("zed@example.com", "Zed", "zed@example.com", stays=((start + 600, start + 900),)),
    )
    breakout = Run("1_cue00002", start + 600, start + 1200, "ann@example.com", in_breakout)
    return Account(
        rooms=(
            Room("1_room0001", "Sales, EMEA", (Run("1_cue00001", start, end, "ann@example.com", people),)),
            Room("1_brk00001", "Group 1", (breakout,), parent="1_room0001"),
        ),
        users=(User("ann@example.com", "Ann", "Lee", "ann@example.com"),),
    )


@dataclass
class World:
    """The stand-in and everything that Debrief writes."""

    kaltura: StandIn
    root: Path
    clock: Clock

    @property
    def settings(self) -> Settings:
        """Settings that lead to the stand-in and into the folder."""
        token = self.kaltura.account.app_tokens[0]
        return Settings(
            service_url=self.kaltura.url,
            partner_id=str(self.kaltura.account.partner_id),
            credential=AppToken(token.id, token.token),
            archive=str(self.root / "archive"),
            outbox=str(self.root / "outbox"),
            mail_from="debrief@example.com",
        )

    @contextmanager
    def services(self, **changes: object) -> Iterator[Services]:
        """Fresh services, as a new process would have; nothing waits between retries."""
        settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        if not settings.ledger.startswith("dynamodb:"):  # which no folder has a key beside
            for name in (local_keys.LINK, local_keys.PEOPLE):
                write_atomically(ledger_file(settings).with_name(name), LINK_KEY)
        services = connect(settings, self.clock)
        try:
            yield replace(services, kaltura=Kaltura(services.settings, sleep=lambda _: None))
        finally:
            services.ledger.close()

    def archived(self) -> dict[str, str]:
        """SHA-256 of every archived file by its key; the ledger is not one."""
        return files(self.root / "archive")

    def mails(self) -> dict[str, str]:
        """Return the SHA-256 of every email in the outbox by its name."""
        return files(self.root / "outbox")

    def read(self, key: str) -> bytes:
        """One archived file."""
        return (self.root / "archive" / key).read_bytes()


def files(root: Path) -> dict[str, str]:
    """SHA-256 by path of all files below a folder that are not hidden."""
    found = (path for path in sorted(root.rglob("*")) if path.is_file() and ".debrief" not in path.parts)
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@contextmanager
def world(root: Path, account: Account, now: datetime) -> Iterator[World]:
    """A world around an account, at a time."""
    with StandIn(account) as kaltura:
        yield World(kaltura, root, Clock(now))
