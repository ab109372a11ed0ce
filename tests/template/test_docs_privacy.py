"""docs/privacy.md leaves out nothing that keeps or sees personal data, and its times are those of code and stack."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from datetime import timedelta
from typing import Any, get_args

import pytest

from debrief.delivery.ledger.dynamodb import _RENEWABLE_FOR, DynamoLedger
from debrief.delivery.ledger.ledger import PERMANENT_KINDS, Delivery, Link, Note, NoteKind, SessionRecord
from debrief.portal.files import DOWNLOAD_SECONDS
from support.cloudformation import of_type, statements_of
from support.documented import rows_of, section, spans_of, text_of

Resources = dict[str, dict[str, Any]]
QUEUES_KEEP = 4 * 24 * 3600  # seconds, when a queue says nothing (SQS)
FOLDER = re.compile(r"\$\{Bucket\}/(\w+)/\*")


@pytest.fixture(scope="module")
def page() -> str:
    return text_of("privacy.md")


def cells(page: str, heading: str) -> dict[str, list[str]]:
    """A section's rows by their first cell."""
    return {row[0].replace("`", ""): row[1:] for row in rows_of(section(page, heading))}


def days(text: str) -> timedelta:
    number, unit = re.match(r"(\d+) (day|hour)s?", text).groups()  # type: ignore[union-attr]
    return timedelta(**{f"{unit}s": int(number)})


def test_every_folder_of_the_archive_is_documented(page: str, template: dict[str, Any]) -> None:
    folders = set(FOLDER.findall(str(template["Resources"]["WriteArchive"])))
    on_page = [span for row in rows_of(section(page, "### The archive")) for span in spans_of(row[0]) if "/" in span]
    assert {span.partition("/")[0] for span in on_page} == folders | {"settings"}


def test_every_record_of_the_ledger_is_documented_with_how_long_it_stays(page: str) -> None:
    kept = {name: cell[1] for names, cell in cells(page, "### The ledger").items() for name in names.split(", ")}
    assert set(kept) == {"session", "search row", "delivery", "link"} | set(get_args(NoteKind))
    retention = inspect.signature(DynamoLedger).parameters["retention_days"].default
    assert days(kept["link"]) == _RENEWABLE_FOR
    assert {name for name, cell in kept.items() if cell.startswith("forever")} == set(PERMANENT_KINDS)
    assert {days(kept[name]).days for name in set(kept) - PERMANENT_KINDS - {"link"}} == {retention}


def test_a_record_holds_of_persons_what_the_page_says(page: str) -> None:
    """Another field that may name somebody belongs on the page, and into this list."""
    names = re.compile("name|user|host|address|mail|person|recipient")
    kinds = {"session": SessionRecord, "delivery": Delivery, "link": Link, "mark": Note}
    held = {name: {field.name for field in fields(kind) if names.search(field.name)} for name, kind in kinds.items()}
    assert held == {
        "session": {"entry_name", "host_user_id", "host_name"},
        "delivery": {"recipient_id", "address", "mailed"},
        "link": {"recipient_id"},
        "mark": set(),
    }
    on_page = cells(page, "### The ledger")
    assert "the host's user id and name" in on_page["session"][0]
    assert "**address** and id" in on_page["delivery"][0]
    assert "recipient's id" in on_page["link"][0]


def test_every_queue_and_topic_is_documented_with_how_long_it_keeps(page: str, template: dict[str, Any]) -> None:
    on_page = cells(page, "### Everywhere else")
    kept = {name: cell[1] for names, cell in on_page.items() for name in re.findall(r"[A-Z]\w+", names)}
    for name, queue in of_type(template, "AWS::SQS::Queue").items():
        assert days(kept[name]).total_seconds() == queue.get("MessageRetentionPeriod", QUEUES_KEEP), name
    topics = {name for name, item in template["Resources"].items() if item["Type"] == "AWS::SNS::Topic"}
    assert topics <= set(kept)


def test_every_parameter_that_holds_addresses_is_documented(page: str, template: dict[str, Any]) -> None:
    holds = {name for name, item in template["Parameters"].items() if re.search(r"\b[Aa]ddress", item["Description"])}
    mail = {name for name in holds if re.search("Mail|Admin|Contact|Alarm", name)}
    assert mail == {"MailFrom", "MailTo", "AdminTo", "Contact", "AlarmEmail"}
    assert mail <= set(re.findall(r"`(\w+)`", page))


def test_every_setting_of_how_long_is_documented_with_its_default(page: str, template: dict[str, Any]) -> None:
    on_page = cells(page, "## How long")
    for name, item in template["Parameters"].items():
        if name.endswith("RetentionDays") or name == "LinkDays":
            assert re.search(rf"\b{item['Default']}\b", on_page[name][0]), name
    assert timedelta(seconds=DOWNLOAD_SECONDS) == timedelta(minutes=5)
    assert "works for five minutes" in page


def test_every_function_is_documented_and_only_those_that_may_read_documents_are_said_to(
    page: str, template: dict[str, Any], functions: Resources
) -> None:
    on_page = {name: cell[0] for name, cell in cells(page, "## Who sees it").items() if name.endswith("Function")}
    assert set(on_page) == set(functions)
    for name, function in functions.items():
        folders = set(FOLDER.findall(str(list(statements_of(template, function)))))
        if folders == {"reports"}:
            assert "reads `reports/`" in on_page[name]
        else:
            assert ("the archive and" in on_page[name]) == bool(folders), name
        is_open = "LeadingKeys" not in str(function["Policies"]) and "Ledger" in str(function["Policies"])
        assert ("the ledger" in on_page[name]) == is_open, name
        assert ("Kaltura's credential" in on_page[name]) == ("'ReadSecret'" in str(function["Policies"])), name
