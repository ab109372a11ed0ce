"""Check web pages and emails as HTML: html-validate on all of them, axe in Chromium on one of each sort."""

from __future__ import annotations

import json
import re
from pathlib import Path

from audit.grading import Finding, Graded
from audit.tools import HERE, NODE, node, run, samples

WIDTHS, SCHEMES = (360, 1280), ("light", "dark")  # a phone and a desktop
SEEN = (
    "report-1_wbncue01*",  # every section, in all three tiers
    "report-1_drlcue01",  # hostile names
    "report-1_onbcue01",
    "report-joint-*",
    "event-*",
    "portal-*",
    "mail-1_wbncue01-*",
    "mail-joint-*",
    "mail-event-*",
    "mail-updated",
    "mail-admin-*",
)


def html_validate(out: Path) -> Graded:
    """Its recommended rules. The same complaint about the same place of a page counts once."""
    pages = samples(out, "pages/*.html")
    results = out / "html-validate.json"  # more than it gets through a pipe before it ends
    config = ["--config", HERE / "html-validate.json", "--formatter", f"json={results}"]
    run([NODE / ".bin" / "html-validate", *config, *pages])
    answer = json.loads(results.read_text(encoding="utf-8"))
    findings = {
        Finding(one["ruleId"], f"{Path(page['filePath']).stem} {_place(one.get('selector'))}", one["message"])
        for page in answer
        for one in page["messages"]
    }
    return Graded(f"{len(pages)} pages and mails", sorted(findings))


def axe(out: Path) -> Graded:
    """All rules of axe, contrast included, and what the browser complains of."""
    pages = samples(out, *(f"pages/{pattern}.html" for pattern in SEEN))
    results = {"pages": [str(page) for page in pages], "widths": WIDTHS, "schemes": SCHEMES}
    pictures = out / "pictures"
    pictures.mkdir(exist_ok=True)
    findings = node("axe.mjs", results | {"pictures": str(pictures)})
    widths = " and ".join(map(str, WIDTHS))
    return Graded(f"{len(pages)} pages and mails at {widths} px, light and dark", findings)


def _place(selector: str | None) -> str:
    return re.sub(r":nth-child\(\d+\)", "", selector or "")
