"""One setting that changes between two stages of the same sessions: reconcile, export, deliver, and the later checks.

A room of a virtual event has one session, another room an interrupted one. What is final keeps what it was exported
with; a filter, and whether sessions are one, is decided by their first export. All else ends as if the setting had
always been the new one.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from functools import cache
from itertools import islice, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from debrief.delivery.archive.archive import ManifestFile
from debrief.delivery.archive.manifest import read_manifest
from debrief.delivery.ledger.ledger import Delivery
from debrief.delivery.mail.mailer import Envelope
from debrief.errors import DebriefError
from debrief.orders import DeliveryOrder, ExportOrder
from debrief.pipeline.mailing.stale_claims import due_deliveries
from debrief.pipeline.maintenance.rebuild_ledger import manifest_keys
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.services import Services
from debrief.pipeline.stages import deliver, run_export
from kaltura_standin.account import Account
from kaltura_standin.catalogue import ScheduleEvent, VirtualEvent
from kaltura_standin.server import StandIn
from support.life import HOUR, MINUTE, Held, Life, foreign, host
from support.world import START, Clock, World, seconds

_END = 61 * MINUTE  # after START
_HELD = (  # boris is interrupted for ten minutes; figures are late until the second check
    Held("anna", 1, 61, _END + 5 * HOUR, 0 * MINUTE),
    Held("boris", 1, 20, _END + 5 * HOUR, 0 * MINUTE),
    Held("boris", 2, 30, _END + 5 * HOUR, 30 * MINUTE),
)
_ROUNDS = (49 * MINUTE, 64 * MINUTE, 369 * MINUTE, 384 * MINUTE, 1449 * MINUTE, 1464 * MINUTE)  # after the last end
_LATER = (27 * HOUR, 49 * HOUR, 50 * HOUR)
STAGES = ("reconcile", "export", "deliver")
POINTS = tuple(range(1, len(_ROUNDS) * len(STAGES)))  # stages that a setting may change before; 0: it always was so
_BASE: dict[str, Any] = {"pdf": False, "link_key": "k" * 40}


@dataclass(frozen=True)
class Setting:
    """What is changed. `rules` is the text of a rules file; `decides` which sessions are reported, and as what."""

    name: str
    value: Any
    decides: bool = False

    def __str__(self) -> str:
        return f"{self.name}={self.value!r}"


SETTINGS = (
    Setting("rules", "version: 1\npeople: {anna-host@example.org: {see: totals}}\n"),
    Setting("rules", "version: 1\ndefaults: {see: names}\n"),
    Setting("rules", "version: 1\nnever: [anna-host@example.org]\n"),
    Setting("rules", "version: 1\ndefaults: {roles: []}\n"),
    Setting("rules", "version: 1\ndefaults: {language: de-DE, timezone: Asia/Kolkata}\n"),
    Setting("rules", "version: 1\nrules:\n  - {name: A, when: {room: 1_roomanna}, to: a@example.com, see: names}\n"),
    Setting("only_events", ("77",), decides=True),
    Setting("only_rooms", ("1_roomboris",), decides=True),
    Setting("min_attendees", 100, decides=True),
    Setting("interruption_minutes", 0.0, decides=True),
    Setting("page", False),
    Setting("html", False),
    Setting("report_attendees", 1),
    Setting("mail_to", ("boss@example.com",)),
    Setting("portal_url", "https://reports.example.com"),
    Setting("timezone", "Asia/Kolkata"),
    Setting("check_hours", (3.0, 12.0, 24.0)),
    Setting("check_hours", (24.0,)),
    Setting("check_hours", (6.0, 48.0)),
)


@dataclass
class Sent:
    """One mail that went out."""

    name: str
    address: str
    text: str  # all its parts
    is_after: bool  # the change


@dataclass
class Story(Life):
    """The sessions from their end to their last check, with a setting that changes before a stage."""

    mails: list[Sent] = field(default_factory=list)
    is_changed: bool = False
    keeps: set[str] = field(default_factory=set)  # whose files stay as they were before the change

    def account(self, *, is_whole: bool = False) -> Account:
        """Life's, with anna's room in a virtual event."""
        known = super().account(is_whole=is_whole)
        anna, *others = known.rooms
        plan = ScheduleEvent(5001, anna.id, seconds(START), seconds(START + _END), anna.name, owner=host("anna"))
        return replace(
            known,
            rooms=(replace(anna, virtual_event_id="77"), *others),
            schedule=(plan,),
            virtual_events=(VirtualEvent("77", "Days", main_event=5001),),
        )

    def run(self, setting: Setting | None, before: int) -> None:
        """The whole story; the setting changes before the stage of that number."""
        number = 0
        for after_end in (*_ROUNDS, *_LATER):
            self.place.clock.now = START + _END + after_end
            orders: list[ExportOrder] = []
            mails: list[DeliveryOrder] = []
            for stage in STAGES:
                if setting and number == before:
                    self._change(setting)
                if stage == "reconcile" or (orders if stage == "export" else mails):
                    with self._services() as services:
                        self._stage(services, stage, orders, mails)
                number += 1

    def _change(self, setting: Setting) -> None:
        self.is_changed = True
        with self._services() as services:
            records = [one for one in services.ledger.all_sessions() if one.revision]
        kept = [one for one in records if setting.decides or one.state == "final"]
        self.keeps = {one.cue_point_id for one in kept}
        if setting.name == "interruption_minutes":
            self.keeps |= {one.merged_id for one in kept}
        if setting.decides or setting.name == "page":  # an event's report is made from its sessions' files
            self.keeps |= {f"event-{one.virtual_event_id}" for one in kept}
        if setting.name == "rules":
            path = self.place.root / "rules.yaml"
            path.write_text(setting.value)
            self.changes["rules"] = str(path)
        else:
            self.changes[setting.name] = setting.value

    def _stage(self, services: Services, stage: str, orders: list[ExportOrder], mails: list[DeliveryOrder]) -> None:
        """One stage of a round. What fails stays in the ledger, for a later round."""
        if stage == "reconcile":
            orders += reconcile(services)
            mails += due_deliveries(services)
        for order in orders if stage == "export" else ():
            with suppress(DebriefError):
                mails += run_export(services, order)
        for mail in dict.fromkeys(mails) if stage == "deliver" else ():
            with suppress(DebriefError):
                deliver(services, mail)

    @contextmanager
    def _services(self) -> Iterator[Services]:
        self.place.kaltura.account = self.account()
        with self.place.services(**(_BASE | self.changes)) as services:
            yield replace(services, mailer=_Kept(services.mailer, self))

    def deliveries(self) -> list[Delivery]:
        """All mails that were asked for."""
        with self._services() as services:
            return list(services.ledger.all_deliveries())

    def archive(self) -> dict[str, dict[str, object]]:
        """What each session's files say, by session and file; not how often they were written."""
        with self._services() as services:
            manifests = [read_manifest(self.place.read(key)) for key in manifest_keys(services)]
        return {one.cue_point_id: {file.key: self._said(file) for file in one.files} for one in manifests}

    def _said(self, file: ManifestFile) -> object:
        if file.name in {"summary.json", "summaries.json"}:
            return {**json.loads(self.place.read(file.key)), "revision": 0}
        return file.name if file.name.endswith(".html") else file.sha256  # a page prints the revision


