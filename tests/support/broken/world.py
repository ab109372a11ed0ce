"""The world: the deployed stack, Kaltura, the time, and the machinery that invokes functions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.sqs.models import Queue, sqs_backends

from kaltura_standin.account import Account
from kaltura_standin.request import read_request
from kaltura_standin.server import StandIn
from support.aws import REGION
from support.broken import amazon
from support.broken.beside import ERASED, erase, replays
from support.broken.calls import Asked, Said
from support.broken.clock import Clock
from support.broken.front import Front
from support.broken.kinds import Beside
from support.broken.process import Ended, run
from support.deployed import Function, deploy
from support.poller import Poller
from support.running import _context, _unpacked
from support.stack import PARAMETERS, _prepare

AWS_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}
MINUTE = timedelta(minutes=1)
EVENT_RETRIES = (MINUTE, 2 * MINUTE)  # Lambda's pauses between the tries of an event that nobody waits for


class FunctionFailed(Exception):
    """A function raised an error or was killed."""


class World:
    """Everything that a function can reach, and what invokes functions.

    `before` is called with each function that is about to be invoked, `after` with what became of it.
    """

    def __init__(self, start: datetime, accounts: Callable[[datetime], Account], parameters: Mapping[str, str]) -> None:
        self.clock = Clock(start)
        self.counted: Counter[str] = Counter()  # metrics
        self.erasure = ""  # what became of the last one
        self.before: Callable[[Function], None] = lambda _: None
        self.after: Callable[[Function, Ended], None] = lambda *_: None
        self._accounts = accounts
        self._kaltura = StandIn(accounts(start))
        self.front = Front(self.clock, amazon.answer, self._answer_of_kaltura)
        with amazon.installed():
            self.deployed = deploy({**PARAMETERS, **parameters})
            _prepare(self.deployed, self._kaltura)
        self._poller = Poller(self.deployed, self._invoke_or_fail, amazon.inside("sqs"))

    def invoke(self, name: str, event: Mapping[str, Any]) -> Ended:
        """Run a function, by its logical id, as in a fresh container."""
        function = self.deployed.functions[name]
        self.before(function)
        self.front.function = name
        self.front.beside = lambda what: self._beside(what, function, event)
        ended = self._run(function, event)
        self.after(function, ended)
        return ended

    def _run(self, function: Function, event: Mapping[str, Any]) -> Ended:
        module, _, attribute = function.handler.rpartition(".")
        handler = getattr(import_module(module), attribute)
        work = partial(handler, json.loads(json.dumps(event)), _context(function))
        ended = run(self.clock, self.front, self._environment(function), work, function.timeout_seconds)
        self.counted.update(_metrics(ended.printed))
        return ended

    def _beside(self, what: Beside, function: Function, event: Mapping[str, Any]) -> None:
        """Do something to the end while a function is paused at that event."""
        if what == "erase":
            self.erase()
        else:
            self._run(function, event if what == "itself" else replays(event))

    @property
    def is_erasure_unfinished(self) -> bool:
        """Whether the last erasure says to run the same command again."""
        return self.erasure.startswith(("NotReady:", "Conflict:", "Overtaken:"))

    def erase(self) -> None:
        """What `debrief erase` does, on a machine with the settings of the stack."""
        environment = self._environment(self.deployed.functions["ExportFunction"])
        ended = run(self.clock, self.front, environment, partial(erase, ERASED), timeout=3600)
        self.erasure = ended.value if ended.is_well else ended.error

    def invoke_event(self, name: str, event: Mapping[str, Any]) -> bool:
        """Run a function without waiting for its answer: Lambda repeats it when it fails. Whether it went well."""
        for pause in (*EVENT_RETRIES[: self.deployed.functions[name].event_retries], None):
            if self.invoke(name, event).is_well:
                return True
            if pause:
                self.clock.sleep(pause.total_seconds())
        return False

    def tick(self) -> None:
        """The schedule's."""
        self.invoke_event(self.deployed.ticks, self.deployed.tick)

    def poll(self) -> None:
        """Give functions the messages of their queues, until there is none that can be received."""
        self._poller.drain()

    def next_message(self) -> datetime | None:
        """When the next message that is hidden now can be received; None when there is none. Dead letters are not."""
        now = self.clock.now
        times = [message.visible_at for queue in self.queues().values() for message in self.messages(queue)]
        return min((at for time in times if (at := datetime.fromtimestamp(time / 1000 + 1, UTC)) > now), default=None)

    def queues(self) -> dict[str, Queue]:
        """All queues by name, dead letters' too."""
        return dict(sqs_backends[DEFAULT_ACCOUNT_ID][REGION].queues)

    def messages(self, queue: Queue) -> list[Any]:
        """All messages of a queue that SQS would still keep, hidden or not."""
        oldest = (self.clock.now.timestamp() - int(queue.message_retention_period)) * 1000
        return [message for message in queue._messages if message.sent_timestamp > oldest]

    def dead_letters(self) -> bool:
        """Return whether a message or an event failed permanently."""
        return any(self.messages(queue) for name, queue in self.queues().items() if "Failed" in name)

    def redrive(self) -> None:
        """What operate.md says of dead letters: they go back to where they came from."""
        sqs = amazon.inside("sqs")
        for dead, alive in (("FailedExports", "Exports"), ("FailedDeliveries", "Deliveries")):
            source, target = self.deployed.queue_url(dead), self.deployed.queue_url(alive)
            while found := sqs.receive_message(QueueUrl=source, MaxNumberOfMessages=10).get("Messages"):
                for message in found:
                    sqs.send_message(QueueUrl=target, MessageBody=message["Body"])
                    sqs.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])

    def _invoke_or_fail(self, function: Function, event: Mapping[str, Any]) -> Any:
        ended = self.invoke(function.logical_id, event)
        if not ended.is_well:
            raise FunctionFailed(ended.error)
        return ended.value

    def _environment(self, function: Function) -> dict[str, str]:
        variables = {name: _unpacked(value, function) for name, value in function.environment.items()}
        if "KALTURA_SERVICE_URL" in variables:
            variables["KALTURA_SERVICE_URL"] = self.front.url("kaltura")
        return {**AWS_ENVIRONMENT, **variables, "AWS_ENDPOINT_URL": self.front.url("aws")}

    def _answer_of_kaltura(self, asked: Asked) -> Said:
        self._kaltura.account = self._accounts(self.clock.now)
        answer = self._kaltura.respond(read_request(asked.method, asked.path, asked.headers, asked.body))
        assert answer is not None
        return Said(answer.status, {"Content-Type": answer.content_type, **answer.headers}, answer.body)


def _metrics(printed: str) -> Iterator[str]:
    """The names of the metrics that a function counted, as often as it did."""
    for line in printed.splitlines():
        if line.startswith("{") and '"_aws"' in line:
            blob = json.loads(line)
            for metric in blob["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
                yield from [metric["Name"]] * int(sum(blob[metric["Name"]]))
