"""A world whose session was mailed with links to a portal, and requests to that portal."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from debrief.delivery.links.tokens import token_hash
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.services import Services
from debrief.portal.app import respond
from debrief.portal.http import Request, Response
from debrief.runner import run, run_notices
from support.world import END, World

PORTAL = "https://reports.example.com"
RULES = """
version: 1
people:
  bea@example.com: {timezone: America/New_York, language: en-US}
rules:
  - {name: Names, when: {title: "*"}, to: bea@example.com, see: names}
  - {name: Totals, when: {title: "*"}, to: cy@example.com, see: totals}
"""


@dataclass
class Mailed:
    """The small world after its mails: Ann sees everything, Bea names and Cy totals."""

    place: World
    tokens: dict[str, str]  # by address
    admins: tuple[str, ...] = ()  # once mail_the_admins was called, or whoever the settings are to name

    @contextmanager
    def services(self, **changes: object) -> Iterator[Services]:
        """Services that know where the portal is."""
        rules = str(self.place.root / "rules.yaml")
        usual = {"portal_url": PORTAL, "rules": rules, "admin_to": self.admins}
        with self.place.services(**{**usual, **changes}) as services:
            yield services

    def get(self, path: str, method: str = "GET") -> Response:
        """The answer to a reading request; `{ann}` in the path stands for her token."""
        return self.ask(method, path)

    def post(self, path: str, body: str = "", content_type: str = "application/x-www-form-urlencoded") -> Response:
        """The answer to a form."""
        return self.ask("POST", path, {"content-type": content_type}, body.encode())

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Response:
        """The answer to any request."""
        names = {address.partition("@")[0]: token for address, token in self.tokens.items()}
        path, _, query = path.format_map(names).partition("?")
        with self.services() as services:
            return respond(services, Request(method, path, headers or {}, body, query))

    def run(self) -> list[str]:
        """Do what is due; returns the new mails' names."""
        before = self.place.mails()
        with self.services() as services:
            for outcome in run(services, reconcile(services)):
                assert outcome.is_well, outcome
        return sorted(self.place.mails().keys() - before.keys())

    def grow(self, **changes: Any) -> None:
        """Kaltura finds one more attendee before the check."""
        account = self.place.kaltura.account
        room = account.rooms[0]
        (run_,) = room.runs
        late = replace(run_.attendances[1], user_id="late", name="Late", **changes)
        grown = replace(room, runs=(replace(run_, attendances=(*run_.attendances, late)),))
        self.place.kaltura.account = replace(account, rooms=(grown, *account.rooms[1:]))
        self.place.clock.now = END + timedelta(hours=6, minutes=1)
        self.run()

    def mail_the_admins(self, *admins: str) -> list[Path]:
        """Send these admins what is due, with a link to the index; returns the new mails."""
        self.admins = admins
        before = self.place.mails()
        with self.services() as services:
            assert run_notices(services) == []
        found = [self.place.root / "outbox" / name for name in sorted(self.place.mails().keys() - before.keys())]
        for path in found:
            self.tokens[receiver_of(path)] = token_in(path.read_bytes())
        return found

    def dump(self, *, opened: bool = False) -> list[tuple[object, ...]]:
        """Everything in the ledger; the notes that links were opened only if asked for."""
        path = self.place.root / "archive" / ".debrief" / "ledger.sqlite3"
        with sqlite3.connect(path) as database:
            tables = ("sessions", "deliveries", "links", "marks")
            rows = [(table, *row) for table in tables for row in database.execute(f"SELECT * FROM {table}")]
        database.close()
        return sorted((row for row in rows if opened or row[:2] != ("marks", "opened")), key=repr)

    def hash_of(self, address: str) -> str:
        """What the ledger knows of somebody's token."""
        return token_hash(self.tokens[address])


def mail_the_small_session(place: World) -> Mailed:
    """Export and mail, with links."""
    (place.root / "rules.yaml").write_text(RULES)
    mailed = Mailed(place, {})
    for name in mailed.run():
        path = place.root / "outbox" / name
        mailed.tokens[receiver_of(path)] = token_in(path.read_bytes())
    assert set(mailed.tokens) == {"ann@example.com", "bea@example.com", "cy@example.com"}
    return mailed


def receiver_of(mail: Path) -> str:
    """The address that a mail goes to."""
    return str(message_from_bytes(mail.read_bytes(), policy=policy.default)["To"])


def token_in(mail: bytes) -> str:
    """The one token that a mail's text holds."""
    text = message_from_bytes(mail, policy=policy.default).get_body(("plain",))
    assert text is not None
    (token,) = set(re.findall(rf"{PORTAL}/[rui]/([a-z2-7]+)", text.get_content()))
    return str(token)


def without_links(page: bytes) -> bytes:
    """A report without the links that the portal has added: as it is in the archive."""
    return re.sub(rb'<nav class="files".*?</nav>\n?', b"", page, count=1, flags=re.DOTALL)
