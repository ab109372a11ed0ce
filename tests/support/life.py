"""A room's life in a world, in any order: sessions, late figures, pauses, kills, two runs at once, an erased person.

Every step may be taken at any time. `settled` lets time pass until all figures are final; `wrong` then returns what is
not as it should be.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from debrief.delivery.archive.manifest import read_manifest
from debrief.delivery.ledger.ledger import Delivery
from debrief.delivery.mail.mailer import Envelope
from debrief.delivery.mail.outbox import OutboxMailer
from debrief.errors import BadSettings, RetryLater
from debrief.pipeline.erasure.erase_person import erase, find_person
from debrief.pipeline.maintenance.rebuild_ledger import connect_parts, manifest_keys, reindex
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.services import Services
from debrief.pipeline.state.revisions import Files
from debrief.runner import Outcome, run, run_deliveries, run_notices
from debrief.wiring import ledger_file
from kaltura_standin.account import Account, Attendance, Room, Run, User
from support.killing import Countdown, KilledError, Watched, watched
from support.world import START, Clock, World, seconds

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ROOMS = ("anna", "boris")  # the first part of all ids in each
QUICK: dict[str, Any] = {"pdf": False, "html": False, "page": False}
_FINAL = 27 * HOUR  # after its end a session's last check is past
_ENDS = {"sent", "stopped", "refused", "unknown"}


@dataclass
class Pause(Countdown):
    """Does something to the end before the n-th write of another run."""

    left: int
    beside: Callable[[], None]

    def around(self, call: Callable[[], Any]) -> Any:
        self.left -= 1
        if self.left == 0:
            self.beside()
        return call()


@dataclass
class Held:
    """One session as it is held, and until when analytics has seen but half of it."""

    room: str
    number: int
    minutes: int
    late_until: timedelta  # after START
    start: timedelta

    @property
    def cue_point_id(self) -> str:
        return f"1_{self.room}{self.number}"

    @property
    def guest(self) -> str:
        """Who was in this session alone."""
        return f"{self.room}-guest-{self.number}@example.org"

    @property
    def end(self) -> timedelta:
        return self.start + self.minutes * MINUTE


@dataclass
class Life:
    """What was done, and what came of it."""

    place: World
    held: list[Held] = field(default_factory=list)
    erased: set[str] = field(default_factory=set)
    sent: list[str] = field(default_factory=list)  # names of mails, each as often as it was sent
    problems: list[str] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)  # of settings
    unknown: set[str] = field(default_factory=set)  # final when the ledger was lost: nobody knows of their mails

    @property
    def elapsed(self) -> timedelta:
        return self.place.clock.now - START

    def account(self, *, is_whole: bool = False) -> Account:
        """What Kaltura knows now; `is_whole`: what it will know when nothing is late any more."""
        now = self.elapsed
        rooms = [
            Room(
                f"1_room{room}",
                f"The room of {room}",
                tuple(_runs(self.held, room, now, is_whole=is_whole)),
                owner=host(room),
            )
            for room in ROOMS
        ]
        users = tuple(User(host(room), room, "Host", host(room)) for room in ROOMS)
        return replace(self.place.kaltura.account, rooms=tuple(rooms), users=users, now=self.place.clock.now)

    def begins(self, room: str, minutes: int, late_hours: int) -> None:
        """A session, unless the room is open."""
        mine = [one for one in self.held if one.room == room]
        if any(one.end >= self.elapsed for one in mine):
            return
        start = self.elapsed + MINUTE
        late = start + minutes * MINUTE + late_hours * HOUR
        self.held.append(Held(room, len(mine) + 1, minutes, late, start))

    def goes_on(self, room: str, minutes: int) -> None:
        """Kaltura moves the end of the room's last session, while it is young."""
        mine = [one for one in self.held if one.room == room and one.end < self.elapsed < one.end + 5 * HOUR]
        for one in mine[-1:]:
            one.minutes += min(minutes, int((self.elapsed - one.end) / MINUTE))

    def passes(self, span: timedelta) -> None:
        """Time, in which nobody looks."""
        self.place.clock.now += span

    def ticks(self, kill: Countdown | None = None, pause: Pause | None = None) -> None:
        """What the schedule does; perhaps killed at a write, perhaps paused before one while something else is done."""
        with self._services() as services:
            under = watched(services, kill) if kill else services
            under = replace(under, archive=Watched(under.archive, pause)) if pause else under
            with suppress(KilledError, RetryLater):
                run_deliveries(under)
                self._hear(run(under, reconcile(under)))
                run_notices(under)

    def replays(self) -> None:
        """All that is archived, from the archive. What is being written just then is left out, as by the command."""
        with self._services() as services:
            for record in list(services.ledger.all_sessions()):
                if record.revision and record.kind == "session":
                    with suppress(RetryLater):
                        replay(services, record)

    def loses_ledger(self) -> None:
        """The ledger is gone, and made again from the archive as operate.md says. Its erased would be forgotten."""
        if self.erased:
            return
        path = ledger_file(self.place.settings)
        for one in path.parent.glob(f"{path.name}*"):
            one.unlink()
        with self._services() as services:
            found = [one for one in reindex(services, manifest_keys(services)) if not isinstance(one, str)]
            connect_parts(services, [record for record, _ in found if record.kind != "session"])
            self.unknown |= {record.cue_point_id for record, _ in found if record.state == "final"}

    def erases(self, person: str) -> None:
        """Somebody, if anything is known of them."""
        with self._services() as services, suppress(BadSettings, RetryLater):
            done = erase(services, find_person(services, person), OutboxMailer(self.place.root / "outbox"))
            self.erased.add(person)
            self.problems += [f"{person} is left in {hit}" for hit in done.searched.hits]

    def settled(self) -> None:
        """Ticks, until all is final."""
        last = max((one.end for one in self.held), default=self.elapsed)
        for span in (45 * MINUTE, HOUR, 4 * HOUR, 2 * HOUR, 18 * HOUR, 3 * HOUR):
            if self.elapsed < last + _FINAL:
                self.passes(max(span, last - self.elapsed))
            self.ticks()
        self.passes(HOUR)
        self.ticks()

    def wrong(self) -> list[str]:
        """What is not as it should be, once all is settled."""
        twice = [f"{name} was sent {count} times" for name, count in Counter(self.sent).items() if count > 1]
        with self._services() as services:
            found = [*_unfinished(self, services), *_unmailed(self, services)]
        return [*self.problems, *twice, *found, *_unlike(self), *foreign(self)]

    def undisturbed(self, root: Path) -> dict[str, str]:
        """The tables for machines of one export of everything, when nothing is late or happens beside it."""
        place = World(self.place.kaltura, root, Clock(self.place.clock.now))
        place.kaltura.account = self.account(is_whole=True)
        with place.services(**QUICK, look_back_hours=10_000) as services:
            list(run(services, reconcile(services)))
        return _tables(place)

    @contextmanager
    def _services(self) -> Iterator[Services]:
        self.place.kaltura.account = self.account()
        with self.place.services(**(QUICK | self.changes)) as services:
            yield replace(services, mailer=_Listening(services.mailer, self.sent))

    def _hear(self, outcomes: Iterator[Outcome]) -> None:
        self.problems += [one.reason for one in outcomes if one.reason.startswith("Internal error")]


