"""Two workers at one session, in each other's way: one stops before a write, then the other one, then both go on."""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice, product
from pathlib import Path
from typing import Any

import boto3

from debrief.delivery.archive.s3 import S3Archive
from debrief.delivery.mail.mailer import Envelope
from debrief.errors import RetryLater
from debrief.pipeline.erasure.erase_person import erase, find_person
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.services import Services
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.revisions import Files, manifest_of
from debrief.pipeline.state.session_records import delivery_order_of, export_order_of, record_of
from support.aws import BUCKET, make_bucket, moto_aws
from support.killing import Countdown, watched
from support.one_at_a_time import OneAtATime
from support.world import END, World, small_account, world

SESSION = "1_cue00001"
GONE = "zed@example.com"
QUICK: dict[str, object] = {"pdf": False, "html": False, "page": False, "mail_to": ("boss@example.com",)}
PLACES = ("folder", "bucket")
PAIRS = (("export", "export"), ("export", "replay"), ("export", "erase"), ("deliver", "deliver"), ("replay", "erase"))
_PATIENCE = 60.0  # seconds; a worker that takes longer hangs
_TRIES = 20
_PAUSE = 0.05  # seconds between them


@dataclass
class Post:
    """A mail server that remembers what it took and cannot be asked."""

    took: list[str] = field(default_factory=list)

    def send(self, envelope: Envelope) -> None:
        self.took.append(envelope.name)

    def was_sent(self, _name: str) -> None:
        return None

    def check(self) -> None:
        return None


class Stop(Countdown):
    """Stops a worker before its n-th write until it may go on."""

    def __init__(self, at: int) -> None:
        super().__init__(0, after=False)
        self.at = at
        self.is_there, self.may_go = threading.Event(), threading.Event()

    def around(self, call: Callable[[], Any]) -> Any:
        self.calls += 1
        if self.calls == self.at:
            self.wait()
        return call()

    def wait(self) -> None:
        self.is_there.set()
        assert self.may_go.wait(_PATIENCE)


@dataclass
class Scene:
    """A world with one session, and where its files go."""

    place: World
    post: Post
    is_bucket: bool

    @contextmanager
    def services(self, stop: Stop | None = None) -> Iterator[Services]:
        with self.place.services(**QUICK, people_key="p" * 40) as services:
            archive = services.archive
            if self.is_bucket:
                archive = S3Archive(OneAtATime(boto3.Session().client("s3")), BUCKET)  # type: ignore[arg-type]
            whole = replace(services, archive=archive, mailer=self.post)
            yield watched(whole, stop) if stop else whole


def _export(services: Services) -> None:
    record = services.ledger.session(SESSION)
    assert record
    run_export(services, export_order_of(record))


def _replay(services: Services) -> None:
    record = services.ledger.session(SESSION)
    assert record
    replay(services, record)


def _erase(services: Services) -> None:
    erase(services, find_person(services, GONE), None)


def _deliver(services: Services) -> None:
    for mail in services.ledger.deliveries(SESSION):
        deliver(services, delivery_order_of(mail))


WORK: dict[str, Callable[[Services], None]] = {
    "export": _export,
    "replay": _replay,
    "erase": _erase,
    "deliver": _deliver,
}


@contextmanager
def scene(kind: str, pair: tuple[str, str]) -> Iterator[Scene]:
    """A session before its first export, or with a provisional report whose last check finds other figures."""
    with (
        tempfile.TemporaryDirectory() as root,
        moto_aws() if kind == "bucket" else nullcontext(),
        world(Path(root), replace(small_account(), late_factor=0.5), END + timedelta(hours=1)) as place,
    ):
        if kind == "bucket":
            make_bucket()
        made = Scene(place, Post(), kind == "bucket")
        with made.services() as services:
            (order,) = [one for one in reconcile(services) if one.cue_point_id == SESSION]
            record = record_of(services, order)
            if pair != ("export", "export"):
                run_export(services, order)
        if pair[0] == "export":
            place.clock.now = END + timedelta(hours=25)
            place.kaltura.account = small_account()
        assert record
        yield made


