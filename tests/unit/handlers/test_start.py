"""What a function loads when it starts, before its first event."""

import subprocess
import sys
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).parents[3] / "functions"
HEAVY = ("xhtml2pdf", "reportlab", "svglib", "lxml", "PIL", "pypdf", "cryptography", "rich")


@pytest.mark.parametrize("handler", ["reconcile", "export", "deliver"])
def test_a_function_starts_without_what_it_may_never_need(handler: str) -> None:
    """The PDF's libraries belong to the rendering alone, boto3 to the first event."""
    program = (
        f"import handlers.{handler}, sys; print(*({{*sys.modules}} & {{*{(*HEAVY, 'boto3', 'debrief.standin')!r}}}))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=FUNCTIONS, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
