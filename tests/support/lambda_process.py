"""A function as the process that Lambda makes of it: its own runtime interface client, its folders, its environment."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

from support.runtime_api import ARN, Posted, RuntimeApi

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Moment:
    """What a process has taken since it was started."""

    wall_seconds: float
    cpu_seconds: float


@dataclass
class Function:
    """A process that takes events, one at a time."""

    api: RuntimeApi
    process: subprocess.Popen[bytes]
    log: Path
    started: float = field(default_factory=time.monotonic)

    def wait_until_ready(self) -> Moment:
        """It asks for an event: all that its start loads is loaded. Raises AssertionError when it could not start."""
        return self._moment(self._get(self.api.waits.get))

    def invoke(self, event: Any) -> tuple[Any, Moment]:
        """Its answer to an event. Raises AssertionError when it fails instead."""
        self.api.give("52fdfc07-2182-454f-963f-5f0f9a621d72", event)
        posted: Posted = self._get(self.api.posted.get)
        assert posted.what == "response", posted.body
        return posted.body, self._moment(posted.at)

    def now(self) -> Moment:
        """What it has taken until now."""
        return self._moment(time.monotonic())

    def _get(self, queue_get: Any) -> Any:
        for _ in range(PATIENCE_SECONDS * 5):
            try:
                return queue_get(timeout=0.2)
            except Empty:
                assert self.process.poll() is None, self.log.read_text()
        raise AssertionError(self.log.read_text())

    def _moment(self, at: float) -> Moment:
        """The process waits for us meanwhile, so what it has used is what it had used then."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return Moment(at - self.started, sum(int(path.read_text().split()[0]) for path in threads) / 1e9)


@contextmanager
def started(handler: str, path: str, environment: Mapping[str, str], folder: Path) -> Iterator[Function]:
    """Start a handler such as `handlers.portal.handler` with modules from `path`, which lambda_root makes."""
    command = [sys.executable, "-S", "-m", "awslambdaric", handler]
    log = folder / "log"
    with RuntimeApi() as api, log.open("wb") as out:
        variables = _of_lambda(handler) | dict(environment)
        variables |= {"AWS_LAMBDA_RUNTIME_API": api.address, "PYTHONPATH": path, "PATH": os.environ["PATH"]}
        process = subprocess.Popen(command, env=variables, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
        try:
            yield Function(api, process, log)
        finally:
            process.kill()
            process.wait()


def _of_lambda(handler: str) -> dict[str, str]:
    """What Lambda itself sets: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"""
    return {
        "_HANDLER": handler,
        "AWS_LAMBDA_FUNCTION_NAME": ARN.rpartition(":")[2],
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
    }