def interleave(made: Scene, pair: tuple[str, str], at: tuple[int, int]) -> tuple[int, int]:
    """Let both work, each stopped before its write of that number. Returns how many writes each one made."""
    stops = Stop(at[0]), Stop(at[1])
    with ThreadPoolExecutor(2) as pool:
        running: list[Future[None]] = []
        for name, stop, other in zip(pair, stops, stops[::-1], strict=True):
            running.append(pool.submit(_patiently, made, WORK[name], stop, other))
            running[-1].add_done_callback(lambda _, stop=stop: stop.is_there.set())  # type: ignore[misc]
            assert stop.is_there.wait(_PATIENCE)
        for one, stop in zip(running, stops, strict=True):
            stop.may_go.set()
            one.result(_PATIENCE)
    return stops[0].calls, stops[1].calls


def _patiently(made: Scene, work: Callable[[Services], None], stop: Stop, other: Stop) -> None:
    """As a message comes again. Who must retry while it is held up waits; else the other one may go on first."""
    for _ in range(_TRIES):
        try:
            with made.services(stop) as services:
                work(services)
        except RetryLater:
            if not stop.may_go.is_set():
                stop.wait()
            other.may_go.set()
            time.sleep(_PAUSE)
        else:
            return
    raise AssertionError("It never came to an end.")


def wrong(made: Scene, pair: tuple[str, str]) -> list[str]:
    """What is not as it should be in the end, a sentence each."""
    with made.services() as services:
        record = services.ledger.session(SESSION)
        assert record
        manifest = manifest_of(services, record.start, SESSION)
        assert manifest
        found = [] if len(made.post.took) == len(set(made.post.took)) else ["A mail went out twice."]
        if pair[0] == "deliver" and len(made.post.took) != 2:
            found.append(f"{len(made.post.took)} mails of 2 went out.")
        if pair[0] == "export" and (record.state, manifest.state) != ("final", "final"):
            found.append(f"The record is {record.state}, the manifest {manifest.state}.")
        if (record.revision, record.content_hash) != (manifest.revision, manifest.content_hash):
            found.append("The ledger and the archive disagree about the revision.")
        for file in manifest.files:
            if not services.archive.holds(file.key, file.sha256, file.version_id):
                found.append(f"{file.key} is listed, and not the newest file.")
            elif "erase" in pair and GONE.encode() in Files(services, manifest).read(file):
                found.append(f"{file.key} holds an erased person.")
        return found


def _writes(kind: str, pair: tuple[str, str], name: str) -> int:
    """How many writes a worker makes that is alone: after the other one there may be nothing left to do."""
    stop = Stop(0)
    with scene(kind, pair) as made, made.services(stop) as services:
        WORK[name](services)
    return stop.calls


def _tried(kind: str, pair: tuple[str, str], at: tuple[int, int]) -> list[str]:
    """What went wrong at one pair of writes."""
    with scene(kind, pair) as made:
        try:
            interleave(made, pair, at)
        except Exception as error:  # noqa: BLE001 - the others are tried all the same
            return [f"{type(error).__name__}: {error}"]
        return wrong(made, pair)


def main() -> None:
    """Try every pair of writes and say what went wrong."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--place", choices=PLACES, action="append")
    parser.add_argument("--one-in", type=int, default=1, help="try only one of so many pairs of writes")
    asked = parser.parse_args()
    bad = tried = 0
    for kind, pair in product(asked.place or PLACES, PAIRS):
        counts = [_writes(kind, pair, name) for name in pair]
        print(f"{kind} {' '.join(pair)}: {counts[0]} by {counts[1]} writes", flush=True)
        every = product(range(1, counts[0] + 1), range(1, counts[1] + 1))
        for at in islice(every, 0, None, asked.one_in):
            found = _tried(kind, pair, at)
            tried += 1
            if tried % 10 == 0:
                print(f"{tried} pairs of writes tried", file=sys.stderr, flush=True)
            bad += bool(found)
            for one in found:
                print(kind, *pair, *at, one, flush=True)
    print(f"{tried} pairs of writes tried, {bad} went wrong.")
    raise SystemExit(bool(bad))


if __name__ == "__main__":
    main()
