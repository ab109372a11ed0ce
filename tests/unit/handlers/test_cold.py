"""A function that cannot open its services ends no batch: reasons are recorded, the admin is informed, emails wait."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from debrief.delivery.aws.queue import Queue
from debrief.delivery.ledger.ledger import ADMIN, Delivery, Ledger, SessionRecord
from debrief.errors import BadSettings, DebriefError, Unavailable
from debrief.order_codec import decode_delivery, encode
from debrief.orders import DeliveryOrder, ExportOrder
from debrief.settings import Settings
from debrief.wiring import open_ledger
from handlers import common, deliver, export, feedback, portal, receive, reconcile
from support.events import event, forget, received

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:No application metrics")]

NewQueue = Callable[[str], Queue]
NOW = datetime.now(UTC).replace(microsecond=0)
ORDERS = [
    ExportOrder(f"1_cue0000{n}", "1_room0001", NOW - timedelta(hours=3), NOW - timedelta(hours=2)) for n in (1, 2)
]
GOOD = {"kaltura_partner_id": 77, "kaltura_ks": "a-ks"}
WRONG = [
    None,
    "s3cr3t-value",
    '["s3cr3t-value"]',
    '{"app_token": "s3cr3t-value"}',
    "",
    '{"kaltura_ks": "s3cr3t-value"}',
]


@pytest.fixture
def queues(new_queue: NewQueue, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SimpleNamespace:
    """What a function finds around it: queues, folders, an admin, and the name of a secret that is not there."""
    found = SimpleNamespace(exports=new_queue("exports"), deliveries=new_queue("deliveries"))
    values = {
        "DEBRIEF_EXPORT_QUEUE_URL": found.exports.url,
        "DEBRIEF_DELIVERY_QUEUE_URL": found.deliveries.url,
        "DEBRIEF_ARCHIVE": str(tmp_path / "archive"),
        "DEBRIEF_OUTBOX": str(tmp_path / "outbox"),
        "DEBRIEF_ADMIN_TO": "admin@example.com",
        "DEBRIEF_DAILY_HOUR": "0",
        "KALTURA_SECRET_NAME": "debrief/kaltura",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return found


@pytest.fixture
def ledger(queues: SimpleNamespace, tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(Settings(archive=str(tmp_path / "archive")))
    yield opened
    opened.close()


def secret(text: str | None, name: str = "debrief/kaltura") -> None:
    if text is not None:
        boto3.client("secretsmanager").create_secret(Name=name, SecretString=text or " ")


def batch(source: Queue, orders: list[Any]) -> dict[str, Any]:
    source.send(map(encode, orders))
    return received(source)


def again(answer: dict[str, Any]) -> int:
    return len(answer["batchItemFailures"])


def occasions(queue: Queue) -> list[str]:
    return [decode_delivery(record["body"]).occasion for record in received(queue)["Records"]]


@pytest.mark.parametrize("text", WRONG)
def test_exports_of_a_function_without_a_credential_fail_with_the_reason_and_are_tried_within_the_hour(
    queues: SimpleNamespace, ledger: Ledger, context: SimpleNamespace, log: StringIO, text: str | None
) -> None:
    secret(text)
    answer = export.handler(batch(queues.exports, ORDERS), context)
    assert again(answer) == 0
    for order in ORDERS:
        found = ledger.session(order.cue_point_id)
        assert found is not None
        assert found.state == "failed"
        assert "debrief/kaltura" in found.reason or "KALTURA_" in found.reason
        assert "s3cr3t" not in found.reason + log.getvalue()
        assert found.due is not None
        assert found.due <= datetime.now(UTC) + timedelta(hours=1)


def test_the_admin_is_informed_of_sessions_that_a_function_without_a_credential_could_not_export(
    queues: SimpleNamespace, ledger: Ledger, context: SimpleNamespace
) -> None:
    export.handler(batch(queues.exports, ORDERS), context)
    with pytest.raises(BadSettings, match="debrief/kaltura"):
        reconcile.handler({}, context)
    occasions_sent = occasions(queues.deliveries)
    assert len([one for one in occasions_sent if one.startswith("problem-")]) == 1


def test_an_export_succeeds_once_its_secret_is_mended(
    queues: SimpleNamespace, ledger: Ledger, context: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "export_one", lambda *_: None)
    export.handler(batch(queues.exports, ORDERS[:1]), context)
    secret(json.dumps(GOOD))
    assert again(export.handler(batch(queues.exports, ORDERS[1:]), context)) == 0
    assert ledger.session(ORDERS[0].cue_point_id) is not None
    assert ledger.session(ORDERS[1].cue_point_id) is None


@pytest.mark.parametrize(("code", "status"), [("AccessDeniedException", 400), ("DecryptionFailure", 400)])
def test_a_secret_that_a_function_may_not_read_is_a_reason_too(
    queues: SimpleNamespace,
    ledger: Ledger,
    context: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    status: int,
) -> None:
    monkeypatch.setattr(common, "client", lambda _: Refusing(code, status))
    assert again(export.handler(batch(queues.exports, ORDERS), context)) == 0
    found = ledger.session(ORDERS[0].cue_point_id)
    assert found is not None
    assert code in found.reason
    assert "arn:" not in found.reason


@pytest.mark.parametrize(("code", "status"), [("InternalServiceError", 500), ("ThrottlingException", 400)])
@pytest.mark.parametrize("function", ["export", "deliver"])
def test_messages_come_back_soon_when_the_secret_cannot_be_read_just_now(
    queues: SimpleNamespace,
    ledger: Ledger,
    context: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    code: str,
    status: int,
) -> None:
    monkeypatch.setattr(common, "client", lambda _: Refusing(code, status))
    hidden = list[int]()
    monkeypatch.setattr(Queue, "hide", lambda _queue, _handle, seconds: hidden.append(seconds))
    mails = [DeliveryOrder("1_cue00001", 1, "b4c9a289323b21a0"), DeliveryOrder("1_cue00002", 1, "b4c9a289323b21a0")]
    if function == "export":
        answer = export.handler(batch(queues.exports, ORDERS), context)
    else:
        answer = deliver.handler(batch(queues.deliveries, mails), context)
    assert again(answer) == 2
    assert hidden == [60, 60]
    assert ledger.session(ORDERS[0].cue_point_id) is None


def test_messages_come_back_soon_when_the_reason_cannot_be_recorded(
    queues: SimpleNamespace, context: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBRIEF_TIMEZONE", "Middle/Earth")
    hidden = list[int]()
    monkeypatch.setattr(Queue, "hide", lambda _queue, _handle, seconds: hidden.append(seconds))
    assert again(export.handler(batch(queues.exports, ORDERS), context)) == 2
    assert again(deliver.handler(batch(queues.deliveries, [DeliveryOrder("1_a", 1, "b4c9")]), context)) == 1
    assert hidden == [60, 60, 60]


def test_a_message_that_is_no_order_is_dropped_also_without_a_credential(
    queues: SimpleNamespace, context: SimpleNamespace
) -> None:
    queues.exports.send(["no json"])
    assert again(export.handler(received(queues.exports), context)) == 0


@pytest.fixture
def mail(ledger: Ledger) -> Delivery:
    """A report's email that waits in the ledger."""
    ledger.save(SessionRecord("1_cue00001", "1_room0001", NOW, NOW + timedelta(hours=1), state="final", revision=1))
    delivery = Delivery("1_cue00001", 1, "b4c9a289323b21a0", "ann@example.com", at=NOW - timedelta(days=1))
    assert ledger.add_delivery(delivery)
    return delivery


