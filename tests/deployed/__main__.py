"""`python -m deployed --sam SAM --python PYTHON3.13`: deploy to an independent AWS emulator, and check everything.

It needs no account and no Docker; docs/deploy-reference.md says what it proves, and what remains unproven.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deployed import checks
from deployed.checks import Run
from deployed.deploy import Tools, build, deploy
from deployed.emulator import emulator
from deployed.play import configure, kaltura, laptop, parameters, prepare
from deployed.report import Report, listed

UNPROVEN = (
    "the bucket's lifecycle, the table's expiry (TTL) and point-in-time recovery: MiniStack keeps no clock for them.",
    "the alarm function-errors: MiniStack cannot compute with several metrics.",
    "that SES checks ses:FromAddress: MiniStack does not know this condition.",
    "that SES sends its events to the topic: the bounce is published by the check.",
    "arm64: the functions are built for this machine; make build builds for arm64.",
    "reserved concurrency, memory limits and time limits of the functions.",
)


def main() -> int:
    """Build once, check without and with enforcement of IAM. Returns 1 when a check failed."""
    parser = argparse.ArgumentParser(prog="python -m deployed", description=__doc__)
    parser.add_argument("--sam", type=Path, required=True, help="the SAM command line")
    parser.add_argument("--python", type=Path, required=True, help="Python 3.13 with the emulator")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is stopped
    tools, report = Tools(args.sam.absolute(), args.python.absolute()), Report()
    with tempfile.TemporaryDirectory(prefix="debrief-deployed-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        report.title("Building for this machine")
        template = build(tools, folder / "project")
        for is_strict, title in ((False, "Plain"), (True, "With IAM enforced, and TLS")):
            report.title(f"{title}: deploying")
            with _running(tools, template, folder / ("strict" if is_strict else "plain"), report, is_strict) as run:
                report.title(f"{title}: checking")
                _check(run)
                if is_strict:
                    report.check("No call of a function is denied.", listed(run.stack.cloud.denied()))
    report.notes("Not proven by this run:", UNPROVEN)
    report.title(f"{report.failures} checks failed" if report.failures else "All checks passed")
    return 1 if report.failures else 0


@contextmanager
def _running(tools: Tools, template: Path, folder: Path, report: Report, is_strict: bool) -> Iterator[Run]:
    folder.mkdir()
    with emulator(tools.python, folder / "cloud", is_strict=is_strict) as cloud, kaltura() as standin:
        prepare(cloud, standin)
        stack = deploy(tools, cloud, template, parameters(standin))
        configure(stack)
        yield Run(stack, standin, laptop(stack, standin, folder / "laptop"), report)


def _check(run: Run) -> None:
    checks.check_chain(run)
    checks.check_portal(run)
    checks.check_update(run)
    checks.check_renewal(run)
    checks.check_unsubscribe(run)
    checks.check_webhook(run)
    checks.check_bounce(run)
    checks.check_deletion(run)


if __name__ == "__main__":
    sys.exit(main())
