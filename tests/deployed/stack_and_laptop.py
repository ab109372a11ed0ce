"""The sample account before the deployed stack, and the same account before a laptop.

Every session of the sample account is as old as in the demo, whatever the time of day: no check becomes due in the
first 24 minutes, so the stack and the laptop see the same account at the same age.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from debrief.delivery.archive.folder import FolderArchive
from debrief.delivery.archive.s3 import S3Archive
from debrief.delivery.ledger.dynamodb import DynamoLedger
from debrief.delivery.ledger.ledger import Ledger
from debrief.delivery.ledger.sqlite import SqliteLedger
from deployed.deploy import Stack
from deployed.emulator import PATIENCE_SECONDS, Cloud, wait_until
from kaltura_standin.account import Account
from kaltura_standin.sample_account import sample_account
from kaltura_standin.server import StandIn
from kaltura_standin.shift import shifted

SENDER, BOSS, ADMIN = "reports@example.com", "boss@example.com", "admin@example.com"
LATER = "1_temcue01"  # a session that Kaltura has only later, for the webhook
LOOK_BACK_HOURS = "480"
TIMEZONE = "Europe/Berlin"
RULES_KEY = "settings/rules.yaml"
RULES = """\
version: 1
rules:
  - {name: Boss, when: {title: "*"}, to: boss@example.com, see: totals}
"""
_LATEST_MINUTE = 50
_RUN = """\
import sys, time_machine
from debrief.cli.main import main
with time_machine.travel(float(sys.argv[1]), tick=True):
    sys.exit(main(["run"]))
"""
WEBHOOK_SECRET = "a secret that only Kaltura and this stack know"
CREDENTIAL = "debrief/kaltura"


@contextmanager
def kaltura() -> Iterator[StandIn]:
    """Kaltura with the sample account of this moment, without one session."""
    with StandIn(_without(LATER, _now(datetime.now(UTC)))) as found:
        yield found


def begin(standin: StandIn) -> None:
    """Let the account be that of this moment: building and deploying may have taken long."""
    standin.account = replace(_without(LATER, _now(datetime.now(UTC))), app_tokens=standin.account.app_tokens)


def complete(standin: StandIn) -> None:
    """Let the account have all its sessions, at its own time."""
    assert standin.account.now
    standin.account = replace(_now(standin.account.now), app_tokens=standin.account.app_tokens)


def _now(now: datetime) -> Account:
    return shifted(sample_account(), now, timedelta(seconds=1))


def _without(cue_point_id: str, account: Account) -> Account:
    rooms = (replace(room, runs=tuple(run for run in room.runs if run.id != cue_point_id)) for room in account.rooms)
    return replace(account, rooms=tuple(rooms))


def parameters(standin: StandIn) -> dict[str, str]:
    """The stack's parameters, as a first deployment has them: the schedule is not running yet."""
    return {
        "MailFrom": SENDER,
        "AdminTo": ADMIN,
        "AlarmEmail": ADMIN,
        "Timezone": TIMEZONE,
        "KalturaServiceUrl": standin.url,
        "KalturaChatUrl": standin.chat_url,
        "CallsPerSecond": "0",  # the stand-in can take it
        "LookBackHours": LOOK_BACK_HOURS,
        "WebhookState": "ENABLED",
        "ScheduleState": "DISABLED",
    }


def prepare(cloud: Cloud, standin: StandIn) -> None:
    """Do what must be there before a deployment: the sender in SES, Kaltura's credential in a secret."""
    cloud.client("sesv2").create_email_identity(EmailIdentity=SENDER)
    cloud.client("secretsmanager").create_secret(Name=CREDENTIAL, SecretString=json.dumps(_credential(standin)))


def configure(stack: Stack) -> None:
    """Do what follows a first deployment: upload the rules, and store the webhook's secret."""
    stack.cloud.client("s3").put_object(Bucket=stack.outputs["Archive"], Key=RULES_KEY, Body=RULES.encode())
    own = {**secret(stack, "OwnSecret"), "webhook_secret": WEBHOOK_SECRET}
    stack.cloud.client("secretsmanager").put_secret_value(
        SecretId=stack.outputs["OwnSecret"], SecretString=json.dumps(own)
    )


