"""What the handlers' tests use: SQS in memory, the events, and a look at the log and the metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import StringIO
from types import SimpleNamespace

import boto3
import pytest

from debrief.delivery.aws.queue import Queue
from handlers import common
from support.aws import moto_aws
from support.events import forget


@pytest.fixture
def aws() -> Iterator[None]:
    """An empty account, and nothing remembered from another test's."""
    with moto_aws():
        forget()
        yield
    forget()


@pytest.fixture
def new_queue(aws: None) -> Callable[[str], Queue]:
    """Makes a queue whose messages stay hidden for ten minutes."""
    client = boto3.client("sqs")

    def make(name: str) -> Queue:
        made = client.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "600"})
        return Queue(made["QueueUrl"], client)

    return make


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What the handlers log."""
    handler, stream = common.logger.registered_handler, StringIO()
    before = handler.setStream(stream)
    yield stream
    handler.setStream(before)


@pytest.fixture
def counted() -> Iterator[Callable[[], dict[str, float]]]:
    """The metrics so far, not yet published."""
    common.metrics.clear_metrics()
    yield lambda: {name: sum(metric["Value"]) for name, metric in common.metrics.provider.metric_set.items()}
    common.metrics.clear_metrics()


@pytest.fixture
def context() -> SimpleNamespace:
    """What Lambda passes to a function about itself."""
    return SimpleNamespace(
        function_name="debrief-ExportFunction",
        memory_limit_in_mb=512,
        invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:debrief-ExportFunction",
        aws_request_id="52fdfc07-2182-454f-963f-5f0f9a621d72",
    )
