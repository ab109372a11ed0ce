"""What a grader finds, and which of it is suppressed, with the reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
SUPPRESSIONS = Path(__file__).with_name("suppressions.yaml")


@dataclass(frozen=True, order=True)
class Finding:
    """One complaint of a grader: which rule, where, in which words."""

    rule: str
    at: str
    says: str

    def __str__(self) -> str:
        return f"{self.rule}  {self.at}  {' '.join(self.says.split())}"


@dataclass(frozen=True)
class Graded:
    """What a grader looked at, and what it found."""

    looked_at: str
    findings: Sequence[Finding] = ()


@dataclass(frozen=True)
class Suppression:
    """Findings that are right as they are, and why. `*` in `at` matches anything."""

    rule: str
    at: tuple[str, ...]
    why: str

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is meant."""
        return self.rule == finding.rule and any(_matches(pattern, finding.at) for pattern in self.at)

    def __str__(self) -> str:
        return f"{self.rule} at {', '.join(self.at)}"


@dataclass(frozen=True)
class Verdict:
    """What is left of a grader's findings, and which suppressions had nothing to suppress."""

    graded: Graded
    left: Sequence[Finding] = ()
    unused: Sequence[Suppression] = ()
    suppressions: Sequence[Suppression] = field(default=())

    @property
    def is_well(self) -> bool:
        """Whether nothing is left to do."""
        return not self.left and not self.unused

    @property
    def suppressed(self) -> int:
        """How many findings are suppressed."""
        return len(self.graded.findings) - len(self.left)


def judge(graded: Graded, suppressions: Sequence[Suppression]) -> Verdict:
    """A finding that no suppression covers fails, and so does a suppression that covers no finding."""
    left = [one for one in sorted(graded.findings) if not any(other.covers(one) for other in suppressions)]
    unused = [one for one in suppressions if not any(one.covers(finding) for finding in graded.findings)]
    return Verdict(graded, left, unused, suppressions)


def suppressions_of(grader: str) -> list[Suppression]:
    """A grader's part of suppressions.yaml."""
    entries: dict[str, Any] = yaml.safe_load(SUPPRESSIONS.read_text(encoding="utf-8"))
    return [_suppression(**entry) for entry in entries.get(grader) or ()]


def _suppression(rule: str, at: str | list[str], why: str) -> Suppression:
    return Suppression(rule, (at,) if isinstance(at, str) else tuple(at), why)


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text) is not None
