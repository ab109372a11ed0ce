"""The checks of a deployed stack, in the order in which they build on each other."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from debrief.delivery.ledger.ledger import Delivery, Link
from debrief.delivery.ledger.serialization import time_text
from debrief.delivery.links.tokens import token_hash
from debrief.model import Session
from deployed.deploy import CommandFailed, Stack
from deployed.differences import different_files, different_mails, different_rows
from deployed.emulator import TooSlow, wait_until
from deployed.report import Report, listed
from deployed.stack_and_laptop import (
    BOSS,
    LATER,
    RULES_KEY,
    WEBHOOK_SECRET,
    Laptop,
    archive_of,
    begin,
    complete,
    ledger_of,
    wait_for_room_in_the_hour,
    wait_until_done,
)
from kaltura_standin.server import StandIn
from kaltura_standin.webhooks import notification

FORM = {"content-type": "application/x-www-form-urlencoded"}
_PAUSE = timedelta(seconds=70)  # after a reconciliation no notification starts another one for a minute
_TOKEN = re.compile(r"/r/([a-z2-7]+)")


@dataclass
class Run:
    """One stack, with Kaltura before it and the laptop beside it."""

    stack: Stack
    kaltura: StandIn
    laptop: Laptop
    report: Report

    def check(self, sentence: str, problem: str = "") -> None:
        self.report.check(sentence, problem)

    def mails_to(self, address: str) -> list[dict[str, Any]]:
        return [mail for mail in self.stack.cloud.mails() if mail["To"] == [address]]

    def links(self) -> dict[tuple[str, str], Link]:
        """The newest link of each email, by session and recipient."""
        return {
            (link.cue_point_id, link.recipient_id): link
            for link in sorted(ledger_of(self.stack).all_links(), key=lambda link: link.issued)
        }

    def deliveries(self, cue_point_id: str) -> dict[str, Delivery]:
        return {mail.address: mail for mail in ledger_of(self.stack).deliveries(cue_point_id)}

    def token(self, address: str, subject: str) -> str:
        """The token of the newest email to an address whose subject has these words."""
        texts = [mail["BodyText"] for mail in self.mails_to(address) if subject in mail["Subject"]]
        found = _TOKEN.search(texts[-1])
        assert found, "an email without a link"
        return found[1]

    def portal(self, method: str, path: str, **options: Any) -> Any:
        return self.stack.cloud.request(method, f"{self.stack.outputs['PortalUrl']}{path}", **options)

    def expire(self, token: str) -> None:
        """Let a link expire, as time would: in the ledger."""
        self.stack.cloud.client("dynamodb").update_item(
            TableName=self.stack.outputs["Ledger"],
            Key={"pk": {"S": f"LINK#{token_hash(token)}"}, "sk": {"S": "LINK"}},
            UpdateExpression="SET expires = :past",
            ExpressionAttributeValues={":past": {"S": time_text(datetime.now(UTC) - timedelta(days=1))}},
        )


def check_chain(run: Run) -> None:
    """What a schedule of one minute makes of the sample account, beside what a laptop makes of it."""
    wait_for_room_in_the_hour()
    begin(run.kaltura)
    begun = datetime.now(UTC)
    run.stack = run.stack.updated(ScheduleState="ENABLED", ScheduleExpression="rate(1 minute)", RulesKey=RULES_KEY)
    wait_until_done(run.stack, begun)
    run.laptop.run(begun)
    ledger, bucket = ledger_of(run.stack), archive_of(run.stack)
    sessions = [record.cue_point_id for record in ledger.all_sessions() if record.revision]
    failed = [f"{record.cue_point_id}: {record.reason}" for record in ledger.all_sessions() if record.state == "failed"]
    run.check(
        f"A schedule of one minute exports {len(sessions)} sessions; nothing is invoked by hand.",
        listed(failed) or ("" if sessions else "no session is exported"),
    )
    files = len(list(run.laptop.archive.keys("")))
    run.check(
        f"All {files} files have the same bytes as on a laptop.", listed(different_files(bucket, run.laptop.archive))
    )
    run.check("The ledger has the same sessions, emails and links.", listed(different_rows(ledger, run.laptop.ledger)))
    check_mails(run)


def check_mails(run: Run) -> None:
    """Each email once, and as on the laptop."""
    mails = run.stack.cloud.mails()
    twice = [
        f"{to}: {subject}"
        for (to, subject), count in Counter((m["To"][0], m["Subject"]) for m in mails).items()
        if count > 1
    ]
    unsent = [
        f"{mail.cue_point_id} {mail.recipient_id}: {mail.state} {mail.reason}"
        for mail in ledger_of(run.stack).all_deliveries()
        if mail.state != "sent"
    ]
    run.check(f"Each of {len(mails)} emails is sent exactly once.", listed(twice + unsent))
    run.check("Each email reads as on a laptop.", listed(different_mails(mails, run.laptop)))
    dead = [f"{name}: {count}" for name, count in run.stack.cloud.queued().items() if count]
    run.check("All queues are empty, those of failed messages too.", listed(dead))


def check_portal(run: Run) -> None:
    """What the links in an email open."""
    host = next(address for address, mail in run.deliveries("1_wbncue01").items() if mail.tier == "full")
    token = run.token(host, "sensors")
    page = run.portal("GET", f"r/{token}")
    run.check("A link opens the page of its session.", _differs(page.status_code, 200))
    pdf = run.portal("GET", f"r/{token}/pdf")
    run.check("A link to a file redirects to S3.", _differs(pdf.status_code, 302))
    (key,) = (key for key in archive_of(run.stack).keys("reports/") if key.endswith("1_wbncue01/report.pdf"))
    body = run.stack.cloud.request("GET", pdf.headers.get("location", "")).content
    same = body == archive_of(run.stack).read(key)
    run.check("S3 answers with the archived file.", "" if same else f"{len(body)} other bytes")
    unknown = run.portal("GET", f"r/{'a' * 32}")
    run.check("A made-up link opens nothing.", _differs(unknown.status_code, 404))


def check_renewal(run: Run) -> None:
    """An expired link, and the email with a new one."""
    token, before = run.token(BOSS, "All-hands"), len(run.mails_to(BOSS))
    run.expire(token)
    page = run.portal("GET", f"r/{token}")
    run.check("An expired link opens no report.", _differs(page.status_code, 410))
    for _ in range(2):
        run.portal("POST", f"r/{token}/renew", headers=FORM)
    found = _wait(lambda: len(run.mails_to(BOSS)) > before)
    run.check(
        "It sends a new link to the same address, once a day.", found or _differs(len(run.mails_to(BOSS)), before + 1)
    )
    new = _TOKEN.search(run.mails_to(BOSS)[-1]["BodyText"])
    status = run.portal("GET", f"r/{new[1]}").status_code if new else 0
    run.check("The new link opens the report.", _differs(status, 200))


def check_update(run: Run) -> None:
    """A changed parameter, and a deployment without a change."""
    token = run.token(BOSS, "sensors")
    kept = {name: run.stack.outputs[name] for name in ("Archive", "Ledger", "OwnSecret", "PeopleSecret", "PortalUrl")}
    run.check("A deployment with an unusable value is refused.", _refusal(run.stack, Timezone="Berlin"))
    run.check(
        "So is a schedule that its alarm takes for silence.", _refusal(run.stack, ScheduleExpression="rate(1 day)")
    )
    run.stack = run.stack.updated(ScheduleExpression="rate(30 minutes)")
    again = run.stack.updated()
    changed = [name for name, value in kept.items() if again.outputs[name] != value]
    run.check("An update of the stack keeps bucket, table, secrets and address.", listed(changed))
    status = run.portal("GET", f"r/{token}").status_code
    run.check("Links sent before the update work after it.", _differs(status, 200))


def _refusal(stack: Stack, **parameters: str) -> str:
    """Deploy with these parameters; the problem if CloudFormation accepts them."""
    try:
        stack.updated(**parameters)
    except CommandFailed:
        return ""
    return f"{parameters} is accepted"


def check_unsubscribe(run: Run) -> None:
    """The button of an email program."""
    token = run.token(BOSS, "sensors")
    answer = run.portal("POST", f"u/{token}", headers=FORM, data="List-Unsubscribe=One-Click")
    notes = len(list(ledger_of(run.stack).notes("unsubscribed")))
    run.check("The unsubscribe button of an email works.", _differs((answer.status_code, notes), (200, 1)))


def check_webhook(run: Run) -> None:
    """Kaltura's notification about a session that has just appeared."""
    compared = ledger_of(run.stack).note("compared", "last")
    assert compared
    wait_until(lambda: datetime.now(UTC) > compared.at + _PAUSE, "the last reconciliation is not a minute ago.")
    wait_for_room_in_the_hour()
    complete(run.kaltura)
    begun = datetime.now(UTC)
    (room,) = (room for room in run.kaltura.account.rooms if any(one.id == LATER for one in room.runs))
    (one,) = (one for one in room.runs if one.id == LATER)
    session = Session(one.id, room.id, datetime.fromtimestamp(one.start, UTC), datetime.fromtimestamp(one.end, UTC))
    statuses = []
    for secret in ("another secret", WEBHOOK_SECRET):
        headers, body = notification(session, secret=secret)
        answer = run.stack.cloud.request("POST", run.stack.outputs["WebhookUrl"], headers=headers, data=body)
        statuses.append(answer.status_code)
    unsigned = run.stack.cloud.request("POST", run.stack.outputs["WebhookUrl"], data=b"{}").status_code
    run.check("A notification without Kaltura's signature is refused.", _differs([unsigned, statuses[0]], [403, 403]))
    run.check("A signed notification is accepted.", _differs(statuses[1], 204))
    problem = _wait(lambda: any(mail.state == "sent" for mail in run.deliveries(LATER).values()))
    run.check("It starts the report of its session between scheduled runs.", problem)
    problem = _wait(lambda: not any(run.stack.cloud.queued().values()))
    run.check("All queues are empty again.", problem)
    states = {address: mail.state for address, mail in run.deliveries(LATER).items()}
    wrong = {address: state for address, state in states.items() if (address == BOSS) == (state == "sent")}
    run.check(
        "Its organizers get it; who unsubscribed does not.", listed([f"{to}: {state}" for to, state in wrong.items()])
    )
    run.laptop.run(begun)
    different = different_files(archive_of(run.stack), run.laptop.archive)
    run.check("Its files have the same bytes as on a laptop, too.", listed(different))


