"""What each handler does with its event, its services and its queues."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from debrief.delivery.aws.queue import Queue
from debrief.delivery.ledger.ledger import Delivery, DeliveryState, SessionRecord
from debrief.errors import BadCredentials, BadRequest, BadSettings, DebriefError, Unavailable
from debrief.order_codec import decode_delivery, decode_export, encode
from debrief.orders import DeliveryOrder, ExportOrder
from debrief.pipeline.services import Services
from debrief.settings import Settings
from debrief.wiring import connect, open_ledger
from handlers import deliver, export, reconcile
from handlers.deliver import deliver_one
from handlers.export import export_one
from handlers.reconcile import scheduled_run
from support.events import event, forget, received

pytestmark = pytest.mark.slow

NewQueue = Callable[[str], Queue]
Counted = Callable[[], dict[str, float]]

SERVICES = Services(*cast("Any", [None] * 6))  # the stages given below look at nothing
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
SESSION = ExportOrder("1_cue00001", "1_room0001", START, START + timedelta(minutes=61))
MAIL = DeliveryOrder("1_cue00001", 1, "b4c9a289323b21a0")


def bodies(queue: Queue) -> list[str]:
    return [record["body"] for record in received(queue)["Records"]]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Services]:
    """Services with a ledger that knows nothing, an admin, and no Kaltura."""
    settings = Settings(archive=str(tmp_path / "archive"), admin_to=("admin@example.com",), daily_hour=0)
    services = connect(settings, lambda: START, asks_kaltura=False)
    yield services
    services.ledger.close()


def test_a_scheduled_run_asks_for_what_is_due_and_for_the_admin_s_daily_line(
    opened: Services, new_queue: NewQueue, counted: Counted
) -> None:
    exports, deliveries = new_queue("exports"), new_queue("deliveries")
    asked = scheduled_run(opened, exports, deliveries, mails=lambda _: [MAIL], sessions=lambda _: [SESSION])
    assert asked == {"sessions": 1, "mails": 2}
    assert list(map(decode_export, bodies(exports))) == [SESSION]
    mails = list(map(decode_delivery, bodies(deliveries)))
    assert [mail.occasion for mail in mails] == ["", "daily-2026-11-02"]
    assert counted() == {"SessionsAsked": 1, "MailClaimsOld": 0, "SessionsOverdue": 0, "ReconcileSucceeded": 1}


def test_a_scheduled_run_with_nothing_to_do_counts_as_a_success(
    opened: Services, new_queue: NewQueue, counted: Counted
) -> None:
    queue = new_queue("used")
    assert scheduled_run(opened, queue, queue, mails=lambda _: [], sessions=lambda _: [])["sessions"] == 0
    assert scheduled_run(opened, queue, queue, mails=lambda _: [], sessions=lambda _: []) == {"sessions": 0, "mails": 0}
    assert counted() == {"SessionsAsked": 0, "MailClaimsOld": 0, "SessionsOverdue": 0, "ReconcileSucceeded": 2}


def test_a_claim_older_than_any_run_is_counted(opened: Services, new_queue: NewQueue, counted: Counted) -> None:
    long_ago = START - timedelta(hours=1)
    opened.ledger.add_delivery(Delivery("1_cue00001", 1, "b4c9", "a@example.com", state="claimed", at=long_ago))
    queue = new_queue("used")
    scheduled_run(opened, queue, queue, mails=lambda _: [], sessions=lambda _: [])
    assert counted()["MailClaimsOld"] == 1


def test_a_credential_that_fails_is_reported_to_the_admin_before_the_scheduled_run_fails(
    opened: Services, new_queue: NewQueue, counted: Counted
) -> None:
    def refuse(_: Services) -> Iterable[ExportOrder]:
        raise BadCredentials("Kaltura does not accept the credential.")

    exports, deliveries = new_queue("exports"), new_queue("deliveries")
    with pytest.raises(BadCredentials):
        scheduled_run(opened, exports, deliveries, mails=lambda _: [], sessions=refuse)
    occasions = [decode_delivery(body).occasion.rpartition("-")[0] for body in bodies(deliveries)]
    assert "problem-2026-11-02" in occasions
    assert counted() == {}


def test_exports_that_the_queue_does_not_take_are_asked_for_by_the_next_scheduled_run(
    opened: Services, new_queue: NewQueue
) -> None:
    record = SessionRecord(SESSION.cue_point_id, SESSION.entry_id, SESSION.start, SESSION.end, due=START, asked=START)
    opened.ledger.save(record)
    nowhere = replace(new_queue("exports"), url=new_queue("exports").url + "-gone")
    with pytest.raises(DebriefError):
        scheduled_run(opened, nowhere, new_queue("deliveries"), mails=lambda _: [], sessions=lambda _: [SESSION])
    found = opened.ledger.session(SESSION.cue_point_id)
    assert found is not None
    assert found.asked is None


def test_an_error_that_nobody_knows_fails_the_scheduled_run_without_its_words(
    opened: Services, new_queue: NewQueue, counted: Counted, log: StringIO
) -> None:
    def stumble(_: Services) -> Iterable[ExportOrder]:
        raise ValueError("ann@example.com is no number")

    queue = new_queue("used")
    with pytest.raises(Unavailable) as failed:
        scheduled_run(opened, queue, queue, mails=lambda _: [], sessions=stumble)
    assert failed.value.__cause__ is None
    assert failed.value.__suppress_context__
    assert "ValueError" in str(failed.value)
    assert "ann@" not in str(failed.value) + log.getvalue()
    assert "stumble" in log.getvalue()
    assert counted() == {"UnexpectedErrors": 1}


def test_mails_left_behind_are_asked_for_while_kaltura_is_down_and_the_scheduled_run_is_no_success(
    new_queue: NewQueue, counted: Counted
) -> None:
    exports, deliveries = new_queue("exports"), new_queue("deliveries")

    def kaltura_is_down(_: Services) -> Iterable[ExportOrder]:
        raise Unavailable("Kaltura cannot answer now.")

    with pytest.raises(Unavailable):
        scheduled_run(SERVICES, exports, deliveries, mails=lambda _: [MAIL], sessions=kaltura_is_down)
    assert list(map(decode_delivery, bodies(deliveries))) == [MAIL]
    assert counted() == {}


def test_an_export_asks_for_its_mails_before_it_counts_as_done(new_queue: NewQueue, counted: Counted) -> None:
    deliveries, asked = new_queue("deliveries"), list[ExportOrder]()

    def stage(_: Services, order: ExportOrder) -> list[DeliveryOrder]:
        asked.append(order)
        return [MAIL]

    export_one(SERVICES, deliveries, event("sqs_export")["Records"][0]["body"], export=stage)
    assert asked == [SESSION]
    assert list(map(decode_delivery, bodies(deliveries))) == [MAIL]
    assert counted() == {"SessionsExported": 1}


def test_an_export_whose_mails_cannot_be_asked_for_is_not_done(new_queue: NewQueue, counted: Counted) -> None:
    gone = Queue("https://eu-west-1.queue.amazonaws.com/123456789012/gone", new_queue("deliveries").client)
    with pytest.raises(Unavailable, match="NonExistentQueue"):
        export_one(SERVICES, gone, event("sqs_export")["Records"][0]["body"], export=lambda *_: [MAIL])
    assert counted() == {}


@pytest.mark.parametrize(
    ("state", "metric"), [("sent", "MailSent"), ("refused", "MailGivenUp"), ("unknown", "MailUnknown")]
)
def test_every_fate_of_a_mail_has_its_metric(state: DeliveryState, metric: str, counted: Counted) -> None:
    deliver_one(SERVICES, event("sqs_delivery")["Records"][0]["body"], send=lambda *_: state)
    assert counted() == {metric: 1}


def test_an_event_that_is_tried_again_is_no_email_that_waits(counted: Counted) -> None:
    body = encode(DeliveryOrder("1_cue00001", 1, "b4c9a289323b21a0", "ready"))
    deliver_one(SERVICES, body, send=lambda *_: "pending")
    assert counted() == {"EventWaits": 1}


def test_a_mail_that_waits_until_something_is_mended_does_not_fail_permanently(counted: Counted, log: StringIO) -> None:
    def send(*_: object) -> DeliveryState:
        raise BadSettings("AWS refuses s3:GetObject: AccessDenied.")

    deliver_one(SERVICES, event("sqs_delivery")["Records"][0]["body"], send=send)
    assert counted() == {"MailBlocked": 1}
    assert "AccessDenied" in log.getvalue()


@pytest.mark.filterwarnings("ignore:No application metrics")
def test_a_secret_that_cannot_be_read_is_reported_to_the_admin(
    environment: None, context: SimpleNamespace, new_queue: NewQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"KALTURA_SECRET_NAME": "gone", "DEBRIEF_ADMIN_TO": "admin@example.com", "DEBRIEF_DAILY_HOUR": "23"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    forget()
    with pytest.raises(BadSettings, match="gone"):
        reconcile.handler({}, context)
    occasions = [decode_delivery(body).occasion.partition("-")[0] for body in bodies(new_queue("deliveries"))]
    assert "problem" in occasions
    ledger = open_ledger(Settings(archive=os.environ["DEBRIEF_ARCHIVE"]))
    failed = ledger.note("compared", "failed")
    ledger.close()
    assert failed is not None
    assert "gone" in failed.detail


def test_a_stage_never_sees_a_message_of_the_wrong_kind() -> None:
    def stage(*_: object) -> DeliveryState:
        raise AssertionError

    with pytest.raises(BadRequest):
        deliver_one(SERVICES, event("sqs_export")["Records"][0]["body"], send=stage)


@pytest.fixture
def environment(new_queue: NewQueue, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a function finds around it: two queues, and an archive, a ledger and an outbox in a folder."""
    values = {
        "DEBRIEF_EXPORT_QUEUE_URL": new_queue("exports").url,
        "DEBRIEF_DELIVERY_QUEUE_URL": new_queue("deliveries").url,
        "DEBRIEF_ARCHIVE": str(tmp_path / "archive"),
        "DEBRIEF_OUTBOX": str(tmp_path / "outbox"),
        "KALTURA_PARTNER_ID": "77",
        "KALTURA_KS": "a-ks",
    }
    monkeypatch.delenv("KALTURA_SECRET_NAME", raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def published(text: str) -> dict[str, float]:
    """The metrics in what a function printed."""
    blobs = [json.loads(line) for line in text.splitlines()]
    return {
        metric["Name"]: sum(blob[metric["Name"]])
        for blob in blobs
        for metric in blob["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    }


@pytest.mark.parametrize("body", ["no json", '{"v":1,"kind":"export","user_email":"ann@example.org"}'])
def test_a_message_that_is_no_order_gives_up_nothing_and_is_not_logged(
    environment: None, context: SimpleNamespace, log: StringIO, capsys: pytest.CaptureFixture[str], body: str
) -> None:
    for name, function in (("sqs_export", export), ("sqs_delivery", deliver)):
        given = event(name)
        given["Records"][0]["body"] = body
        assert function.handler(given, context) == {"batchItemFailures": []}  # type: ignore[attr-defined]
        assert published(capsys.readouterr().out) == {"MessageNotUnderstood": 1}
    assert "BadMessage" in log.getvalue()
    assert body not in log.getvalue()
    assert "ann@" not in log.getvalue()


def test_a_mail_that_the_ledger_does_not_know_fails_permanently(
    environment: None, context: SimpleNamespace, log: StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deliver.handler(event("sqs_delivery"), context) == {"batchItemFailures": []}
    assert published(capsys.readouterr().out) == {"MailGivenUp": 1}
    assert "NoRecipient" in log.getvalue()
