"""What the feedback function does with SNS's events: it counts, logs no content, and loses none."""

from __future__ import annotations

import copy
import json
import runpy
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from debrief.delivery.ledger.ledger import Delivery
from debrief.delivery.ledger.sqlite import SqliteLedger
from debrief.delivery.ledger.suppressions import find_suppression
from debrief.delivery.mail.addresses import recipient_id
from debrief.errors import BadRequest, BadSettings, DebriefError, Unavailable
from debrief.pipeline.mailing.feedback import FeedbackKind, FeedbackOutcome
from debrief.pipeline.services import Services
from handlers import feedback
from handlers.feedback import take_all
from support.events import event

Counted = Callable[[], dict[str, float]]

SERVICES = cast("Services", object())  # the stages given below look at nothing
ANN = recipient_id("ann@example.com")
NOW = datetime(2026, 11, 2, 11, tzinfo=UTC)


def records(*messages: object) -> dict[str, Any]:
    """SNS's event with these messages: text as it is, anything else as JSON."""
    texts = (message if isinstance(message, str) else json.dumps(message) for message in messages)
    pattern = event("ses_bounce")["Records"][0]
    found = []
    for text in texts:
        record = copy.deepcopy(pattern)
        record["Sns"]["Message"] = text
        found.append(record)
    return {"Records": found}


def says(kind: FeedbackKind) -> feedback.Take:
    return lambda *_: FeedbackOutcome(kind)


@pytest.mark.parametrize(
    ("kind", "metric"),
    [
        ("bounced", "MailBounced"),
        ("complained", "MailComplained"),
        ("put off", "MailPutOff"),
        ("delayed", "MailDelayed"),
        ("rejected", "MailGivenUp"),
        ("delivered", "MailDelivered"),
    ],
)
def test_every_event_has_its_metric(kind: FeedbackKind, metric: str, counted: Counted) -> None:
    assert take_all(SERVICES, records({}), take=says(kind)) == {"events": 1}
    assert counted() == {metric: 1}


def test_an_event_that_says_nothing_has_none(counted: Counted) -> None:
    take_all(SERVICES, records({}), take=says("other"))
    assert counted() == {}


@pytest.mark.parametrize(
    "record",
    [
        *records("no json", "[]", '"ann@example.org"', "[" * 100_000, "1" * 5000, "NaN", "")["Records"],
        {"Sns": {"Message": None}},
        {"Sns": {}},
        {"body": "{}"},
        "ann@example.org",
        None,
    ],
)
def test_a_record_that_is_no_event_is_counted_and_the_others_go_on(
    record: object, counted: Counted, log: StringIO
) -> None:
    given = {"Records": [record, *records({})["Records"]]}
    assert take_all(SERVICES, given, take=says("delivered")) == {"events": 2}
    assert counted() == {"FeedbackNotUnderstood": 1, "MailDelivered": 1}
    assert "BadRequest" in log.getvalue()
    assert "ann@" not in log.getvalue()


@pytest.mark.parametrize("given", [{}, {"Records": None}, {"Records": {"Sns": {}}}])
def test_an_event_without_records_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        take_all(SERVICES, given, take=says("delivered"))


def test_ses_first_words_to_a_topic_are_no_trouble(counted: Counted) -> None:
    greeting = "Successfully validated SNS topic for Amazon SES event publishing."
    assert take_all(SERVICES, records(greeting), take=says("bounced")) == {"events": 1}
    assert counted() == {}


@pytest.mark.parametrize("error", [Unavailable("The ledger is busy."), BadSettings("AWS refuses dynamodb:PutItem.")])
def test_what_may_pass_or_be_put_right_comes_again_after_the_others_are_done(
    error: DebriefError, counted: Counted
) -> None:
    def take(_: Services, message: Mapping[str, Any]) -> FeedbackOutcome:
        if message["bad"]:
            raise error
        return FeedbackOutcome("bounced")

    with pytest.raises(type(error)) as raised:
        take_all(SERVICES, records({"bad": True}, {"bad": False}), take=take)
    assert raised.value is error
    assert counted() == {"MailBounced": 1}


def test_a_foreign_error_comes_again_without_its_words(counted: Counted, log: StringIO) -> None:
    def take(*_: object) -> FeedbackOutcome:
        raise KeyError("ann@example.org")

    with pytest.raises(Unavailable) as raised:
        take_all(SERVICES, records({}), take=take)
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
    assert "ann@" not in str(raised.value)
    assert "ann@" not in log.getvalue()
    assert counted() == {"UnexpectedErrors": 1}


@pytest.fixture
def ledger_file(aws: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """What the function finds around it: a ledger with a sent mail."""
    values = {
        "DEBRIEF_ARCHIVE": str(tmp_path / "archive"),
        "DEBRIEF_LEDGER": str(tmp_path / "ledger.sqlite3"),
        "DEBRIEF_OUTBOX": str(tmp_path / "outbox"),
    }
    monkeypatch.delenv("KALTURA_SECRET_NAME", raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with closing(SqliteLedger(tmp_path / "ledger.sqlite3")) as ledger:
        ledger.add_delivery(Delivery("1_cue00001", 1, ANN, "ann@example.com", state="sent", at=NOW))
    return tmp_path / "ledger.sqlite3"


@pytest.mark.parametrize(("name", "state"), [("bounce", "refused"), ("complaint", "refused"), ("delivery", "sent")])
def test_an_event_reaches_the_ledger_and_no_address_the_log(
    ledger_file: Path,
    context: SimpleNamespace,
    log: StringIO,
    capsys: pytest.CaptureFixture[str],
    name: str,
    state: str,
) -> None:
    assert feedback.handler(event(f"ses_{name}"), context) == {"events": 1}
    with closing(SqliteLedger(ledger_file)) as ledger:
        mail = ledger.delivery("1_cue00001", 1, ANN)
        assert mail is not None
        assert mail.state == state
        assert (find_suppression(ledger, ANN) is not None) == (state == "refused")
    assert '"1_cue00001"' in log.getvalue()
    assert "@" not in log.getvalue() + capsys.readouterr().out


def test_an_event_is_never_logged_even_when_somebody_asks_powertools_for_it(
    ledger_file: Path,
    context: SimpleNamespace,
    log: StringIO,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOGGER_LOG_EVENT", "true")
    asked = runpy.run_path(feedback.__file__)["handler"]  # Powertools looks at the variable when it decorates
    asked(event("ses_bounce"), context)
    assert "bounced" in log.getvalue()
    assert "@" not in log.getvalue() + capsys.readouterr().out
