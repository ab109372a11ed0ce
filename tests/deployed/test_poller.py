"""The poller of the tests does with a queue what Lambda does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest

from support.aws import moto_aws
from support.deployed import Deployed, Source
from support.poller import Poller, failed_of

Answer = Callable[[list[str]], Any]


@dataclass
class Consumer:
    """A queue with dead letters after the second receipt, and a function that gives prepared answers."""

    sqs: Any
    source: Source
    dead_letters: str
    answer: Answer = lambda _ids: None
    batches: list[list[str]] = field(default_factory=list)

    @property
    def poller(self) -> Poller:
        stack = SimpleNamespace(functions={"Worker": None}, sources=(self.source,))
        return Poller(cast("Deployed", stack), self.work, self.sqs)

    def work(self, _function: object, event: dict[str, Any]) -> Any:
        self.batches.append([record["body"] for record in event["Records"]])
        return self.answer([record["messageId"] for record in event["Records"]])

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.source.queue_url, MessageBody=body)

    def left(self, queue: str) -> int:
        """Messages in a queue, hidden or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)


def consumer(*, batch_size: int = 10, reports_failures: bool = True) -> Consumer:
    sqs = boto3.client("sqs")
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    redrive = '{"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:123456789012:dead", "maxReceiveCount": 2}'
    live = sqs.create_queue(QueueName="live", Attributes={"VisibilityTimeout": "600", "RedrivePolicy": redrive})
    arn = "arn:aws:sqs:eu-west-1:123456789012:live"
    source = Source(live["QueueUrl"], arn, "Worker", batch_size, reports_failures=reports_failures, enabled=True)
    return Consumer(sqs, source, dead)


@pytest.fixture(autouse=True)
def _aws() -> Iterator[None]:
    with moto_aws():
        yield


def raises(_ids: list[str]) -> None:
    raise ValueError


@pytest.mark.parametrize(("size", "batches"), [(1, 12), (10, 2), (1000, 1)])
def test_a_batch_has_as_many_messages_as_the_mapping_says(size: int, batches: int) -> None:
    queue = consumer(batch_size=size)
    queue.send(*"abcdefghijkl")
    assert queue.poller.drain() == 12
    assert len(queue.batches) == batches
    assert "".join(sorted(chain.from_iterable(queue.batches))) == "abcdefghijkl"
    assert queue.left(queue.source.queue_url) == 0


def test_only_what_is_reported_as_failed_comes_back_and_only_when_time_has_passed() -> None:
    queue = consumer()
    queue.answer = lambda ids: {"batchItemFailures": [{"itemIdentifier": ids[1]}]} if len(ids) > 1 else None
    queue.send("a", "b", "c")
    poller = queue.poller
    assert (poller.drain(), poller.drain()) == (3, 0)
    failed = queue.batches[0][1]
    poller.wait()
    assert poller.drain() == 1
    assert queue.batches[1:] == [[failed]]
    assert queue.left(queue.source.queue_url) == 0


def test_a_function_that_raises_fails_the_whole_batch_and_what_it_raised_is_kept() -> None:
    queue = consumer()
    queue.answer = raises
    queue.send("a", "b")
    poller = queue.poller
    assert poller.drain() == 2
    assert queue.left(queue.source.queue_url) == 2
    assert [type(error) for error in poller.errors] == [ValueError]


def test_a_mapping_without_partial_answers_takes_any_answer_for_success() -> None:
    queue = consumer(reports_failures=False)
    queue.answer = lambda ids: {"batchItemFailures": [{"itemIdentifier": ids[0]}]}
    queue.send("a")
    assert queue.poller.drain() == 1
    assert queue.left(queue.source.queue_url) == 0


def test_what_fails_too_often_goes_to_the_dead_letters() -> None:
    queue = consumer()
    queue.answer = raises
    queue.send("a")
    poller = queue.poller
    for taken in (1, 1, 0):
        assert poller.drain() == taken
        poller.wait()
    assert (queue.left(queue.source.queue_url), queue.left(queue.dead_letters)) == (0, 1)


def test_a_mapping_that_is_switched_off_leaves_its_queue_alone() -> None:
    queue = consumer()
    queue.source = replace(queue.source, enabled=False)
    queue.send("a")
    assert (queue.poller.drain(), queue.batches) == (0, [])


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}])
def test_an_answer_that_reports_nothing_is_success(answer: Any) -> None:
    assert failed_of(answer, {"a", "b"}) == set()


@pytest.mark.parametrize(
    "item", [{"itemIdentifier": ""}, {"itemIdentifier": None}, {"id": "a"}, {"itemIdentifier": "c"}]
)
def test_an_answer_that_lambda_does_not_understand_fails_all(item: Any) -> None:
    assert failed_of({"batchItemFailures": [{"itemIdentifier": "a"}, item]}, {"a", "b"}) == {"a", "b"}
