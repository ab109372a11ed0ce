"""A pytest plugin: which tests call which functions of the product, written to the file that MUTANTS_REACH names.

Fixtures of a module or a session count for the test that set them up; whoever shares them has their own list.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

_seen: dict[str, set[str]] = defaultdict(set)  # by "path:first line", test ids
_code = str(Path.cwd() / "functions") + os.sep
_root = len(str(Path.cwd())) + 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    def called(frame: FrameType, event: str, argument: Any) -> None:
        code = frame.f_code
        if code.co_filename.startswith(_code):
            _seen[f"{code.co_filename[_root:]}:{_line(code.co_name, code.co_firstlineno)}"].add(item.nodeid)

    sys.settrace(called)
    try:
        return (yield)
    finally:
        sys.settrace(None)


def _line(name: str, first: int) -> int:
    """A module's own code, and a comprehension or lambda, which runs in a function that is seen as well, are at 0."""
    return 0 if name.startswith("<") else first


def pytest_sessionfinish() -> None:
    Path(os.environ["MUTANTS_REACH"]).write_text(json.dumps({place: sorted(ids) for place, ids in _seen.items()}))
