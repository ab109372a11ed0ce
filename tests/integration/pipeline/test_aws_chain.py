"""Every function of the stack, called as Lambda calls it, one after the other, on AWS as moto plays it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
import requests

from debrief.delivery.dynamodb import DynamoLedger
from debrief.delivery.ledger import Delivery
from debrief.model import ExportOrder
from debrief.standin.server import StandIn
from handlers import deliver, export, feedback, portal, receive, reconcile
from handlers.queues import Queue
from support.aws import BUCKET, LEDGER, SENDER, make_bucket, make_ses, make_table, moto_aws, ses_mails
from support.events import event, forget, received, settle
from support.lambda_events import bounced, notified, opened
from support.lambda_world import BOSS, HOST, PORTAL, WEBHOOK_SECRET, account_of
from support.world import END, START

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
CONTEXT = SimpleNamespace(
    function_name="debrief",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:debrief",
    aws_request_id="52fdfc07-2182-454f-963f-5f0f9a621d72",
)


@dataclass
class Stack:
    """What template.yaml makes, and what flows through it."""

    kaltura: StandIn
    queues: dict[str, Queue]
    ledger: DynamoLedger
    end: datetime  # of all sessions

    def drain(self, name: str, handler: Handler) -> int:
        """Give a queue's messages to its function, as Lambda does; how many there were."""
        taken = received(self.queues[name])
        if taken["Records"]:
            answer = handler(taken, CONTEXT)
            failed = answer.get("batchItemFailures", [])  # the comparison has none: it raises
            assert failed == []
            settle(self.queues[name], taken, {"batchItemFailures": failed})
        return len(taken["Records"])

    def tick(self) -> None:
        """A tick of the schedule and all that follows from it."""
        reconcile.handler(event("schedule"), CONTEXT)
        self.drain("exports", export.handler)
        self.drain("deliveries", deliver.handler)

    def deliveries(self, cue_point_id: str) -> dict[str, Delivery]:
        return {mail.address: mail for mail in self.ledger.deliveries(cue_point_id)}


@pytest.fixture
def stack() -> Iterator[Stack]:
    end = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=90)  # the functions look at the real clock
    with moto_aws(), StandIn(account_of(1, end)) as kaltura, pytest.MonkeyPatch.context() as patch:
        make_bucket()
        table = make_table()
        make_ses(SENDER, HOST, BOSS)
        sqs = boto3.client("sqs")
        names = ("exports", "deliveries", "hints")
        hidden = {"VisibilityTimeout": "600"}
        queues = {name: Queue(sqs.create_queue(QueueName=name, Attributes=hidden)["QueueUrl"], sqs) for name in names}
        token = kaltura.account.app_tokens[0]
        secrets = boto3.client("secretsmanager")
        secrets.create_secret(
            Name="debrief/kaltura",
            SecretString=json.dumps({"kaltura_app_token_id": token.id, "kaltura_app_token": token.token}),
        )
        secrets.create_secret(
            Name="debrief/own", SecretString=json.dumps({"link_key": "k" * 64, "webhook_secret": WEBHOOK_SECRET})
        )
        variables = {
            "KALTURA_SECRET_NAME": "debrief/kaltura",
            "DEBRIEF_SECRET_NAME": "debrief/own",
            "KALTURA_SERVICE_URL": kaltura.url,
            "KALTURA_PARTNER_ID": str(kaltura.account.partner_id),
            "DEBRIEF_ARCHIVE": f"s3://{BUCKET}",
            "DEBRIEF_LEDGER": f"dynamodb:{LEDGER}",
            "DEBRIEF_MAIL_CHANNEL": "ses",
            "DEBRIEF_MAIL_FROM": SENDER,
            "DEBRIEF_MAIL_TO": BOSS,
            "DEBRIEF_PORTAL_URL": PORTAL,
            "DEBRIEF_EXPORT_QUEUE_URL": queues["exports"].url,
            "DEBRIEF_DELIVERY_QUEUE_URL": queues["deliveries"].url,
            "DEBRIEF_HINT_QUEUE_URL": queues["hints"].url,
        }
        for name, value in variables.items():
            patch.setenv(name, value)
        _forget()
        yield Stack(kaltura, queues, DynamoLedger(table, LEDGER), end)
        _forget()


def _forget() -> None:
    forget()
    receive._ledger.cache_clear()


def mails_to(address: str) -> list[str]:
    """The text of each mail that SES was given for an address."""
    found = [message_from_bytes(raw, policy=policy.default) for to, raw in ses_mails() if address in to]
    assert all(mail["To"] == address for mail in found)
    bodies = [mail.get_body(("plain",)) for mail in found]
    return [body.get_content() for body in bodies if body]


def links_in(text: str) -> dict[str, str]:
    """Where a mail leads, by label."""
    found = (line.rpartition(": ") for line in text.splitlines())
    return {label: where for label, _, where in found if where.startswith(PORTAL)}


