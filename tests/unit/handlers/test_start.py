"""What a function loads when it starts, before its first event. What it costs is in docs/performance.md, Cold start."""

import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

FUNCTIONS = Path(__file__).parents[3] / "functions"
PDF = ("xhtml2pdf", "reportlab", "svglib", "lxml", "PIL", "pypdf")
NEVER = ("xlsxwriter", *PDF, "cryptography", "yaml", "rich", "kaltura_standin", "boto3", "s3transfer")
POWERTOOLS = ("aws_lambda_powertools.utilities.batch", "aws_lambda_powertools.utilities.parameters", "asyncio")
KALTURA = ("requests", "tenacity", "charset_normalizer", "debrief.kaltura")
DOCUMENTS = ("debrief.metrics", "debrief.documents.html.report", "debrief.documents.event")
REPORTS = (*DOCUMENTS, "debrief.documents.view.model")
TEMPLATES = ("jinja2", "debrief.documents.templates", "debrief.documents.mail.message")
RULES = ("debrief.delivery.rules.rules", "debrief.delivery.rules.schema")
NOT_LOADED = {
    "reconcile": (
        *POWERTOOLS,
        *REPORTS,
        *TEMPLATES,
        *RULES,
        "debrief.delivery.ledger.dynamodb",
        "debrief.delivery.archive.s3",
    ),
    "receive": (
        *POWERTOOLS,
        *KALTURA,
        *REPORTS,
        *TEMPLATES,
        *RULES,
        "debrief.model",
        "debrief.documents.text.sanitize",
    ),
    "export": POWERTOOLS,
    "deliver": (
        *POWERTOOLS,
        *KALTURA,
        *REPORTS,
        "debrief.documents.redaction",
        "debrief.delivery.ledger.dynamodb_search",
        "debrief.registration",
        "debrief.transcript",
        "debrief.pipeline.session.export_session",
        "debrief.documents.mail.notice",
    ),
    "portal": (*POWERTOOLS, *KALTURA, *REPORTS, *RULES, "debrief.model", "debrief.pipeline.mailing.deliver"),
    "feedback": (
        *POWERTOOLS,
        *KALTURA,
        *REPORTS,
        *TEMPLATES,
        *RULES,
        "debrief.model",
        "debrief.documents.text.sanitize",
    ),
}


def loaded(handler: str, among: Collection[str]) -> list[str]:
    """Which of these modules a function has loaded when it is ready for its first event."""
    program = f"import handlers.{handler}, sys; print(*sorted({{*sys.modules}} & {{*{tuple(among)!r}}}))"
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=FUNCTIONS, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("handler", NOT_LOADED)
def test_a_function_starts_without_what_it_may_never_need(handler: str) -> None:
    """The PDF's libraries belong to the rendering alone; boto3 is botocore and more than any function uses."""
    assert loaded(handler, (*NEVER, *NOT_LOADED[handler])) == []


@pytest.mark.parametrize("handler", NOT_LOADED)
def test_what_every_first_event_needs_is_loaded_at_the_start(handler: str) -> None:
    """There Lambda lends a whole CPU (serverlessland.com, Effectively running Java, Utilize initialization phase)."""
    assert loaded(handler, ["botocore.session"]) == ["botocore.session"]
