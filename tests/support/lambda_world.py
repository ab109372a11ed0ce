"""What the functions of template.yaml find around them: AWS as moto serves it, the stand-in, and two sessions.

The first session is exported and mailed to one of its two recipients; the second ended and is not yet known.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from debrief.delivery.ledger.ledger import Delivery
from debrief.delivery.mail.addresses import recipient_id
from debrief.orders import ExportOrder
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.services import Services
from debrief.pipeline.stages import run_export
from debrief.settings import Settings
from debrief.wiring import connect, utc_now
from kaltura_standin.account import Account, Attendance, Room, Run, User
from kaltura_standin.server import StandIn
from support.aws import BUCKET, LEDGER, REGION, SENDER, make_bucket, make_ses, make_table, offline_aws, ses_mails
from support.cloudformation import ROOT, Stack, functions_of, load
from support.world import seconds

PORTAL = "https://reports.example.com"
LINK_KEY, PEOPLE_KEY = "k" * 64, "p" * 64
WEBHOOK_SECRET = "a secret that only Kaltura and this stack know"
HOST, BOSS = "ann@example.com", "boss@example.com"
QUEUES = ("Exports", "Deliveries", "Hints")


def account_of(sessions: int, end: datetime, people: int = 1) -> Account:
    """Rooms with a session each that ended then."""
    span = seconds(end - timedelta(hours=1)), seconds(end)
    guests = [Attendance(f"p{who}@example.com", f"Person {who}", stays=(span,)) for who in range(1, people)]
    there = (Attendance(HOST, "Ann Lee", HOST, stays=(span,)), *guests)
    rooms = [
        Room(f"1_room000{number}", f"Room {number}", (Run(f"1_cue0000{number}", *span, HOST, there),), owner=HOST)
        for number in range(1, sessions + 1)
    ]
    return Account(rooms=tuple(rooms), users=(User(HOST, "Ann", "Lee", HOST),))


@dataclass(frozen=True)
class LambdaWorld:
    """The template with values for what it refers to, and what stands behind these."""

    template: dict[str, Any]
    values: dict[str, str]
    endpoint: str
    kaltura: StandIn
    end: datetime  # of both sessions

    def environment(self, function: str) -> dict[str, str]:
        """A function's environment as Lambda sets it, and where AWS is here."""
        stack = Stack.of(self.template, self.values)
        properties = functions_of(self.template)[function]
        return {
            **{name: stack.text(value) for name, value in properties["Environment"]["Variables"].items()},
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(properties["MemorySize"]),
            "DEBRIEF_TEMPLATES_DIR": str(ROOT / "templates"),  # instead of /opt, where Lambda unpacks the layer
            **dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), "testing"),
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint,
        }

    def services(self, clock: Callable[[], datetime] = utc_now) -> Services:
        """What the functions work with, in this process."""
        token = self.kaltura.account.app_tokens[0]
        keys = {"DEBRIEF_LINK_KEY": LINK_KEY, "DEBRIEF_PEOPLE_KEY": PEOPLE_KEY}
        credential = {"KALTURA_APP_TOKEN_ID": token.id, "KALTURA_APP_TOKEN": token.token}
        variables = self.environment("ExportFunction") | self.environment("DeliverFunction") | credential | keys
        return connect(Settings.from_environment(variables), clock)

    def messages(self, queue: str, most: int = 10) -> list[dict[str, Any]]:
        """The messages that a queue holds, taken out of it."""
        sqs, url = boto3.client("sqs"), self.values[queue]
        taken = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=most).get("Messages", [])
        for message in taken:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in taken]

    def delivery(self, address: str) -> Delivery:
        """The first session's mail to somebody."""
        return next(one for one in self.services().ledger.deliveries("1_cue00001") if one.address == address)

    def order(self, number: int) -> ExportOrder:
        """A session's export."""
        start = self.end - timedelta(hours=1)
        return ExportOrder(f"1_cue0000{number}", f"1_room000{number}", start, self.end)

    def link(self, address: str, label: str) -> str:
        """Where somebody's last mail leads."""
        mail = next(raw for to, raw in reversed(ses_mails()) if address in to)
        body = message_from_bytes(mail, policy=policy.default).get_body(("plain",))
        lines = body.get_content().splitlines() if body else []
        (where,) = (line.rpartition(": ")[2] for line in lines if line.startswith(f"{label}: "))
        return where


@contextmanager
def lambda_world(people: int = 1) -> Iterator[LambdaWorld]:
    """The world; this process, too, is led to it."""
    end = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=90)  # the functions look at the real clock
    with offline_aws(), aws_server() as endpoint, StandIn(account_of(1, end, people)) as kaltura:
        world = LambdaWorld(load("template.yaml"), make_resources(kaltura), endpoint, kaltura, end)
        _mail_one(world)
        kaltura.account = replace(account_of(2, end, people), app_tokens=kaltura.account.app_tokens)
        yield world


@contextmanager
def aws_server() -> Iterator[str]:
    """An empty AWS account behind an address of this machine, to which this process is led as well."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        try:
            requests.post(f"http://{host}:{port}/moto-api/reset", timeout=30)
            yield f"http://{host}:{port}"
        finally:
            server.stop()


def make_resources(kaltura: StandIn) -> dict[str, str]:
    """Make what the template's references stand for."""
    make_bucket()
    make_table()
    make_ses(SENDER, HOST, BOSS)
    sqs, secrets, token = boto3.client("sqs"), boto3.client("secretsmanager"), kaltura.account.app_tokens[0]
    of_kaltura = {"kaltura_app_token_id": token.id, "kaltura_app_token": token.token}
    own = {"link_key": LINK_KEY, "webhook_secret": WEBHOOK_SECRET}
    people = {"people_key": PEOPLE_KEY}
    for name, values in (("debrief/kaltura", of_kaltura), ("debrief/own", own), ("debrief/people", people)):
        secrets.create_secret(Name=name, SecretString=json.dumps(values))
    return {
        **{name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in QUEUES},
        "Archive": BUCKET,
        "Ledger": LEDGER,
        "OwnSecret": "debrief/own",
        "PeopleSecret": "debrief/people",
        "ConfigurationSet": "",
        "PortalUrl": PORTAL,
        "AWS::StackName": "debrief",
        "AWS::NoValue": "",
        "KalturaServiceUrl": kaltura.url,
        "KalturaPartnerId": str(kaltura.account.partner_id),
        "CallsPerSecond": "0",
        "MailFrom": SENDER,
        "MailTo": BOSS,
    }


def _mail_one(world: LambdaWorld) -> None:
    services = world.services()
    (order,) = reconcile(services)
    mails = {mail.recipient_id: mail for mail in run_export(services, order)}
    assert len(mails) == 2
    assert deliver(services, mails[recipient_id(BOSS)]) == "sent"
