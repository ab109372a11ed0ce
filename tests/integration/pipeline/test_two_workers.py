"""The same order worked off twice at the same moment: one revision, one mail, and nothing worse than a retry."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import boto3
import pytest

from debrief.delivery.archive.s3 import S3Archive
from debrief.delivery.ledger.dynamodb import DynamoLedger
from debrief.delivery.mail.mailer import Envelope
from debrief.errors import RetryLater
from debrief.orders import DeliveryOrder, ExportOrder
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.services import Services
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.revisions import manifest_of
from kaltura_standin.account import Account
from support.aws import BUCKET, LEDGER, make_bucket, make_table, moto_aws
from support.one_at_a_time import OneAtATime
from support.world import END, World, small_account, world

T = TypeVar("T")
Order = TypeVar("Order", ExportOrder, DeliveryOrder)
ROUNDS, WORKERS = 20, 2
QUICK: dict[str, object] = {"pdf": False, "html": False, "page": False, "mail_to": ("boss@example.com",)}


@dataclass
class Post:
    """A mail server of its own time, which remembers what it took and cannot be asked, as SMTP and SES."""

    took: list[str] = field(default_factory=list)

    def send(self, envelope: Envelope) -> None:
        time.sleep(0.002)
        self.took.append(envelope.name)

    def was_sent(self, _name: str) -> None:
        return None

    def check(self) -> None:
        return None


Opened = Callable[[], AbstractContextManager[Services]]


def account_of(sessions: int) -> Account:
    """Rooms with a session each, at the same time."""
    first = small_account().rooms[0]
    run = first.runs[0]
    rooms = [
        replace(first, id=f"1_room{number:04}", runs=(replace(run, id=f"1_cue{number:05}"),))
        for number in range(sessions)
    ]
    return replace(small_account(), rooms=tuple(rooms))


@contextmanager
def on_one_machine(place: World, post: Post) -> Iterator[Opened]:
    """Workers that share a SQLite file and a folder."""

    @contextmanager
    def opened() -> Iterator[Services]:
        with place.services(**QUICK) as services:
            yield replace(services, mailer=post)

    yield opened


@contextmanager
def on_aws(place: World, post: Post) -> Iterator[Opened]:
    """Workers that share a table and a bucket."""

    @contextmanager
    def opened() -> Iterator[Services]:
        with place.services(**QUICK, archive=f"s3://{BUCKET}", ledger=f"dynamodb:{LEDGER}") as services:
            ledger = DynamoLedger(OneAtATime(boto3.Session().client("dynamodb")), LEDGER)  # type: ignore[arg-type]
            archive = S3Archive(OneAtATime(boto3.Session().client("s3")), BUCKET)  # type: ignore[arg-type]
            yield replace(services, ledger=ledger, archive=archive, mailer=post)

    with moto_aws():
        make_bucket()
        make_table()
        yield opened


def patiently(work: Callable[[], T]) -> tuple[T, int]:
    """What the work gives at last, and how often it had to come again, as a message in a queue does."""
    for again in range(2000):
        try:
            return work(), again
        except RetryLater:
            time.sleep(0.002)
    raise AssertionError("It never came to an end.")


def at_once(opened: Opened, orders: Sequence[Order], work: Callable[[Services, Order], T]) -> tuple[list[T], int]:
    """Every worker works off every order, each at the same moment; all that they got, and the retries of all."""
    gate = threading.Barrier(WORKERS)

    def worker() -> tuple[list[T], int]:
        results, retries = [], 0
        with opened() as services:
            for order in orders:
                gate.wait(30)
                result, again = patiently(partial(work, services, order))
                results.append(result)
                retries += again
        return results, retries

    with ThreadPoolExecutor(WORKERS) as pool:
        found = [future.result(120) for future in [pool.submit(worker) for _ in range(WORKERS)]]
    return [result for results, _ in found for result in results], sum(retries for _, retries in found)


@pytest.mark.parametrize("kind", [on_one_machine, on_aws])
def test_two_workers_make_one_revision_and_send_each_mail_once(tmp_path: Path, kind: Any) -> None:
    post = Post()
    with world(tmp_path, account_of(ROUNDS), END + timedelta(hours=1)) as place, kind(place, post) as opened:
        with opened() as services:
            orders = reconcile(services)
        assert len(orders) == ROUNDS
        answers, met_exporting = at_once(opened, orders, run_export)
        mails = sorted({mail for answer in answers for mail in answer}, key=repr)
        assert len(mails) == 2 * ROUNDS
        states, met_delivering = at_once(opened, mails, deliver)
        assert set(states) == {"sent"}
        assert sorted(Counter(post.took).values()) == [1] * 2 * ROUNDS
        with opened() as services:
            for order in orders:
                assert_one_revision(services, order)
    assert met_exporting > 0
    assert met_delivering > 0


def assert_one_revision(services: Services, order: ExportOrder) -> None:
    record = services.ledger.session(order.cue_point_id)
    assert record
    assert (record.revision, list(record.history), record.state) == (1, [1], "exported")
    manifest = manifest_of(services, order.start, order.cue_point_id)
    assert manifest
    assert (manifest.revision, manifest.content_hash) == (1, record.content_hash)
    assert all(services.archive.holds(file.key, file.sha256, file.version_id) for file in manifest.files)
    mails = services.ledger.deliveries(order.cue_point_id)
    assert [(mail.revision, mail.state, mail.mailed) for mail in mails] == [(1, "sent", 1)] * 2
