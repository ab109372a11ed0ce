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
from deployed.report import Report, listed
from deployed.stack_and_laptop import configure, kaltura, laptop, parameters, prepare

UNPROVEN = (  # docs/deploy-reference.md gives the reason for each
    "the bucket's lifecycle",
    "the table's expiry of items, point-in-time recovery and deletion protection",
    "the alarm FunctionErrors",
    "that SES checks the condition ses:FromAddress of the role's policy",
    "that SES sends bounces and complaints to the topic",
    "limits of memory, time, concurrency and requests",
    "functions on arm64",
    "calls to Kaltura over https",
    "permissions of the schedule, SNS and SES when they call the stack",
)


def main() -> int:
    """Build once, check without and with enforcement of IAM. Returns 1 when a check failed."""
    parser = argparse.ArgumentParser(prog="python -m deployed", description=__doc__)
    parser.add_argument("--sam", type=Path, required=True, help="the SAM command line")
    parser.add_argument("--python", type=Path, required=True, help="Python 3.13 with the emulator")
    parser.add_argument("--out", type=Path, help="a new folder to keep all files and logs in; default: none are kept")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is stopped
    tools, report = Tools(args.sam.absolute(), args.python.absolute()), Report()
    try:
        with _folder(args.out) as folder:
            _check_all(tools, folder, report)
    except KeyboardInterrupt:
        return 130
    report.notes("Not proven by this run:", UNPROVEN)
    report.title(f"{report.failures} checks failed" if report.failures else "All checks passed")
    return 1 if report.failures else 0


def _check_all(tools: Tools, folder: Path, report: Report) -> None:
    report.title("Building for this machine")
    template = build(tools, folder / "project")
    for is_strict, title in ((False, "Plain"), (True, "With IAM enforced, and TLS")):
        report.title(f"{title}: deploying")
        with _running(tools, template, folder / ("strict" if is_strict else "plain"), report, is_strict) as run:
            report.title(f"{title}: checking")
            _check(run)
            if is_strict:
                report.check("No call of a function is denied.", listed(run.stack.cloud.denied()))


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept:
        kept.mkdir(parents=True)
        yield kept.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="debrief-deployed-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def _running(tools: Tools, template: Path, folder: Path, report: Report, is_strict: bool) -> Iterator[Run]:
    folder.mkdir()
    with emulator(tools.python, folder / "cloud", is_strict=is_strict) as cloud, kaltura() as standin:
        prepare(cloud, standin)
        stack = deploy(tools, cloud, template, parameters(standin))
        configure(stack)
        yield Run(stack, standin, laptop(stack, standin, folder / "laptop"), report)


def _check(run: Run) -> None:
    """Run all checks, also those after one that could not be finished."""
    for part in (
        checks.check_chain,
        checks.check_portal,
        checks.check_update,
        checks.check_renewal,
        checks.check_unsubscribe,
        checks.check_webhook,
        checks.check_bounce,
        checks.check_deletion,
    ):
        try:
            part(run)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next check may say more
            run.check(f"{part.__doc__}", f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    sys.exit(main())
