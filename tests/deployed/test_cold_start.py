"""Each function in a process of its own, started by Lambda's runtime interface client on what Lambda has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests

from debrief.delivery.ledger.suppressions import find_suppression
from debrief.delivery.mail.addresses import recipient_id
from support.aws import ses_mails
from support.lambda_events import FUNCTIONS, first_event, opened
from support.lambda_process import started
from support.lambda_root import lay_out, lay_out_templates
from support.lambda_world import BOSS, HOST, LambdaWorld, lambda_world

Call = Callable[..., Any]
NOT_FOR_DELIVERY = {
    *("boto3", "s3transfer", "cryptography", "yaml", "requests", "tenacity", "asyncio"),
    *("reportlab", "PIL", "pypdf", "xhtml2pdf", "lxml", "xlsxwriter", "rich", "sqlite3", "smtplib"),
    *("debrief.kaltura", "debrief.metrics", "debrief.pipeline.session", "debrief.pipeline.events", "debrief.portal"),
    *("debrief.documents.html", "debrief.documents.pdf", "debrief.documents.event", "debrief.documents.mail.notice"),
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the functions find modules."""
    return lay_out(tmp_path_factory.mktemp("lambda"))


@pytest.fixture
def world() -> Iterator[LambdaWorld]:
    with lambda_world() as made:
        yield made


@pytest.fixture
def call(world: LambdaWorld, path: str, tmp_path: Path) -> Iterator[Call]:
    """The answer of a function to an event; it is started for its first one."""
    running = {}
    with ExitStack() as stack:

        def answer(handler: str, event: dict[str, Any]) -> Any:
            if handler not in running:
                environment = world.environment(FUNCTIONS[handler])
                start = started(f"handlers.{handler}.handler", path, environment, tmp_path)
                running[handler] = stack.enter_context(start)
            return running[handler].invoke(event)[0]

        yield answer


def test_the_reconciliation_orders_the_session_that_is_new(world: LambdaWorld, call: Call) -> None:
    assert call("reconcile", first_event("reconcile", world)) == {"sessions": 1, "mails": 0}
    (message,) = world.messages("Exports")
    assert message["cue_point_id"] == "1_cue00002"


def test_the_export_archives_and_orders_the_emails(world: LambdaWorld, call: Call) -> None:
    assert call("export", first_event("export", world)) == {"batchItemFailures": []}
    assert {message["cue_point_id"] for message in world.messages("Deliveries")} == {"1_cue00002"}
    record = world.services().ledger.session("1_cue00002")
    assert record
    assert (record.state, record.revision) == ("exported", 1)


def test_the_delivery_sends_its_email(world: LambdaWorld, call: Call) -> None:
    assert call("deliver", first_event("deliver", world)) == {"batchItemFailures": []}
    assert [set(to) for to, _ in ses_mails()] == [{BOSS}, {HOST}]
    assert world.delivery(HOST).state == "sent"


def test_a_delivery_loads_nothing_but_what_one_email_needs(world: LambdaWorld, path: str, tmp_path: Path) -> None:
    """Until it has answered its first event, with the templates as the build compiles them."""
    more = {"PYTHONPROFILEIMPORTTIME": "1", "DEBRIEF_TEMPLATES_DIR": str(lay_out_templates(tmp_path / "opt"))}
    environment = world.environment("DeliverFunction") | more
    with started("handlers.deliver.handler", path, environment, tmp_path) as function:
        function.invoke(first_event("deliver", world))
        loaded = set(re.findall(r"^import time:.*\| +(\S+)$", function.log.read_text(), re.MULTILINE))
    assert "debrief.documents.mail.report" in loaded
    assert loaded & NOT_FOR_DELIVERY == set()


def test_the_portal_shows_the_page_and_leads_to_the_file(world: LambdaWorld, call: Call) -> None:
    page = call("portal", first_event("portal", world))
    assert (page["statusCode"], "Room 1" in page["body"]) == (200, True)
    leads = call("portal", opened(world.link(BOSS, "Report as PDF (attached)")))
    assert leads["statusCode"] == 302
    assert requests.get(leads["headers"]["location"], timeout=30).content.startswith(b"%PDF")


def test_the_feedback_stops_the_address_that_bounced(world: LambdaWorld, call: Call) -> None:
    assert call("feedback", first_event("feedback", world)) == {"events": 1}
    assert find_suppression(world.services().ledger, recipient_id(BOSS))
    assert world.delivery(BOSS).state == "refused"


def test_the_webhook_hands_a_hint_on(world: LambdaWorld, call: Call) -> None:
    answer = call("receive", first_event("receive", world))
    assert answer["statusCode"] == 204
    assert [message["kind"] for message in world.messages("Hints")] == ["hint"]


def test_a_function_that_cannot_start_says_so(world: LambdaWorld, path: str, tmp_path: Path) -> None:
    """What the other tests rest on: a module that Lambda does not have fails here, too."""
    (tmp_path / "strays.py").write_text("import moto\n")
    with started("strays.handler", path, world.environment("PortalFunction"), tmp_path) as function:
        posted = function.api.posted.get(timeout=30)
    assert (posted.what, posted.body["errorMessage"].splitlines()[0]) == (
        "init/error",
        "Unable to import module 'strays': No module named 'moto'",
    )
