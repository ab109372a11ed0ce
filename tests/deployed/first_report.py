"""`python -m deployed.first_report --python PYTHON3.13`: time the way from a clean clone to the first report.

It takes the commands of docs/deploy.md, with an emulator of AWS and the sample account. Downloads are included, because
nothing is taken from pip's cache.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

from deployed.deploy import ROOT, CommandFailed, Tools, adapt
from deployed.emulator import REGION, emulator, wait_until
from deployed.report import Report
from deployed.stack_and_laptop import ADMIN, SENDER, TIMEZONE, credential_of, kaltura
from kaltura_standin.server import StandIn


def main() -> int:
    """Print each step with the seconds since the beginning."""
    parser = argparse.ArgumentParser(prog="python -m deployed.first_report", description=__doc__)
    parser.add_argument("--python", type=Path, required=True, help="Python 3.13 with the emulator")
    python = parser.parse_args().python.absolute()
    with tempfile.TemporaryDirectory(prefix="debrief-first-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with emulator(python, folder / "cloud") as cloud, kaltura() as standin:
            report, begun = Report(), monotonic()
            clone = folder / "clone"
            environ = Tools(clone / ".venv-sam" / "bin" / "sam", python).environ | cloud.environ
            _run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, clone], environ, folder)
            report.title("Cloned")
            adapt(clone)
            _install_and_deploy(clone, environ | {"PIP_NO_CACHE_DIR": "1"}, standin, report)
            mails = wait_until(lambda: [mail for mail in cloud.mails() if mail["To"] == [ADMIN]], "no report arrived.")
            report.title(f"First report in the inbox: {mails[0]['Subject']}")
            report.title(f"Processor time of the commands: {_processor_seconds():.0f} s; load {os.getloadavg()[1]:.0f}")
            report.check(f"It took {(monotonic() - begun) / 60:.1f} minutes, at most 15.", _late(monotonic() - begun))
    return 1 if report.failures else 0


def _install_and_deploy(clone: Path, environ: Mapping[str, str], standin: StandIn, report: Report) -> None:
    _run(["make", "demo"], environ, clone)
    report.title("Installed, demo shown")
    flags = {
        "--region": REGION,
        "--sender": SENDER,
        "--admin": ADMIN,
        "--timezone": TIMEZONE,
        "--kaltura-url": standin.url,
    }
    given = [word for flag in flags.items() for word in flag]
    # The URL is asked of nobody; account number and app token are two more answers.
    report.title(f"Answers: {len(flags) - 1 + 2}; the other questions have defaults")
    _run([clone / ".venv" / "bin" / "debrief", "setup", *given, "--yes"], environ | credential_of(standin), clone)
    report.title("Set up")
    _run(["make", "deploy"], environ, clone)
    report.title("Deployed")


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _late(seconds: float) -> str:
    return "" if seconds <= 15 * 60 else "it took longer"


def _run(command: Sequence[str | Path], environ: Mapping[str, str], folder: Path) -> None:
    done = subprocess.run(
        command, env={**environ, "HOME": os.environ["HOME"]}, cwd=folder, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise CommandFailed(f"{command[0]} failed:\n{done.stdout[-3000:]}")


if __name__ == "__main__":
    sys.exit(main())
