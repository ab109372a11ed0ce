"""Run tests in a copy of the tree, in a process of their own."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
KILLED, SURVIVED, TIMED_OUT = "killed", "survived", "timed out"
_CODE = ("functions", "standin", "tests")
_TREE = (*_CODE, "templates", "docs", "infra", "benchmarks", "requirements", "pyproject.toml", "template.yaml")
_TREE += ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "Makefile")
_TREE += (".github", ".pre-commit-config.yaml")
_OPTIONS = ("-q", "-x", "-n0", "-p", "no:cacheprovider", "-W", "ignore:Module already imported")


def copied(to: Path) -> Path:
    """The working tree without what is made from it."""
    for name in _TREE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, to / name)
    return to


def warm_up() -> None:
    """Import what most tests need and no mistake can be planted in, once for all trials."""
    import boto3  # noqa: F401
    import hypothesis.strategies  # noqa: F401
    import jinja2  # noqa: F401
    import moto  # noqa: F401
    import requests  # noqa: F401


def ran(tree: Path, arguments: list[str], seconds: float, log: Path, *, compiled: bool = False) -> str:
    """Whether tests fail in the tree. A test that hangs fails, too.

    What is `compiled` stays for later runs. They leave nothing: a mistake must not outlive its trial.
    """
    child = os.fork()
    if child == 0:
        os._exit(_tested(tree, arguments, log, compiled=compiled))
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return SURVIVED if os.waitstatus_to_exitcode(status) == 0 else KILLED
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return TIMED_OUT


def _tested(tree: Path, arguments: list[str], log: Path, *, compiled: bool) -> int:
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(tree)
    sys.path[:] = [path for path in sys.path if not Path(path).resolve().is_relative_to(ROOT) or ".venv" in path]
    sys.path[:0] = [str(tree / name) for name in _CODE]
    for name in [name for name in sys.modules if name.partition(".")[0] in {"support", "debrief", "kaltura_standin"}]:
        del sys.modules[name]
    sys.dont_write_bytecode = not compiled
    try:
        return int(pytest.main([*_OPTIONS, *arguments]))
    except BaseException:  # noqa: BLE001 (whatever ends the tests)
        traceback.print_exc()
        return 99
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
