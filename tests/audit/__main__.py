"""`python -m audit [--out DIR] [GRADER …]`: a line for each grader; ends with 1 when something is left to do."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from time import perf_counter

from audit.grading import ROOT, Verdict, judge, suppressions_of
from audit.tools import NODE

# By name the module that has a function of that name; loaded when it runs, because most libraries of the graders are in
# the audit's own virtual environment only.
GRADERS: Mapping[str, str] = {
    "bandit": "code",
    "licences": "licences",
    "checkov": "infrastructure",
    "cdk-nag": "infrastructure",
    "html-validate": "web",
    "axe": "web",
    "caniemail": "mail",
    "pdf": "pdf",
    "qpdf": "tagged",
    "page": "tagged",
    "pdfua": "tagged",
    "outloud": "tagged",
    "structure": "structure",
    "looks": "looks",
    "archive": "archive",
}
FROM_NPM = ("cdk-nag", "html-validate", "axe", "caniemail")


def main() -> int:
    """Run the graders that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m audit", description=__doc__)
    parser.add_argument("graders", nargs="*", metavar="GRADER", help=f"one of {', '.join(GRADERS)}; default: all")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "audit", help="where the samples are")
    args = parser.parse_args()
    wanted = args.graders or list(GRADERS)
    if unknown := [name for name in wanted if name not in GRADERS]:
        parser.error(f"there is no grader {', '.join(unknown)}")
    os.environ["AWS_DEFAULT_REGION"] = "eu-west-1"  # any; nothing is asked there
    missing = [] if NODE.exists() else [name for name in wanted if name in FROM_NPM]
    verdicts = [_run(name, args.out.resolve()) for name in wanted if name not in missing]
    if missing:
        print(f"Left out, because npm was not found: {', '.join(missing)}.")
    return 0 if not missing and all(verdict.is_well for verdict in verdicts) else 1


def _run(name: str, out: Path) -> Verdict:
    start = perf_counter()
    grade = getattr(import_module(f"audit.{GRADERS[name]}"), name.replace("-", "_"))
    verdict = judge(grade(out), suppressions_of(name))
    _tell(name, verdict, perf_counter() - start)
    return verdict


def _tell(name: str, verdict: Verdict, seconds: float) -> None:
    left = f"{len(verdict.left)} left, {verdict.suppressed} suppressed ({len(verdict.suppressions)} reasons)"
    print(f"{name:<14} {left:<38} {seconds:>5.1f} s  {verdict.graded.looked_at}")
    for finding in verdict.left:
        print(f"    {finding}")
    for suppression in verdict.unused:
        print(f"    suppresses nothing: {suppression}")
    sys.stdout.flush()


sys.exit(main())