def check_bounce(run: Run) -> None:
    """SES's event that an email bounced."""
    (address, mail), *_ = run.deliveries("1_drlcue01").items()
    if address == BOSS:
        (_, _), (address, mail), *_ = run.deliveries("1_drlcue01").items()
    run.stack.cloud.client("sns").publish(
        TopicArn=run.stack.outputs["FeedbackTopic"], Message=json.dumps(_bounce(mail)), Subject="Amazon SES"
    )
    ledger = ledger_of(run.stack)
    problem = _wait(lambda: ledger.note("suppressed", mail.recipient_id) is not None)
    run.check("An address that bounced gets no more emails.", problem)
    state = run.deliveries("1_drlcue01")[address].state
    run.check("The ledger says that its email came back.", _differs(state, "refused"))
    token, before = run.token(address, "Security drill"), len(run.mails_to(address))
    run.expire(token)
    run.portal("POST", f"r/{token}/renew", headers=FORM)
    _wait(lambda: not any(run.stack.cloud.queued().values()))
    run.check("Its expired link sends nothing.", _differs(len(run.mails_to(address)), before))


def _bounce(mail: Delivery) -> dict[str, Any]:
    event = json.loads((Path(__file__).parents[1] / "events" / "ses_bounce.json").read_text())
    message: dict[str, Any] = json.loads(event["Records"][0]["Sns"]["Message"])
    message["bounce"]["bouncedRecipients"] = [{"emailAddress": mail.address}]
    name = f"{mail.cue_point_id}-r{mail.revision}-{mail.recipient_id}"
    message["mail"] |= {"destination": [mail.address], "tags": {"debrief-mail": [name]}}
    return message


