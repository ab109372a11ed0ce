"""Runs a command as a process of its own and reads what the system says it took."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
USAGE = ROOT / "benchmarks" / "usage.json"  # written by usage.py, read by cost.py
BUDGET = (
    ROOT / "benchmarks" / "budget.json"
)  # written by usage.py, asserted by tests/integration/pipeline/test_budget.py
COLDSTART = ROOT / "benchmarks" / "coldstart.json"  # written by coldstart.py, read by cost.py


@dataclass(frozen=True)
class Taken:
    """What one run took."""

    wall_seconds: float
    cpu_seconds: float
    peak_mb: float


def environment() -> dict[str, str]:
    """The environment of a command that imports this repository's modules."""
    paths = f"{ROOT / 'functions'}{os.pathsep}{ROOT / 'standin'}{os.pathsep}{ROOT}"
    # An empty value counts as none: libraries have their bytecode from pip, so our modules may keep theirs too.
    return {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": ""}


def run(command: Sequence[str], **environ: str) -> Taken:
    """Run a command to its end; it must succeed."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env={**environment(), **environ}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return Taken(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def median(runs: Sequence[Taken]) -> Taken:
    """The median of each figure."""
    return Taken(
        statistics.median(taken.wall_seconds for taken in runs),
        statistics.median(taken.cpu_seconds for taken in runs),
        statistics.median(taken.peak_mb for taken in runs),
    )


def python(*arguments: str) -> list[str]:
    """A command of this interpreter."""
    return [sys.executable, *arguments]
