"""What flows through the deployed stack, from the schedule, a notification or SES to mails, and back by their links."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import requests

from support.stack import BOSS, HOST, WEBHOOK_SECRET, Stack, running
from support.visitors import account_of, bounced, kaltura_has, late, notified


@pytest.fixture
def stack() -> Iterator[Stack]:
    with running(account_of(1, late())) as found:
        yield found
        assert found.guard.refused == []


def test_from_the_schedule_to_the_mails_and_not_again(stack: Stack) -> None:
    assert stack.tick()["sessions"] == 1
    stack.drain()
    assert stack.tick() == {"sessions": 0, "mails": 0}
    assert [len(stack.mails_to(who)) for who in (HOST, BOSS)] == [1, 1]
    assert {mail.state for mail in stack.deliveries("1_cue00001").values()} == {"sent"}


def test_a_link_leads_to_the_bytes_that_the_manifest_vouches_for(stack: Stack) -> None:
    stack.run()
    (text,) = stack.mails_to(HOST)
    links = stack.links_in(text)
    assert set(links.values()).isdisjoint(stack.links_in(stack.mails_to(BOSS)[0]).values())
    manifest = json.loads(stack.archived("1_cue00001", "manifest.json"))
    files = {file["key"].rsplit("/", 1)[1]: file for file in manifest["files"]}
    names = {"Report as PDF (attached)": "report.pdf", "Workbook for Excel": "report.xlsx"}
    report = stack.request(links["Report"])
    assert (report["statusCode"], 'href="pdf"' in report["body"]) == (200, True)
    for label, name in names.items():
        answer = stack.request(links[label])
        assert answer["statusCode"] == 302
        where = answer["headers"]["location"]
        assert "X-Amz-Expires=300" in where
        assert files[name]["version_id"] in where
        assert requests.get(where, timeout=30).content == stack.archived("1_cue00001", name)
    page = stack.request(links["Report"].removesuffix("/report"))
    assert (page["statusCode"], "Room 1" in page["body"]) == (200, True)
    assert stack.request(f"{stack.deployed.outputs['PortalUrl']}r/{'a' * 32}")["statusCode"] == 404
    assert len(list(stack.ledger.notes("opened"))) == 4


def test_a_bounce_stops_the_mail_that_waits_and_every_later_one(stack: Stack) -> None:
    stack.run()
    kaltura_has(stack, 2)
    stack.tick()
    assert stack.poller.poll(stack.source("ExportFunction")) == 1
    first = stack.deliveries("1_cue00001")[HOST]
    assert stack.publish(bounced(first)) == {"events": 1}
    stack.drain()
    states = {who: mail.state for who, mail in stack.deliveries("1_cue00002").items()}
    assert states == {HOST: "stopped", BOSS: "sent"}
    kaltura_has(stack, 3)
    stack.run()
    assert {who: mail.state for who, mail in stack.deliveries("1_cue00003").items()} == {BOSS: "sent"}
    assert [len(stack.mails_to(who)) for who in (HOST, BOSS)] == [1, 3]
    assert stack.deliveries("1_cue00001")[HOST].state == "refused"


def test_a_signed_notification_brings_the_next_report_forward(stack: Stack) -> None:
    stack.run()
    session = kaltura_has(stack, 2)
    assert notified(stack, session, "a stranger's secret") == 403
    assert stack.drain() == 0
    stack.pass_time(minutes=2)  # the last comparison is no news any more
    assert [notified(stack, session, WEBHOOK_SECRET) for _ in range(3)] == [204, 204, 204]
    assert stack.drain() == 1 + 1 + 2  # a hint, a session, its mails
    assert [len(stack.mails_to(who)) for who in (HOST, BOSS)] == [2, 2]
    assert "Room 2" in stack.mails_to(HOST)[-1]


def test_behind_a_domain_of_ones_own_every_link_leads_there_and_the_same_function_answers() -> None:
    own = "https://reports.example.com/"
    with running(account_of(1, late()), PortalUrl=own) as stack:
        assert stack.deployed.outputs["PortalUrl"] == own
        stack.run()
        (text,) = stack.mails_to(HOST)
        function = stack.deployed.functions["PortalFunction"].url
        assert function not in text
        links = stack.links_in(text)
        assert {"Report", "Report as PDF (attached)", "Workbook for Excel"} <= links.keys()
        page = stack.request(links["Report"].removesuffix("/report").replace(own, function))
        assert page["statusCode"] == 200
        assert function not in page["body"]
        assert stack.guard.refused == []
