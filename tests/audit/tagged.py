"""The tags of PDFs and their fitness for archives, judged by four programs of other authors.

page has 104 rules for PDF/UA-1 and 154 for PDF/A-2a; its author says that it passes the test corpus of veraPDF, the
reference validator, which is in none of the package registries that this project uses. pdfua has 12 checks, for 16 of
the 106 rules of PDF/UA-1 that machines can check. outloud also compares what is printed with what is read out.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audit.grading import Finding, Graded
from audit.tools import OWN, samples

_LARGEST = 250_000  # bytes; pdfua takes a minute for a list of 10,000 people


def page(out: Path) -> Graded:
    """Every rule of both standards that a PDF breaks, large PDFs too."""
    from page import SafetyLimits, ValidationProfile, validate_pdf

    paths, limits = samples(out, "worlds/*/report*.pdf", "archive/reports/*/*/report*.pdf"), SafetyLimits.unlimited()
    profiles = (ValidationProfile.PDF_UA_1, ValidationProfile.PDF_A_2A)
    reports = [(path, validate_pdf(path, profile=profile, limits=limits)) for path in paths for profile in profiles]
    findings = [Finding(one.rule_id, at(path), one.message) for path, report in reports for one in report.failures]
    rules = sum({report.profile: report.rules.total for _, report in reports}.values())
    return Graded(f"{len(paths)} PDFs, {rules} rules", findings)


def pdfua(out: Path) -> Graded:
    """Every complaint about every world and every PDF of the demo that is not large."""
    from pdfua import coverage, validate

    paths = _samples(out)
    findings = [
        Finding(one.rule_id, at(path), f"{one.severity.name} {one.location}: {one.message}")
        for path in paths
        for one in validate(str(path)).findings
    ]
    known = coverage()
    return Graded(f"{len(paths)} PDFs, {known.implemented_rules} checks", findings)


def outloud(out: Path) -> Graded:
    """Every complaint, warnings included."""
    answer = out / "outloud.json"
    paths = _samples(out)
    command = [OWN / "outloud", "--quiet", "--fail-on", "never", "--json", answer, *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"outloud failed: {done.stderr[-2000:]}")
    results: list[dict[str, Any]] = json.loads(answer.read_text(encoding="utf-8"))["results"]
    findings = [
        Finding(
            one["rule"], f"{at(Path(result['path']))}: {one.get('evidence')}", f"{one['severity']}: {one['message']}"
        )
        for result in results
        for one in result["findings"]
    ]
    ran = {each["rule"] for result in results for each in result["rules"] if each["status"] == "ran"}
    return Graded(f"{len(results)} PDFs, {len(ran)} rules", findings)


def qpdf(out: Path) -> Graded:
    """Syntax and structure of every PDF, large ones too, as `qpdf --check` sees it."""
    paths = samples(out, "worlds/*/report*.pdf", "archive/reports/*/*/report*.pdf")
    if not shutil.which("qpdf"):
        return Graded("nothing: qpdf is not installed (Debian: qpdf)", [Finding("qpdf", "-", "not installed")])
    return Graded(f"{len(paths)} PDFs", [finding for path in paths for finding in _checked(path)])


def _samples(out: Path) -> list[Path]:
    """All worlds, and the demo's PDFs that are not large."""
    paths = samples(out, "worlds/*/report*.pdf", "archive/reports/*/*/report*.pdf")
    return [path for path in paths if path.stat().st_size <= _LARGEST]


def _checked(path: Path) -> Iterator[Finding]:
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    if done.returncode:
        yield Finding("qpdf", at(path), done.stdout + done.stderr)


def at(path: Path) -> str:
    """World or session, and file."""
    return f"{path.parent.name.removeprefix('session=')} {path.stem}"