def secret(stack: Stack, output: str) -> dict[str, str]:
    """The value of one of the stack's secrets."""
    found = stack.cloud.client("secretsmanager").get_secret_value(SecretId=stack.outputs[output])
    values: dict[str, str] = json.loads(found["SecretString"])
    return values


def _credential(standin: StandIn) -> dict[str, str]:
    token = standin.account.app_tokens[0]
    return {
        "kaltura_partner_id": str(standin.account.partner_id),
        "kaltura_app_token_id": token.id,
        "kaltura_app_token": token.token,
    }


def credential_of(standin: StandIn) -> dict[str, str]:
    """Kaltura's credential as variables of the environment."""
    return {name.upper(): value for name, value in _credential(standin).items()}


def ledger_of(stack: Stack) -> DynamoLedger:
    return DynamoLedger(stack.cloud.client("dynamodb"), stack.outputs["Ledger"])


def archive_of(stack: Stack) -> S3Archive:
    return S3Archive(stack.cloud.client("s3"), stack.outputs["Archive"])


def wait_until_done(stack: Stack, since: datetime) -> None:
    """Wait until all queues are empty, and a scheduled run after the last change of the ledger found no work."""

    def is_done() -> bool:
        if any(stack.cloud.queued().values()):
            return False
        ledger = ledger_of(stack)
        compared = ledger.note("compared", "last")
        if not compared or compared.at < since or any(ledger.open_deliveries()):
            return False
        changes = [mail.at for mail in ledger.all_deliveries() if mail.at]
        is_asked = any(record.asked for record in ledger.all_sessions())
        return not is_asked and bool(changes) and compared.at > max(changes)

    wait_until(is_done, "the queues are not empty, or a session is not exported.", 2 * PATIENCE_SECONDS)


@dataclass(frozen=True)
class Laptop:
    """The installation on one machine: an archive folder with a SQLite ledger, and an outbox."""

    folder: Path
    environ: Mapping[str, str]

    @property
    def archive(self) -> FolderArchive:
        return FolderArchive(self.folder / "archive")

    @property
    def ledger(self) -> Ledger:
        return SqliteLedger(self.folder / "archive" / ".debrief" / "ledger.sqlite3")

    def run(self, now: datetime) -> None:
        """Run `debrief run` at a time, twice: the second time for what the first one made due.

        What Kaltura is asked about a young session ends with the current hour, so the hour must be that of the stack.
        """
        for _ in range(2):
            done = subprocess.run(
                [sys.executable, "-c", _RUN, str(now.timestamp())], env=dict(self.environ), cwd=self.folder,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=2 * PATIENCE_SECONDS, check=False,
            )  # fmt: skip
            if done.returncode:
                raise RuntimeError(f"debrief run ended with {done.returncode}:\n{done.stdout[-3000:]}")


def wait_for_room_in_the_hour() -> None:
    """Wait for the next hour if the stack could not finish in this one, see Laptop.run."""
    wait_until(lambda: datetime.now(UTC).minute < _LATEST_MINUTE, "the hour does not end.", 1200)


def laptop(stack: Stack, standin: StandIn, folder: Path) -> Laptop:
    """An installation with the stack's settings and keys."""
    folder.mkdir()
    (folder / "rules.yaml").write_text(RULES)
    own, people = secret(stack, "OwnSecret"), secret(stack, "PeopleSecret")
    settings = {
        "DEBRIEF_ARCHIVE": str(folder / "archive"),
        "DEBRIEF_OUTBOX": str(folder / "outbox"),
        "DEBRIEF_MAIL_FROM": SENDER,
        "DEBRIEF_ADMIN_TO": ADMIN,
        "DEBRIEF_TIMEZONE": TIMEZONE,
        "DEBRIEF_RULES": str(folder / "rules.yaml"),
        "DEBRIEF_LOOK_BACK_HOURS": LOOK_BACK_HOURS,
        "DEBRIEF_PORTAL_URL": stack.outputs["PortalUrl"],
        "DEBRIEF_LINK_KEY": own["link_key"],
        "DEBRIEF_PEOPLE_KEY": people["people_key"],
        "KALTURA_SERVICE_URL": standin.url,
        "KALTURA_CHAT_URL": standin.chat_url,
    }
    code = stack.project / "functions"  # the code of the stack, even if somebody edits the project meanwhile
    return Laptop(folder, {"PATH": os.environ["PATH"], "PYTHONPATH": str(code), **settings, **credential_of(standin)})
