"""Functions of the stack run in this process as Lambda would run them: environment, layers, role, events as JSON."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cache, partial
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import loaders, session

from debrief import wiring
from debrief.kaltura.api.client import Kaltura
from debrief.pipeline.services import Services
from debrief.settings import Settings
from support.deployed import Function
from support.events import forget
from support.guard import Guard

_OURS = ("DEBRIEF_", "KALTURA_", "POWERTOOLS_")


@dataclass
class Runtime:
    """One process after the other; a function that is called twice in a row finds what it left in memory."""

    guard: Guard
    down: str = ""  # the logical id of a function that cannot be run just now
    read: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # by function, the settings it reads
    _running: str = ""

    def __call__(self, function: Function, event: Mapping[str, Any]) -> Any:
        if function.logical_id == self.down:
            raise RuntimeError(f"{self.down} is down.")
        if function.logical_id != self._running:
            forget()
            self._running = function.logical_id
        module, _, name = function.handler.rpartition(".")
        with (
            _environment(function),
            self.guard.acting(function.role),
            _noted(self.read[function.logical_id]),
            warnings.catch_warnings(),
        ):
            warnings.filterwarnings("ignore", "No application metrics")  # pytest would raise it, Lambda does not
            answer = getattr(import_module(module), name)(json.loads(json.dumps(event)), _context(function))
        return json.loads(json.dumps(answer))


@contextmanager
def _noted(read: set[str]) -> Iterator[None]:
    """Note the settings that are read, but not by what dataclasses do with all of them."""
    names = {field.name for field in fields(Settings)}

    def get(settings: Settings, name: str) -> Any:
        if name in names and sys._getframe(1).f_code.co_name not in {"__hash__", "__eq__", "replace", "_replace"}:
            read.add(name)
        return object.__getattribute__(settings, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Settings, "__getattribute__", get)
        yield


@contextmanager
def _environment(function: Function) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(_OURS)]:
            patch.delenv(name)
        for name, value in function.environment.items():
            patch.setenv(name, _unpacked(value, function))
        yield


def _unpacked(value: str, function: Function) -> str:
    """A place in /opt as it is here: what the last layer is made of. Without a layer nothing is there."""
    return value.replace("/opt", str(function.layers[-1]), 1) if value.startswith("/opt") and function.layers else value


def _context(function: Function) -> SimpleNamespace:
    return SimpleNamespace(
        function_name=function.name,
        memory_limit_in_mb=function.memory_mb,
        invoked_function_arn=function.arn,
        aws_request_id="52fdfc07-2182-454f-963f-5f0f9a621d72",
    )


@contextmanager
def played(clock: Callable[[], datetime]) -> Iterator[None]:
    """Functions see this clock, and do not sleep before they ask Kaltura again. botocore reads its models once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "create_loader", _loader)
        patch.setattr(wiring, "connect", partial(_connect, wiring.connect, clock))
        yield


@cache
def _loader(data_path: str | None) -> loaders.Loader:
    return loaders.create_loader(data_path)


def _connect(real: Callable[..., Services], clock: Callable[[], datetime], settings: Any, **more: Any) -> Services:
    services = real(settings, clock, **more)
    return replace(services, kaltura=Kaltura(services.settings, sleep=lambda _: None))