def archived(cue_point_id: str, name: str) -> bytes:
    """The newest version of a session's document."""
    client = boto3.client("s3")
    listed = client.list_objects_v2(Bucket=BUCKET, Prefix="reports/")["Contents"]
    (key,) = (one["Key"] for one in listed if one["Key"].endswith(f"session={cue_point_id}/{name}"))
    return client.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def browse(address: str) -> dict[str, Any]:
    """The portal's answer, as the function URL gives it."""
    return portal.handler(opened(address), CONTEXT)


def status_of(order: ExportOrder, secret: str) -> int:
    """What Kaltura gets for a notification about a session, signed with a secret."""
    status: int = receive.handler(notified(order, secret), CONTEXT)["statusCode"]
    return status


def two_minutes_pass(stack: Stack) -> None:
    """The last comparison is no news any more, and no notification was met just now."""
    for kind in ("compared", "hint"):
        if mark := stack.ledger.mark(kind, "last"):
            stack.ledger.put_mark(replace(mark, at=mark.at - timedelta(minutes=2)))


def another_session(stack: Stack, number: int) -> None:
    stack.kaltura.account = replace(account_of(number, stack.end), app_tokens=stack.kaltura.account.app_tokens)


def test_from_the_tick_to_the_mails_and_not_again(stack: Stack) -> None:
    assert reconcile.handler(event("schedule"), CONTEXT) == {"sessions": 1, "mails": 0}
    assert stack.drain("exports", export.handler) == 1
    assert stack.drain("deliveries", deliver.handler) == 2
    assert reconcile.handler(event("schedule"), CONTEXT) == {"sessions": 0, "mails": 0}
    assert (len(mails_to(HOST)), len(mails_to(BOSS))) == (1, 1)
    assert {mail.state for mail in stack.deliveries("1_cue00001").values()} == {"sent"}


def test_a_link_leads_to_the_bytes_that_the_manifest_vouches_for(stack: Stack) -> None:
    stack.tick()
    (text,) = mails_to(HOST)
    assert set(links_in(text).values()).isdisjoint(links_in(mails_to(BOSS)[0]).values())
    files = {
        file["key"].rsplit("/", 1)[1]: file for file in json.loads(archived("1_cue00001", "manifest.json"))["files"]
    }
    names = {"Report": "report.html", "Report as PDF": "report.pdf", "Attendee list for Excel": "attendees.csv"}
    for label, name in names.items():
        answer = browse(links_in(text)[label])
        assert answer["statusCode"] == 302
        where = answer["headers"]["location"]
        assert "X-Amz-Expires=300" in where
        assert files[name]["version_id"] in where
        assert requests.get(where, timeout=5).content == archived("1_cue00001", name)
    page = browse(links_in(text)["Report"].removesuffix("/report"))
    assert (page["statusCode"], "Room 1" in page["body"]) == (200, True)
    assert browse(f"{PORTAL}/r/{'a' * 32}")["statusCode"] == 404
    assert len(list(stack.ledger.marks("opened"))) == 4


def test_a_bounce_stops_the_mail_that_waits_and_every_later_one(stack: Stack) -> None:
    stack.tick()
    another_session(stack, 2)
    reconcile.handler(event("schedule"), CONTEXT)
    stack.drain("exports", export.handler)
    first = stack.deliveries("1_cue00001")[HOST]
    assert feedback.handler(bounced(first), CONTEXT) == {"events": 1}
    assert stack.drain("deliveries", deliver.handler) == 2
    assert {who: mail.state for who, mail in stack.deliveries("1_cue00002").items()} == {HOST: "stopped", BOSS: "sent"}
    another_session(stack, 3)
    stack.tick()
    assert {who: mail.state for who, mail in stack.deliveries("1_cue00003").items()} == {BOSS: "sent"}
    assert (len(mails_to(HOST)), len(mails_to(BOSS))) == (1, 3)
    assert stack.deliveries("1_cue00001")[HOST].state == "refused"


def test_a_signed_notification_brings_the_next_report_forward(stack: Stack) -> None:
    stack.tick()
    another_session(stack, 2)
    room = stack.kaltura.account.rooms[1]
    order = ExportOrder(room.runs[0].id, room.id, START, END)
    assert status_of(order, "a stranger's secret") == 403
    assert stack.drain("hints", reconcile.handler) == 0
    two_minutes_pass(stack)
    assert [status_of(order, WEBHOOK_SECRET) for _ in range(3)] == [204, 204, 204]
    assert stack.drain("hints", reconcile.handler) == 1
    assert stack.drain("exports", export.handler) == 1
    assert stack.drain("deliveries", deliver.handler) == 2
    assert [len(mails_to(who)) for who in (HOST, BOSS)] == [2, 2]
    assert "Room 2" in mails_to(HOST)[-1]
