"""How messages are sent, and what becomes of a message whose work fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import Any

import boto3
import pytest
from botocore.config import Config

from debrief.delivery.aws.queue import Queue
from debrief.errors import BadSettings, Forbidden, NotReady, RetryLater, Throttled, Unavailable
from handlers.batches import consume, retry_delay
from handlers.queues import DELIVERY_QUEUE_URL, queue
from support.events import forget, received, settle

NewQueue = Callable[[str], Queue]
Counted = Callable[[], dict[str, float]]


def test_any_number_of_messages_is_sent(new_queue: NewQueue) -> None:
    queue = new_queue("exports")
    bodies = [f"message {number}" for number in range(23)]
    assert queue.send(bodies) == 23
    taken = [record["body"] for _ in range(3) for record in received(queue)["Records"]]
    assert sorted(taken) == sorted(bodies)


def test_nothing_to_send_is_no_call(new_queue: NewQueue) -> None:
    assert Queue("https://no.such.queue", new_queue("exports").client).send([]) == 0


def test_a_client_of_sqs_is_made_only_when_a_message_is_sent_or_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery that succeeds needs none. Without a region a client cannot be made, so the error shows when it is."""
    for variable in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv(DELIVERY_QUEUE_URL, "https://sqs.eu-west-1.amazonaws.com/1/deliveries")
    forget()
    deliveries = queue(DELIVERY_QUEUE_URL)
    with pytest.raises(BadSettings, match="sqs"):
        deliveries.hide("receipt", 60)


@dataclass
class FullSqs:
    """Takes the first message of each batch and refuses the others."""

    batches: int = 0

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.batches += 1
        return {"Failed": [{"Id": entry["Id"], "SenderFault": False, "Code": "x"} for entry in Entries[1:]]}


def test_messages_that_sqs_does_not_take_are_reported_after_all_were_tried() -> None:
    sqs = FullSqs()
    with pytest.raises(Unavailable, match="9 of 11"):
        Queue("https://full", sqs).send(map(str, range(11)))  # type: ignore[arg-type]
    assert sqs.batches == 2


def test_a_queue_that_cannot_be_reached_is_asked_again_later(new_queue: NewQueue) -> None:
    nowhere = boto3.client("sqs", endpoint_url="http://127.0.0.1:9", config=Config(retries={"total_max_attempts": 1}))
    with pytest.raises(Unavailable, match="queue exports could not be reached"):
        Queue(new_queue("exports").url, nowhere).send(["one"])


def test_finished_work_leaves_the_queue(new_queue: NewQueue) -> None:
    queue, done = new_queue("exports"), list[str]()
    queue.send(["one", "two"])
    taken = received(queue)
    assert consume(taken, done.append, queue, failure_metric="ExportGivenUp") == {"batchItemFailures": []}
    assert sorted(done) == ["one", "two"]


def test_only_the_message_that_must_wait_comes_back_and_after_the_time_it_asks_for(
    new_queue: NewQueue, log: StringIO, counted: Counted
) -> None:
    queue = new_queue("exports")
    queue.send(["good", "early"])

    def work(body: str) -> None:
        if body == "early":
            raise NotReady("The session is still open.", after=1)

    taken = received(queue)
    answer = consume(taken, work, queue, failure_metric="ExportGivenUp")
    settle(queue, taken, answer)
    again = received(queue, wait_seconds=3)["Records"]  # the queue itself would hide it for ten minutes
    assert [(record["body"], record["attributes"]["ApproximateReceiveCount"]) for record in again] == [("early", "2")]
    assert "The session is still open." in log.getvalue()
    assert counted() == {}


def test_permanently_failed_work_is_logged_and_counted_and_leaves_the_queue(
    new_queue: NewQueue, log: StringIO, counted: Counted
) -> None:
    queue = new_queue("exports")
    queue.send(["order"])

    def work(body: str) -> None:
        raise Forbidden("The role may not read reports.")

    assert consume(received(queue), work, queue, failure_metric="ExportGivenUp") == {"batchItemFailures": []}
    assert counted() == {"ExportGivenUp": 1}
    line = json.loads(log.getvalue())
    assert (line["level"], line["error"], line["message"]) == ("ERROR", "Forbidden", "The role may not read reports.")


def test_an_unexpected_error_fails_its_message_and_is_logged_without_what_it_says(
    new_queue: NewQueue, log: StringIO, counted: Counted
) -> None:
    """Its text may quote an attendee; where it came from says enough."""
    queue = new_queue("exports")
    queue.send(["good", "order of ann@example.org"])

    def work(body: str) -> None:
        if "ann" in body:
            raise ValueError(f"cannot parse {body}")

    taken = received(queue)
    bad = next(record["messageId"] for record in taken["Records"] if "ann" in record["body"])
    answer = consume(taken, work, queue, failure_metric="ExportGivenUp")
    assert answer == {"batchItemFailures": [{"itemIdentifier": bad}]}
    assert counted() == {"UnexpectedErrors": 1}
    assert "ann" not in log.getvalue()
    line = json.loads(log.getvalue())
    assert line["error"] == "ValueError"
    assert line["message_id"] == bad
    assert line["at"][-1].endswith("work")
    assert "test_queues.py:" in line["at"][-1]


def test_a_whole_batch_that_fails_is_no_error_of_the_function(new_queue: NewQueue) -> None:
    queue = new_queue("exports")
    queue.send(["one", "two"])

    def work(body: str) -> None:
        raise Throttled("Kaltura asks to slow down.", after=900)

    assert len(consume(received(queue), work, queue, failure_metric="ExportGivenUp")["batchItemFailures"]) == 2
    assert received(queue)["Records"] == []


@pytest.mark.parametrize(
    ("after", "receives", "seconds"),
    [
        (60, 1, 60),
        (60, 2, 120),
        (60, 4, 480),
        (60, 7, 3600),
        (0, 1, 1),
        (-5, 1, 1),
        (0.2, 3, 4),
        (10_000, 1, 3600),
        (1, 10_000, 3600),
        (float("inf"), 1, 3600),
    ],
)
def test_each_further_try_waits_twice_as_long_but_never_more_than_an_hour(
    after: float, receives: int, seconds: int
) -> None:
    assert retry_delay(RetryLater("later", after=after).after, receives) == seconds
