"""One session, its reports and its readers: a second email with other figures, a bounce, an expired link."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from debrief.delivery.mail.addresses import recipient_id
from debrief.model import Session
from kaltura_standin.account import Account
from kaltura_standin.webhooks import notification
from support.broken.amazon import inside
from support.broken.mails import mails
from support.broken.process import Ended
from support.broken.story import Step, Story
from support.broken.world import World
from support.events import event
from support.stack import BOSS, HOST, WEBHOOK_SECRET
from support.world import END, START, small_account

SESSION = Session("1_cue00001", "1_room0001", START, END, "Sales, EMEA")
_LATE_UNTIL = END + timedelta(hours=5)
_PATIENCE = 5  # times that a person tries


def accounts(now: datetime) -> Account:
    """What Kaltura knows: half of everybody's presence until the second check."""
    return _account(is_late=now < _LATE_UNTIL)


@lru_cache
def _account(*, is_late: bool) -> Account:
    return replace(small_account(), late_factor=0.5 if is_late else 1.0)


def notified(world: World) -> None:
    """Send Kaltura's notification that the session has ended, and ignore the answer."""
    headers, body = notification(SESSION, secret=WEBHOOK_SECRET)
    request = event("webhook_form")
    request["headers"] |= {name.lower(): value for name, value in headers.items()}
    world.invoke("ReceiveFunction", request | {"body": base64.b64encode(body).decode(), "isBase64Encoded": True})


def opened(world: World) -> None:
    """Let Ann follow two links of her first email."""
    for page in _pages(HOST):
        _browse(world, "GET", page)
        _browse(world, "GET", f"{page}/report")


def renewed(world: World) -> None:
    """Ann's link has expired, and she asks for a fresh one."""
    for page in _pages(HOST):
        _browse(world, "GET", page)
        _browse(world, "POST", f"{page}/renew")


def bounced(world: World) -> None:
    """Send SES's event that the boss's last email bounced; the dead-letter queue keeps what nobody takes."""
    sent = [mail for mail in mails() if mail.to == BOSS]
    if not sent:
        return
    message: dict[str, Any] = json.loads(event("ses_bounce")["Records"][0]["Sns"]["Message"])
    message["bounce"]["bouncedRecipients"] = [{"emailAddress": BOSS}]
    name = f"{SESSION.cue_point_id}-r{len(sent)}-{recipient_id(BOSS)}"
    message["mail"] |= {"destination": [BOSS], "tags": {"debrief-mail": [name]}}
    found = event("ses_bounce")
    found["Records"][0]["Sns"]["Message"] = json.dumps(message)
    if not world.invoke_event("FeedbackFunction", found):
        dead = world.deployed.queue_url("FailedFeedback")
        inside("sqs").send_message(QueueUrl=dead, MessageBody=json.dumps(found))


def _browse(world: World, method: str, address: str) -> None:
    """Until there is an answer, or patience ends."""
    request = event("portal_page")
    http = request["requestContext"]["http"]
    request["rawPath"] = http["path"] = urlsplit(address).path
    http["method"] = method
    for _ in range(_PATIENCE):
        if _is_answer(world.invoke("PortalFunction", request)):
            return
        world.clock.sleep(60)


def _is_answer(ended: Ended) -> bool:
    return ended.is_well and ended.value["statusCode"] < 500


def _pages(address: str) -> list[str]:
    """Return the link in somebody's first email; blank if there is none."""
    first = [mail for mail in mails() if mail.to == address][:1]
    return [re.findall(r"https://[a-z0-9./-]+/r/[a-z2-7]+", mail.text)[0] for mail in first]


def _after_end(hours: float, minutes: float = 0) -> datetime:
    return END + timedelta(hours=hours, minutes=minutes)


SESSION_STORY = Story(
    "session",
    accounts,
    {"LinkDays": "1"},
    (
        Step(_after_end(0, 1), "Kaltura notifies", notified),
        Step(_after_end(0, 49), "the first export and the first mails", World.tick),
        Step(_after_end(4), "links are followed", opened),
        Step(_after_end(6, 9), "the second check, with other figures, and second mails", World.tick),
        Step(_after_end(9), "a mail comes back", bounced),
        Step(_after_end(9, 9), "the admin hears of it", World.tick),
        Step(_after_end(21, 9), "the daily line", World.tick),
        Step(_after_end(24, 9), "the last check", World.tick),
        Step(_after_end(33), "an expired link is renewed", renewed),
    ),
)
