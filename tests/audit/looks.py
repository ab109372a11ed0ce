"""Size and contrast of every letter of every world's PDFs, read from the pages as Chromium's engine draws them."""

from __future__ import annotations

from pathlib import Path

from audit.grading import Finding, Graded
from audit.tagged import at
from audit.tools import samples
from support import contrast, inked_page

_SMALLEST = 7.99  # points


def looks(out: Path) -> Graded:
    """No letter is smaller than 8 points, or has less contrast than WCAG's level AA."""
    findings = list[Finding]()
    paths = samples(out, "worlds/*/report*.pdf")
    for path in paths:
        for letter, words in inked_page.letters(path.read_bytes()).items():
            if letter.size < _SMALLEST:
                findings.append(Finding("small", at(path), f"{letter.size} points: {words}"))
            if contrast.ratio(letter.ink, letter.ground) < contrast.TEXT:
                findings.append(Finding("faint", at(path), f"{letter.ink} on {letter.ground}: {words}"))
    return Graded(f"{len(paths)} PDFs", findings)