@dataclass
class _Kept:
    """A mailer that keeps what it sends."""

    real: Any
    story: Story

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def send(self, envelope: Envelope) -> None:
        self.real.send(envelope)
        parts = message_from_bytes(envelope.message, policy=policy.default).walk()
        text = "\n".join(str(part.get_content()) for part in parts if part.get_content_maintype() == "text")
        self.story.mails.append(Sent(envelope.name, envelope.to, text, self.story.is_changed))


@contextmanager
def story(setting: Setting | None, before: int) -> Iterator[Story]:
    """The story, run to its end."""
    with TemporaryDirectory() as root, StandIn(Account()) as kaltura:
        made = Story(World(kaltura, Path(root), Clock(START)), held=[replace(one) for one in _HELD])
        made.run(setting, before)
        yield made


@cache
def undisturbed(setting: Setting | None) -> Mapping[str, Mapping[str, object]]:
    """The archive when the setting was always so."""
    with story(setting, 0) as made:
        return made.archive()


def wrong(made: Story, setting: Setting) -> list[str]:
    """What is not as it should be, a sentence each."""
    return [*_archive(made, setting), *_mails(made), *_tiers(made, setting), *foreign(made), *_foreign_mails(made)]


def _archive(made: Story, setting: Setting) -> Iterator[str]:
    old, new, found = undisturbed(None), undisturbed(setting), made.archive()
    for session in sorted({*old, *new, *found}):
        wanted = (old if session in made.keeps else new).get(session, {})
        there = found.get(session, {})
        for name in sorted({*wanted, *there}):
            if wanted.get(name) != there.get(name):
                yield f"{session} {name}: {_short(there.get(name))} instead of {_short(wanted.get(name))}"


