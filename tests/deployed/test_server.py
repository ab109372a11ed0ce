"""The stack can be deployed behind an address too, for functions that run in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from moto.server import ThreadedMotoServer

from support.aws import SENDER, admin, offline_aws
from support.deployed import deploy
from support.poller import Poller


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with offline_aws():
        server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        yield url
        requests.post(f"{url}/moto-api/reset", timeout=30)
        server.stop()


def test_behind_an_address_the_stack_is_the_same(address: str) -> None:
    stack = deploy({"MailFrom": SENDER})
    sqs, seen = admin("sqs"), []
    environment = stack.functions["ReconcileFunction"].environment
    sqs.send_message(QueueUrl=environment["DEBRIEF_EXPORT_QUEUE_URL"], MessageBody="order")
    poller = Poller(stack, lambda function, event: seen.append((function.logical_id, event["Records"][0]["body"])), sqs)
    assert poller.drain() == 1
    assert seen == [("ExportFunction", "order")]
    assert sqs.meta.endpoint_url == address
