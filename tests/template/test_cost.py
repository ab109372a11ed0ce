"""docs/cost.md quotes what the script says, and the script knows the template."""

from __future__ import annotations

import subprocess
import sys

from support.cloudformation import ROOT


def printed(*arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks.cost", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_the_document_quotes_the_table_as_the_script_prints_it() -> None:
    quoted = "".join(f"    {line}\n" for line in printed().splitlines())
    assert quoted in (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")


def test_twice_the_sessions_cost_more_but_not_twice_as_much() -> None:
    totals = [float(printed("--sessions", n).splitlines()[-1].split()[0]) for n in ("1000", "2000")]
    assert totals[0] < totals[1] < 2 * totals[0]