def _short(value: object) -> str:
    return str(value)[:12] if isinstance(value, str) else "nothing" if value is None else "another content"


def _mails(made: Story) -> Iterator[str]:
    """Mails that went out twice, or wait for ever, or stopped without a reason; sessions that nobody was mailed."""
    counts = Counter(mail.name for mail in made.mails)
    yield from (f"{name} was sent {count} times" for name, count in counts.items() if count > 1)
    for mail in made.deliveries():
        if mail.state != "sent" and not (mail.state == "stopped" and mail.reason):
            yield f"A mail of {mail.cue_point_id} stays {mail.state}: {mail.reason}"


def _tiers(made: Story, setting: Setting) -> Iterator[str]:
    """Mails after a change of the rules that show people whom the rules now hide, or go to whom they exclude."""
    if setting.name != "rules":
        return
    with made._services() as services:
        rules = services.rules.current()
        for mail in [one for one in made.mails if one.is_after]:
            is_hidden = rules.still_sees(mail.address, "full", None, None) == "totals"
            if rules.is_never(mail.address):
                yield f"{mail.name} went to somebody on the never-list"
            if is_hidden and "-guest-" in mail.text:
                yield f"{mail.name} names people"


def _foreign_mails(made: Story) -> Iterator[str]:
    for mail in made.mails:
        for room, other in (("anna", "boris"), ("boris", "anna")):
            if f"1_{room}" in mail.name and f"{other}-" in mail.text:
                yield f"{mail.name} has people of {other}"


def tried(setting: Setting, before: int) -> list[str]:
    """What went wrong with one change."""
    with story(setting, before) as made:
        return wrong(made, setting)


def every() -> Sequence[tuple[Setting, int]]:
    """Every setting before every stage."""
    return list(product(SETTINGS, POINTS))


def main() -> None:
    """Change every setting before every stage and say what went wrong."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--one-in", type=int, default=1, help="try only one of so many changes")
    parser.add_argument("--only", default="", help="try only settings whose name and value have this in it")
    asked = parser.parse_args()
    chosen = [one for one in every() if asked.only in str(one[0])]
    bad = number = 0
    for setting, before in islice(chosen, 0, None, asked.one_in):
        found = tried(setting, before)
        number += 1
        bad += bool(found)
        if number % 10 == 0:
            print(f"{number} changes tried", file=sys.stderr, flush=True)
        for one in found:
            print(f"{setting} before {STAGES[before % 3]} of round {before // 3 + 1}: {one}", flush=True)
    print(f"{number} changes tried, {bad} went wrong.")
    raise SystemExit(bool(bad))


if __name__ == "__main__":
    main()
