"""A fault of each kind at each service, and what the machinery makes of it.

`make faults` tries all at every call, and outages, replays and erasures beside exports.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from support.cloudformation import ROOT

ALL = ""  # of the story's sample
OUTAGES = r"\((invocation 3\).* 6001: broken off|invocation 5\).* sqs .*: refused) for hours$"
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked at in /proc")


@pytest.mark.parametrize(("story", "only"), [("session", ALL), ("interrupted", OUTAGES)], ids=["session", "outages"])
def test_every_fault_is_recovered_without_intervention(
    story: str, only: str, record_property: Callable[[str, object], None]
) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'functions'}{os.pathsep}{ROOT / 'standin'}{os.pathsep}{ROOT / 'tests'}",
    }
    command = [sys.executable, "-m", "support.broken", story, "--jobs", "2", "--only", only]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    record_property("faults", ended.stdout.strip().splitlines()[-2])
