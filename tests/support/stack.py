"""The deployed stack, with the bundled Kaltura before it and people who read their emails behind it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from debrief.delivery.ledger.dynamodb import DynamoLedger
from debrief.delivery.ledger.ledger import Delivery
from debrief.errors import DebriefError
from kaltura_standin.account import Account
from kaltura_standin.server import StandIn
from support.aws import SENDER, admin, make_ses, moto_aws, ses_mails
from support.deployed import Deployed, Function, Source, deploy
from support.events import event, forget
from support.guard import Guard
from support.iam import Need
from support.poller import Poller
from support.running import Runtime, played
from support.world import Clock

HOST, BOSS, ADMIN = "ann@example.com", "boss@example.com", "admin@example.com"
WEBHOOK_SECRET = "a secret that only Kaltura and this stack know"
RULES_KEY = "settings/rules.yaml"
PARAMETERS: Mapping[str, str] = {
    "MailFrom": SENDER,
    "MailTo": BOSS,
    "AdminTo": ADMIN,
    "RulesKey": RULES_KEY,
    "WebhookState": "ENABLED",
    "CallsPerSecond": "0",  # the stand-in can take it
}


@dataclass
class Stack:
    """What was deployed, and what flows through it. The clock is the functions' own; it can be moved."""

    deployed: Deployed
    kaltura: StandIn
    clock: Clock
    guard: Guard
    runtime: Runtime
    poller: Poller

    @property
    def ledger(self) -> DynamoLedger:
        return DynamoLedger(admin("dynamodb"), self.deployed.table)

    def tick(self) -> dict[str, Any]:
        """The schedule's event, sent with the schedule's role; the function's answer."""
        function = self.deployed.functions[self.deployed.ticks]
        assert self.guard.allows(self.deployed.tick_role, Need("lambda:InvokeFunction", function.arn))
        answer: dict[str, Any] = self.runtime(function, self.deployed.tick)
        return answer

    def undelivered_tick(self) -> None:
        """Keep a scheduled run that the scheduler could not start, with the schedule's role."""
        (queue,) = (
            properties["Target"]["DeadLetterConfig"]["Arn"]
            for properties in self.deployed.properties.values()
            if "DeadLetterConfig" in properties.get("Target", {})
        )
        self._keep(self.deployed.tick_role, queue, self.deployed.tick)

    def run(self) -> None:
        """Do a scheduled run and all that follows from it."""
        self.tick()
        self.drain()

    def drain(self) -> int:
        """All messages to their functions; how many they were. Nothing fails."""
        found = self.poller.drain()
        assert self.poller.errors == []
        assert not self.poller.has_failed()
        return found

    def request(self, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> dict[str, Any]:
        """The answer of the function that has this address: to GET, or to POST when there is a body."""
        place = urlsplit(url)
        asked = event("portal_page") | {"rawPath": place.path}
        http = {"path": place.path, "method": "GET" if body is None else "POST"}
        asked["requestContext"] |= {"domainName": place.netloc, "http": asked["requestContext"]["http"] | http}
        asked["headers"] |= {"host": place.netloc} | {name.lower(): value for name, value in (headers or {}).items()}
        if body is not None:
            asked |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
        answer: dict[str, Any] = self.runtime(self._at(place.netloc), asked)
        return answer

    def publish(self, message: Mapping[str, Any]) -> dict[str, Any] | None:
        """SES's event in SNS's envelope, to the function that subscribes to the topic.

        The function's answer; None when it fails as often as Lambda tries, and the event is kept.
        """
        topic = self.deployed.outputs["FeedbackTopic"]
        message_event = event("ses_bounce")
        message_event["Records"][0]["Sns"] |= {"TopicArn": topic, "Message": json.dumps(message)}
        function = self.deployed.functions[self.deployed.subscribers[topic]]
        for _ in range(1 + function.event_retries):
            with suppress(DebriefError, RuntimeError):
                answer: dict[str, Any] = self.runtime(function, message_event)
                return answer
        self._keep(function.role, function.dead_letters, message_event)
        return None

    def deliveries(self, cue_point_id: str) -> dict[str, Delivery]:
        return {mail.address: mail for mail in self.ledger.deliveries(cue_point_id)}

    def mails_to(self, address: str) -> list[str]:
        """Return the text of each email given to SES for an address."""
        found: list[EmailMessage] = [
            message_from_bytes(raw, policy=policy.default)  # type: ignore[misc]
            for to, raw in ses_mails()
            if address in to
        ]
        assert all(mail["To"] == address for mail in found)
        bodies = [mail.get_body(("plain",)) for mail in found]
        return [body.get_content() for body in bodies if body]

    def links_in(self, text: str) -> dict[str, str]:
        """Return the links of an email, by label."""
        found = (line.rpartition(": ") for line in text.splitlines())
        return {label: where for label, _, where in found if where.startswith(self.deployed.outputs["PortalUrl"])}

    def archived(self, cue_point_id: str, name: str) -> bytes:
        """The newest version of a session's document."""
        client, bucket = admin("s3"), self.deployed.bucket
        listed = client.list_objects_v2(Bucket=bucket, Prefix="reports/")["Contents"]
        (key,) = (one["Key"] for one in listed if one["Key"].endswith(f"session={cue_point_id}/{name}"))
        body: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read()
        return body

    def source(self, function: str) -> Source:
        """Where a function gets its messages from."""
        (found,) = (source for source in self.deployed.sources if source.function == function)
        return found

    def expire_archive(self) -> None:
        """Do what the bucket's own rules say: all that has expired gets a delete marker."""
        client, bucket = admin("s3"), self.deployed.bucket
        rules = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        for prefix in [rule["Prefix"] for rule in rules if "Days" in rule.get("Expiration", {})]:
            for one in client.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", []):
                client.delete_object(Bucket=bucket, Key=one["Key"])

    def pass_time(self, **span: float) -> None:
        self.clock.now += timedelta(**span)

    def kept(self, queue: str) -> list[dict[str, Any]]:
        """The events in a queue of dead letters, by its logical id."""
        asked = {"QueueUrl": self.deployed.queue_url(queue), "MaxNumberOfMessages": 10, "VisibilityTimeout": 0}
        return [json.loads(one["Body"]) for one in admin("sqs").receive_message(**asked).get("Messages", [])]

    def _keep(self, role: str, queue_arn: str, message_event: Mapping[str, Any]) -> None:
        assert self.guard.allows(role, Need("sqs:SendMessage", queue_arn))
        url = admin("sqs").get_queue_url(QueueName=queue_arn.rpartition(":")[2])["QueueUrl"]
        admin("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(message_event))

    def _at(self, host: str) -> Function:
        (found,) = (one for one in self.deployed.functions.values() if one.url and urlsplit(one.url).netloc == host)
        return found


@contextmanager
def running(account: Account, **parameters: str) -> Iterator[Stack]:
    """The stack deployed as README says: sender, Kaltura's credential, rules and the webhook's secret are there."""
    clock = Clock(datetime.now(UTC).replace(microsecond=0))
    with moto_aws(), StandIn(account) as kaltura, played(clock):
        deployed = deploy({**PARAMETERS, "KalturaServiceUrl": kaltura.url, **parameters})
        _prepare(deployed, kaltura)
        guard = Guard.of(deployed)
        with guard.installed():
            forget()
            runtime = Runtime(guard)
            yield Stack(deployed, kaltura, clock, guard, runtime, Poller(deployed, runtime, admin("sqs")))
            forget()


def _prepare(deployed: Deployed, kaltura: StandIn) -> None:
    make_ses(SENDER)
    token, secrets = kaltura.account.app_tokens[0], admin("secretsmanager")
    credential = {
        "kaltura_partner_id": str(kaltura.account.partner_id),
        "kaltura_app_token_id": token.id,
        "kaltura_app_token": token.token,
    }
    name = deployed.functions["ExportFunction"].environment["KALTURA_SECRET_NAME"]
    secrets.create_secret(Name=name, SecretString=json.dumps(credential))
    own = json.loads(secrets.get_secret_value(SecretId=deployed.outputs["OwnSecret"])["SecretString"])
    filled = json.dumps(own | {"webhook_secret": WEBHOOK_SECRET})
    secrets.put_secret_value(SecretId=deployed.outputs["OwnSecret"], SecretString=filled)
    admin("s3").put_object(Bucket=deployed.bucket, Key=RULES_KEY, Body=b"version: 1\n")