@dataclass
class _Listening:
    """A mailer that remembers what it has sent."""

    real: Any
    sent: list[str]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def send(self, envelope: Envelope) -> None:
        self.real.send(envelope)
        self.sent.append(envelope.name)


def host(room: str) -> str:
    """Who has the room, and gets its reports."""
    return f"{room}-host@example.org"


def _runs(held: Sequence[Held], room: str, now: timedelta, *, is_whole: bool) -> Iterator[Run]:
    for one in held:
        if one.room == room:
            start, end = seconds(START + one.start), seconds(START + one.end)
            seen = end if is_whole or now >= one.late_until else (start + end) // 2
            people = (host(room), f"{room}-regular@example.org", one.guest)
            there = tuple(Attendance(who, who.partition("@")[0], who, stays=((start, seen),)) for who in people)
            yield Run(one.cue_point_id, start, end, host(room), there)


def _tables(place: World) -> dict[str, str]:
    tables = ("rooms/", "attendees/", "breakouts/")
    return {key: digest for key, digest in place.archived().items() if key.startswith(tables)}


def _unfinished(life: Life, services: Services) -> Iterator[str]:
    """Sessions that are not archived once, final and whole."""
    found = manifest_keys(services)
    for one in life.held:
        (*keys,) = (key for key in found if f"/session={one.cue_point_id}/" in key)
        record = services.ledger.session(one.cue_point_id)
        if len(keys) != 1:
            yield f"{one.cue_point_id} has {len(keys)} manifests, and is {record}"
            continue
        manifest = read_manifest((life.place.root / "archive" / keys[0]).read_bytes())
        there = Files(services, manifest)
        yield from (f"{file.key} is not what the manifest says" for file in manifest.files if not there.holds(file))
        if manifest.state != "final":
            yield f"{one.cue_point_id} stays {manifest.state}"


def _unmailed(life: Life, services: Services) -> Iterator[str]:
    """Sessions of which the host got no mail, and nobody can see why; and mails that wait for ever."""
    for record in services.ledger.all_sessions():
        mails = [one for one in services.ledger.deliveries(record.cue_point_id) if not one.occasion]
        yield from (f"mail of {record.cue_point_id} is {one.state}" for one in mails if one.state not in _ENDS)
        yield from (
            f"mail of {record.cue_point_id} is {one.state} without a reason" for one in mails if _is_silent(one)
        )
        if record.revision and not mails and not record.merged_id and record.cue_point_id not in life.unknown:
            yield f"{record.cue_point_id} has no mail: {record}"


def _is_silent(mail: Delivery) -> bool:
    return mail.state != "sent" and not mail.reason


def _unlike(life: Life) -> Iterator[str]:
    """Tables that are not as after one export of everything. Those with somebody erased differ, and must."""
    with TemporaryDirectory() as other:
        wanted = life.undisturbed(Path(other))
    found = _tables(life.place)
    for key in sorted(wanted.keys() | found.keys()):
        if not life.erased and wanted.get(key) != found.get(key):
            yield f"{key} is {found.get(key)} instead of {wanted.get(key)}"


def foreign(life: Life) -> Iterator[str]:
    """Files of one room with somebody of the other one, and whatever has somebody erased."""
    archive = life.place.root / "archive"
    for key in life.place.archived():
        body = (archive / key).read_bytes()
        text = gzip.decompress(body) if key.endswith(".gz") else body
        yield from (f"{key} has {person}" for person in life.erased if person.encode() in text)
        for room in ROOMS:
            if f"=1_{room}" in key or f"=joint-1_{room}" in key:
                yield from (f"{key} has people of {one}" for one in ROOMS if one != room and f"{one}-".encode() in text)
