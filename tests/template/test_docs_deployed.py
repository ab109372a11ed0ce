"""What `make deployed` does not prove, in its output and in the docs."""

from __future__ import annotations

from deployed.__main__ import UNPROVEN
from support.cloudformation import ROOT


def test_the_docs_give_a_reason_for_everything_that_a_run_does_not_prove() -> None:
    page = (ROOT / "docs" / "deploy-reference.md").read_text()
    rows = page.partition("| not proven | why |\n|---|---|\n")[2].partition("\n\n")[0].splitlines()
    assert [row.split("|")[1].strip() for row in rows] == list(UNPROVEN)
