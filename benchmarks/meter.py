"""What one invocation uses: botocore's events tell every call to AWS, this thread's clock the CPU seconds."""

from __future__ import annotations

import io
import json
import logging
import math
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from debrief.delivery.aws import clients
from handlers.common import logger, metrics
from kaltura_standin.request import Received
from kaltura_standin.server import StandIn

_HEATMAP = "60011"
CONTEXT = SimpleNamespace(
    function_name="debrief", memory_limit_in_mb=512, invoked_function_arn="arn:aws:lambda:x", aws_request_id="x"
)


@dataclass
class Used:
    """What one stage uses, once."""

    cpu_seconds: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)  # of AWS, by service and operation
    kaltura_calls: int = 0  # requests
    kaltura_waits: int = 0  # calls in these requests, one after the other; the heatmaps of a request count as one
    read_units: float = 0.0
    write_units: float = 0.0
    archived_bytes: int = 0  # written to S3
    mailed_bytes: int = 0
    log_bytes: int = 0
    metrics: list[str] = field(default_factory=list)


def _waits(request: Received) -> int:
    parts = [value for value in request.params.values() if isinstance(value, Mapping)]
    is_heatmaps = all(part.get("reportType") == _HEATMAP for part in parts)
    return 1 if request.service != "multirequest" or is_heatmaps else len(parts)


class Meter:
    """Notes what botocore sends and receives, and what is logged, while a stage runs."""

    def __init__(self, kaltura: StandIn) -> None:
        self._kaltura = kaltura
        self._used = Used()
        self._is_strong = False
        events = clients.session().get_component("event_emitter")
        events.register("before-call", self._sent)
        events.register("after-call", self._answered)

    def measure(self, work: Callable[[], Any]) -> Used:
        """Run one invocation as Lambda would, with Powertools around it."""
        self._used = used = Used()
        asked, log, printed = len(self._kaltura.requests), io.StringIO(), io.StringIO()
        handler = logger.registered_handler
        assert isinstance(handler, logging.StreamHandler)
        before = handler.setStream(log)
        started = time.thread_time()
        with redirect_stdout(printed), warnings.catch_warnings(action="ignore"):  # of a stage that has no metrics
            logger.inject_lambda_context(metrics.log_metrics(lambda _event, _context: work()))({}, CONTEXT)
        used.cpu_seconds = time.thread_time() - started
        handler.setStream(before)
        requests = self._kaltura.requests[asked:]
        used.kaltura_calls, used.kaltura_waits = len(requests), sum(map(_waits, requests))
        used.log_bytes = len(log.getvalue()) + len(printed.getvalue())
        used.metrics = sorted(_metric_names(printed.getvalue()))
        self._used = Used()  # what happens between two stages belongs to none
        return used

    def _sent(self, model: Any, params: dict[str, Any], **_: Any) -> None:
        name = f"{model.service_model.service_name}:{model.name}"
        self._used.calls[name] += 1
        self._is_strong = model.name in {"GetItem", "BatchGetItem"} or b'"ConsistentRead": true' in _bytes(
            params["body"]
        )
        size = _length(params["body"])
        if name == "s3:PutObject":
            self._used.archived_bytes += size
        elif name == "sesv2:SendEmail":
            self._used.mailed_bytes += size * 3 // 4  # base64
        elif name == "dynamodb:PutItem":
            self._used.write_units += _write_units(json.loads(params["body"])["Item"])
        elif name == "dynamodb:BatchGetItem":  # a unit for each key, also of an item that does not exist
            asked = json.loads(params["body"])["RequestItems"].values()
            self._used.read_units += sum(len(table["Keys"]) for table in asked)
        elif name == "dynamodb:TransactWriteItems":
            self._used.write_units += sum(
                _write_units(item["Put"]["Item"], in_transaction=True)
                for item in json.loads(params["body"])["TransactItems"]
            )

    def _answered(self, model: Any, parsed: dict[str, Any], **_: Any) -> None:
        """A unit for each 4 KB begun; half of it where what was written last need not be read."""
        if model.name == "BatchGetItem":
            found = [item for items in parsed.get("Responses", {}).values() for item in items]
            self._used.read_units += sum(math.ceil(_size_of(item) / 4096) - 1 for item in found)
        if model.name in {"GetItem", "Query"}:
            items = parsed.get("Items", [parsed["Item"]] if "Item" in parsed else [])
            units = max(1, math.ceil(sum(map(_size_of, items)) / 4096))
            self._used.read_units += units if self._is_strong else units / 2


def _write_units(item: dict[str, Any], *, in_transaction: bool = False) -> int:
    """One for each KB begun, in the table and in each index that has the item; two in a table by a transaction."""
    indexes = sum(name in item for name in ("end_day", "open"))
    return math.ceil(_size_of(item) / 1024) * (1 + in_transaction + indexes)


def _size_of(item: dict[str, dict[str, str]]) -> int:
    """Bytes as DynamoDB counts them, near enough: names and values."""
    return sum(len(name) + len(str(next(iter(value.values())))) for name, value in item.items())


def _length(body: Any) -> int:
    if isinstance(body, bytes | bytearray | str):
        return len(body)
    return body.seek(0, io.SEEK_END) - body.seek(0) if body else 0


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else b""


def _metric_names(printed: str) -> Iterator[str]:
    for line in printed.splitlines():
        for told in json.loads(line)["_aws"]["CloudWatchMetrics"]:
            yield from (metric["Name"] for metric in told["Metrics"])
