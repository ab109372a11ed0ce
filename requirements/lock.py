"""Resolve every requirements file from pyproject.toml, hashed, for all Pythons and platforms (`make lock`).

All files come from one resolution (dev.txt), so a library has one version everywhere; only the SAM command line, the
emulator of `make deployed` and the graders of the audit are resolved by themselves, because they hold others back.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = str(ROOT / "pyproject.toml")


def compile_(out: Path, *args: str, python: str = "3.11") -> None:
    """Write one requirements file; uv never names an index or a file address in it."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--generate-hashes", "--no-header",
               "--no-annotate", "--universal", "--python-version", python, *args, "-o", str(out)]  # fmt: skip
    subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603 - our own words only


def main() -> None:
    """Write all files, the complete one first: the others are held to its versions."""
    here = ROOT / "requirements"
    everything = here / "dev.txt"
    compile_(everything, PYPROJECT, "--all-extras", "--group", "dev")
    held = ("-c", str(everything))
    compile_(here / "run.txt", PYPROJECT, "--extra", "pdf", "--extra", "local", *held)
    compile_(ROOT / "functions" / "requirements.txt", PYPROJECT, "--extra", "lambda", *held)
    compile_(ROOT / "infra" / "layers" / "pdf" / "requirements.txt", str(here / "pdf.in"), *held)
    compile_(here / "bench.txt", "--group", "bench", *held)
    compile_(here / "sam.txt", str(here / "sam.in"))
    compile_(here / "deployed.txt", str(here / "deployed.in"), python="3.13")  # the emulator's, which is Lambda's
    compile_(here / "audit.txt", "--group", "audit")


main()