def check_deletion(run: Run) -> None:
    """What is left of the stack."""
    cloud, outputs = run.stack.cloud, run.stack.outputs
    files, rows = len(list(archive_of(run.stack).keys(""))), len(list(ledger_of(run.stack).all_sessions()))
    run.stack.delete()
    left = len(list(archive_of(run.stack).keys(""))), len(list(ledger_of(run.stack).all_sessions()))
    run.check("Deleting the stack keeps the bucket and the table.", _differs(left, (files, rows)))
    secrets = {found["Name"] for found in cloud.client("secretsmanager").list_secrets()["SecretList"]}
    lost = [outputs[name] for name in ("OwnSecret", "PeopleSecret") if not any(one in outputs[name] for one in secrets)]
    run.check("It keeps the secrets with the keys.", listed(lost))
    functions = [found["FunctionName"] for found in cloud.client("lambda").list_functions()["Functions"]]
    queues = cloud.client("sqs").list_queues().get("QueueUrls", [])
    run.check("It removes the functions and the queues.", listed([*functions, *queues]))


def _differs(found: object, wanted: object) -> str:
    return "" if found == wanted else f"{found} instead of {wanted}"


def _wait(condition: Any) -> str:
    """Wait for a condition; return the problem if it does not come true."""
    try:
        wait_until(condition, "it did not happen.")
    except TooSlow as slow:
        return str(slow)
    return ""
