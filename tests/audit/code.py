"""Bandit over functions/ and standin/."""

from __future__ import annotations

from pathlib import Path

from audit.grading import Finding, Graded
from audit.tools import DEV, json_of


def bandit(_: Path) -> Graded:
    """Every severity."""
    answer = json_of([DEV / "bandit", "--recursive", "functions", "standin", "--format", "json", "--quiet"])
    files = len(answer["metrics"]) - 1  # one is the total
    findings = [
        Finding(one["test_id"], f"{one['filename']}:{one['line_number']}", one["issue_text"])
        for one in answer["results"]
    ]
    findings += [Finding("unreadable", one["filename"], one["reason"]) for one in answer["errors"]]
    return Graded(f"{files} files of functions/ and standin/", findings)
