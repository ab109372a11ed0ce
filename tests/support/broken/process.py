"""A function's process: a child that is forked with everything imported and nothing remembered."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from support.broken.clock import Clock
from support.broken.front import TIMED_OUT, Front


@dataclass(frozen=True)
class Ended:
    """What became of a function: what it returned, and what it printed. One that failed or was killed is not well."""

    is_well: bool
    value: Any = None
    error: str = ""
    printed: str = ""


def run(clock: Clock, front: Front, environment: Mapping[str, str], work: Callable[[], Any], timeout: float) -> Ended:
    """Do the work in a child with that environment, and answer its calls until it ends."""
    result, output = os.memfd_create("result"), os.memfd_create("output")
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _child(clock, environment, work, result, output)
    try:
        front.serve(pid, timeout)
        _, status = os.waitpid(pid, 0)
        printed = _read(output)
        if os.waitstatus_to_exitcode(status) != 0:
            return Ended(is_well=False, error="killed", printed=printed)
        return Ended(**json.loads(_read(result)), printed=printed)
    finally:
        os.close(result)
        os.close(output)


def _child(clock: Clock, environment: Mapping[str, str], work: Callable[[], Any], result: int, output: int) -> NoReturn:
    def timed_out(*_: object) -> None:
        clock.catch_up()
        raise TimeoutError("timed out")  # as a socket does that has waited for its time-out

    signal.signal(TIMED_OUT, timed_out)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.clear()
    os.environ.update(environment)
    try:
        ended = {"is_well": True, "value": work()}
    except BaseException as error:  # noqa: BLE001 - as Lambda does
        traceback.print_exc()
        ended = {"is_well": False, "error": f"{type(error).__name__}: {error}"}
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(result, json.dumps(ended).encode())
    os._exit(0)


def _read(file: int) -> str:
    return os.pread(file, os.fstat(file).st_size, 0).decode()