def order_of(delivery: Delivery) -> DeliveryOrder:
    return DeliveryOrder(delivery.cue_point_id, delivery.revision, delivery.recipient_id, delivery.occasion)


def found(ledger: Ledger, delivery: Delivery) -> Delivery:
    one = ledger.delivery(delivery.cue_point_id, delivery.revision, delivery.recipient_id, delivery.occasion)
    assert one is not None
    return one


@pytest.fixture
def no_own_secret(queues: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALTURA_SECRET_NAME", "")
    monkeypatch.setenv("DEBRIEF_SECRET_NAME", "debrief/own")
    monkeypatch.setenv("DEBRIEF_PORTAL_URL", "https://reports.example.com")


@pytest.mark.parametrize("text", [None, "k" * 48])
def test_an_email_waits_with_the_reason_when_the_secret_of_links_cannot_be_read(
    no_own_secret: None,
    queues: SimpleNamespace,
    ledger: Ledger,
    mail: Delivery,
    context: SimpleNamespace,
    text: str | None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    secret(text, "debrief/own")
    assert again(deliver.handler(batch(queues.deliveries, [order_of(mail)]), context)) == 0
    after = found(ledger, mail)
    assert after.state == "pending"
    assert "debrief/own" in after.reason
    assert "MailBlocked" in capsys.readouterr().out


def test_the_admin_is_emailed_that_the_secret_of_links_cannot_be_read(
    no_own_secret: None,
    queues: SimpleNamespace,
    ledger: Ledger,
    mail: Delivery,
    context: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    deliver.handler(batch(queues.deliveries, [order_of(mail)]), context)
    monkeypatch.setattr(reconcile, "reconcile", lambda _: [])
    monkeypatch.setenv("DEBRIEF_SECRET_NAME", "")  # as the function that compares
    monkeypatch.setenv("KALTURA_PARTNER_ID", "77")
    monkeypatch.setenv("KALTURA_KS", "a-ks")
    forget()
    reconcile.handler({}, context)
    monkeypatch.setenv("DEBRIEF_SECRET_NAME", "debrief/own")
    forget()
    given = received(queues.deliveries)
    assert again(deliver.handler(given, context)) == 0
    (problem,) = [one for one in ledger.deliveries(ADMIN) if one.occasion.startswith("problem-")]
    assert problem.state == "sent"
    (path,) = [one for one in (tmp_path / "outbox").iterdir() if "problem" in one.name]
    assert b"debrief/own" in path.read_bytes()


def test_an_email_whose_link_signing_key_is_invalid_waits_and_the_admin_is_informed(
    no_own_secret: None,
    queues: SimpleNamespace,
    ledger: Ledger,
    context: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    secret('{"link_key": "short", "webhook_secret": "w"}', "debrief/own")
    daily = Delivery(ADMIN, 1, "b4c9a289323b21a0", "admin@example.com", occasion="daily-2026-11-02", at=NOW)
    ledger.add_delivery(daily)
    assert again(deliver.handler(batch(queues.deliveries, [order_of(daily)]), context)) == 0
    after = found(ledger, daily)
    assert after.state == "pending"
    assert "DEBRIEF_LINK_KEY" in after.reason
    monkeypatch.setenv("DEBRIEF_SECRET_NAME", "")  # as the function that compares, which writes the admin's emails
    monkeypatch.setenv("KALTURA_SECRET_NAME", "gone")
    with pytest.raises(BadSettings):
        reconcile.handler({}, context)
    monkeypatch.setenv("DEBRIEF_SECRET_NAME", "debrief/own")
    monkeypatch.setenv("KALTURA_SECRET_NAME", "")
    deliver.handler(received(queues.deliveries), context)
    problems = [one for one in ledger.deliveries(ADMIN) if one.occasion.startswith("problem-")]
    assert [one.state for one in problems] == ["sent", "sent"]
    texts = [path.read_bytes() for path in (tmp_path / "outbox").iterdir()]
    assert len([text for text in texts if b"Emails wait" in text and b"DEBRIEF_LINK_KEY" in text]) == 1


def test_one_message_that_cannot_be_served_holds_up_no_other(
    no_own_secret: None, queues: SimpleNamespace, ledger: Ledger, mail: Delivery, context: SimpleNamespace
) -> None:
    problem = Delivery(ADMIN, 1, "b4c9a289323b21a0", "admin@example.com", occasion="problem-2026-11-02-0a", at=NOW)
    ledger.add_delivery(problem)
    taken = batch(queues.deliveries, [order_of(mail), order_of(problem)])
    assert again(deliver.handler(taken, context)) == 0
    assert [found(ledger, one).state for one in (mail, problem)] == ["pending", "sent"]


def test_unsent_emails_are_ordered_again_when_the_secret_cannot_be_read_now(
    queues: SimpleNamespace,
    ledger: Ledger,
    mail: Delivery,
    context: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(common, "client", lambda _: Refusing("InternalServiceError", 500))
    with pytest.raises(Unavailable):
        reconcile.handler({}, context)
    assert occasions(queues.deliveries) == [""]


def test_the_portal_and_the_webhook_answer_that_they_cannot_now(
    queues: SimpleNamespace, context: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, new_queue: NewQueue
) -> None:
    monkeypatch.setenv("DEBRIEF_HINT_QUEUE_URL", new_queue("hints").url)
    monkeypatch.setenv("DEBRIEF_SECRET_NAME", "debrief/own")
    answers = [portal.handler(event("portal_page"), context), receive.handler(event("webhook_json"), context)]
    assert [answer["statusCode"] for answer in answers] == [500, 500]
    forget()
    monkeypatch.setattr(common, "client", lambda _: Refusing("InternalServiceError", 500))
    answers = [portal.handler(event("portal_page"), context), receive.handler(event("webhook_json"), context)]
    assert [answer["statusCode"] for answer in answers] == [503, 503]


def test_feedback_fails_so_that_lambda_comes_again_with_it(queues: SimpleNamespace, context: SimpleNamespace) -> None:
    with pytest.raises(DebriefError, match="debrief/kaltura"):
        feedback.handler(event("ses_bounce"), context)


class Refusing:
    """Secrets Manager that gives an error."""

    def __init__(self, code: str, status: int) -> None:
        self._answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}

    def get_secret_value(self, **_: str) -> dict[str, str]:
        raise ClientError(self._answer, "GetSecretValue")
