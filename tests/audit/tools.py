"""Other people's programs: run, and their JSON read."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from audit.grading import ROOT, Finding

HERE = Path(__file__).parent
DEV = ROOT / ".venv" / "bin"
OWN = Path(sys.executable).parent
NODE = HERE / "node_modules"


def run(command: Sequence[str | Path], *, question: Any = None) -> str:
    """What a program prints; graders end with 1 when they find something."""
    done = subprocess.run(
        [str(part) for part in command],
        input=None if question is None else json.dumps(question),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if done.returncode > 1:
        raise SystemExit(f"{Path(command[0]).name} failed: {done.stderr[-2000:]}")
    return done.stdout


def json_of(command: Sequence[str | Path], *, question: Any = None) -> Any:
    """What a program prints as JSON."""
    printed = run(command, question=question)
    try:
        return json.loads(printed)
    except ValueError:
        raise SystemExit(f"{Path(command[0]).name} gave no answer: {printed[-2000:]}") from None


def samples(out: Path, *patterns: str) -> list[Path]:
    """Files that audit.samples made, in order. Raises SystemExit where a pattern has none: nothing is not well."""
    found = {pattern: set(out.glob(pattern)) for pattern in patterns}
    for pattern, paths in found.items():
        if not paths:
            raise SystemExit(f"There is no {out / pattern}; `make audit` makes the samples.")
    return sorted(set().union(*found.values()))


def node(script: str, question: Any) -> list[Finding]:
    """The findings of one of our scripts for a grader from npm; it reads from its standard input what to check."""
    return [Finding(**one) for one in json_of(["node", HERE / script], question=question)]
