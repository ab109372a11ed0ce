"""The handlers with real services around them: SQS carries an order from the scheduled run to the email."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from debrief.delivery.aws.queue import Queue
from debrief.pipeline.services import Services
from handlers.batches import consume
from handlers.deliver import deliver_one
from handlers.export import export_one
from handlers.reconcile import scheduled_run
from support.events import received, settle
from support.world import END, small_account, world

pytestmark = pytest.mark.slow

NewQueue = Callable[[str], Queue]


def drain(queue: Queue, work: Callable[[str], None]) -> int:
    """Work off what is in a queue, as Lambda does; how many messages there were."""
    taken = received(queue)
    if taken["Records"]:
        settle(queue, taken, consume(taken, work, queue, failure_metric="GivenUp"))
    return len(taken["Records"])


def run_once(services: Services, exports: Queue, deliveries: Queue) -> tuple[int, int, int]:
    """Do one scheduled run and all that follows: orders, exports, emails."""
    asked = scheduled_run(services, exports, deliveries)
    exported = drain(exports, partial(export_one, services, deliveries))
    return asked["sessions"], exported, drain(deliveries, partial(deliver_one, services))


def test_one_scheduled_run_leads_to_one_email_and_the_next_to_none(
    new_queue: NewQueue, tmp_path: Path, counted: Callable[[], dict[str, float]]
) -> None:
    exports, deliveries = new_queue("exports"), new_queue("deliveries")
    with world(tmp_path, small_account(), END + timedelta(hours=1)) as place, place.services() as services:
        assert run_once(services, exports, deliveries) == (1, 1, 1)
        assert len(place.mails()) == 1
        assert run_once(services, exports, deliveries) == (0, 0, 0)
        assert len(place.mails()) == 1
    assert counted() == {
        "SessionsAsked": 1,
        "MailClaimsOld": 0,
        "SessionsOverdue": 0,
        "ReconcileSucceeded": 2,
        "SessionsExported": 1,
        "MailSent": 1,
    }


@pytest.mark.parametrize("copies", [2, 5])
def test_a_message_that_comes_twice_leads_to_one_email(new_queue: NewQueue, tmp_path: Path, copies: int) -> None:
    exports, deliveries, seen = new_queue("exports"), new_queue("deliveries"), new_queue("seen")
    with world(tmp_path, small_account(), END + timedelta(hours=1)) as place, place.services() as services:
        scheduled_run(services, seen, deliveries)
        exports.send([received(seen)["Records"][0]["body"]] * copies)
        assert drain(exports, partial(export_one, services, deliveries)) == copies
        assert drain(deliveries, partial(deliver_one, services)) >= 1
        assert len(place.mails()) == 1
