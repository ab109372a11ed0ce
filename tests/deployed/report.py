"""What a run prints: a line for each check, at most 80 columns wide."""

from __future__ import annotations

import sys
import textwrap
from dataclasses import dataclass, field
from time import monotonic

_WIDTH = 80


@dataclass
class Report:
    """Lines on standard output, and whether a check failed."""

    failures: int = 0
    _begun: float = field(default_factory=monotonic)

    def title(self, text: str) -> None:
        self._write(f"{text} ({monotonic() - self._begun:.0f} s)")

    def check(self, sentence: str, problem: str = "") -> None:
        """Say whether a sentence is true: it is if there is no problem."""
        if not problem:
            self._paragraph("  ok    ", sentence)
            return
        self.failures += 1
        self._paragraph("  FAIL  ", sentence)
        self._paragraph("        ", problem)

    def notes(self, title: str, sentences: tuple[str, ...]) -> None:
        self._write(title)
        for sentence in sentences:
            self._paragraph("  - ", sentence)

    def _paragraph(self, head: str, text: str) -> None:
        self._write(textwrap.fill(text, _WIDTH, initial_indent=head, subsequent_indent=" " * len(head)))

    def _write(self, text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def listed(names: list[str], most: int = 5) -> str:
    """The first of some names as a problem; blank without names."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
