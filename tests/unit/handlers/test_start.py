"""What a function loads when it starts, before its first event."""

import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).parents[3] / "functions"
PDF = ("xhtml2pdf", "reportlab", "svglib", "lxml", "PIL", "pypdf")
HEAVY = (*PDF, "cryptography", "yaml", "rich", "boto3", "debrief.standin")
DOCUMENTS = ("jinja2", "debrief.documents", "debrief.metrics", "debrief.pipeline")


def loaded(handler: str, among: Collection[str]) -> list[str]:
    """Which of these modules a function has loaded when it is ready for its first event."""
    program = f"import handlers.{handler}, sys; print(*sorted({{*sys.modules}} & {{*{tuple(among)!r}}}))"
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=FUNCTIONS, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("handler", ["reconcile", "receive", "export", "deliver", "feedback", "portal"])
def test_a_function_starts_without_what_it_may_never_need(handler: str) -> None:
    """The PDF's libraries belong to the rendering alone, boto3 to the first event."""
    assert loaded(handler, HEAVY) == []


def test_the_webhook_answers_without_loading_the_documents() -> None:
    """Kaltura waits for the answer, a first start included."""
    assert loaded("receive", DOCUMENTS) == []
