"""The benchmarks, which no other test runs: a rename must not break them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = sorted(path.stem for path in (ROOT / "benchmarks").glob("*.py"))


def test_every_benchmark_can_be_imported() -> None:
    program = "import importlib, sys\nfor name in sys.argv[1:]: assert importlib.import_module(f'benchmarks.{name}')"
    command = [sys.executable, "-c", program, *MODULES]
    environ = {"PYTHONPATH": "functions:standin:tests:."}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_make_bench_runs_modules_that_exist() -> None:
    named = re.findall(r"-m benchmarks\.(\w+)", (ROOT / "Makefile").read_text())
    assert set(named) <= set(MODULES)
    assert "rivals" in named
