"""Every function lives on what its role allows, and no role allows more than its function needs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields, replace

from debrief.pipeline.session.registration_files import key_for
from debrief.settings import Settings
from kaltura_standin.faults import Fault
from support.aws import admin
from support.guard import Guard
from support.iam import Permission, granted
from support.stack import ADMIN, BOSS, HOST, RULES_KEY, WEBHOOK_SECRET, Stack, running
from support.visitors import (
    account_of,
    begun_the_day_before,
    bounced,
    interrupted,
    just_ended,
    kaltura_has,
    late,
    notified,
)

BUS = "reports"
RULES = b"""version: 1
channels:
  lake: {kind: eventbridge}
rules:
  - {name: All, when: {title: "*"}, to: lake}
"""


def test_no_role_lacks_a_permission_and_none_has_one_that_no_run_needs() -> None:
    """In a stack that lives through all that its functions are for, trouble included."""
    with running(account_of(1, late()), ArchiveRetentionDays="60", Registrations="yes", EventBus=BUS) as stack:
        a_channel(stack)
        a_list_of_registrations(stack)
        trouble(stack)
        readers(stack)
        second_mails(stack)
        a_notification(stack)
        a_failure(stack)
        an_interrupted_session(stack)
        the_whole_event(stack)
        the_index(stack)
        a_corrected_start(stack)
        a_digest(stack)
        an_expired_link(stack)
        an_archive_that_is_gone(stack)
        what_nobody_takes(stack)
        assert stack.guard.refused == []
        assert unused(stack) == set()
        assert replaceable(stack) == set()
        assert missing_settings(stack) == set()
        assert needless_settings(stack) == set()


def missing_settings(stack: Stack) -> set[tuple[str, str]]:
    """The settings that a function reads and only others are given: it would use the default, silently."""
    functions = stack.deployed.functions
    given = {name: settings_in(function.environment) for name, function in functions.items()}
    everything = set().union(*given.values())
    read_by_all = {"mail_to", "organizers", "admin_to", "rules", "portal_url"} | KALTURA  # when the services are opened
    return {
        (name, setting)
        for name, read in stack.runtime.read.items()
        for setting in (read & everything) - given[name] - read_by_all
    }


def needless_settings(stack: Stack) -> set[tuple[str, str]]:
    """The settings that a function is given and never reads."""
    return {
        (name, setting)
        for name, function in stack.deployed.functions.items()
        for setting in settings_in(function.environment) - stack.runtime.read[name] - SHARED[name]
    }


KALTURA = {"service_url", "partner_id", "chat_url", "calls_per_second", "report_row_limit"}
KALTURA |= {"registration_urls", "registration_scheme"}
FILTERS = {"only_rooms", "only_events", "name_patterns", "min_minutes", "min_attendees"}  # of both, to be safe
SHARED = defaultdict(
    set,
    ReconcileFunction=FILTERS | {"check_hours"},
    ReceiveFunction={"archive", "timezone"},  # of all
    FeedbackFunction={"timezone"},  # of all
)
SPECIAL = {
    "DEBRIEF_CHANGE_THRESHOLD_PERCENT": "change_threshold",
    "KALTURA_REGISTRATIONS": "registration_urls",
    "KALTURA_REGISTRATIONS_SCHEME": "registration_scheme",
}


def settings_in(environment: Mapping[str, str]) -> set[str]:
    """The names of the settings that variables set."""
    names = {SPECIAL.get(name, name.partition("_")[2].lower()) for name in environment}
    return names & {field.name for field in fields(Settings)}


def unused(stack: Stack) -> set[tuple[str, str]]:
    """The permissions that no call needed."""
    everything = {
        one for permissions in stack.guard.permissions.values() for one in permissions if one.effect == "Allow"
    }
    return {named(stack, permission) for permission in everything - stack.guard.used}


def replaceable(stack: Stack) -> set[tuple[str, str]]:
    """The permissions without which nothing would have been refused: none, or the check would not bite."""
    return {named(stack, permission) for permission in stack.guard.used if not would_refuse(stack.guard, permission)}


def would_refuse(guard: Guard, dropped: Permission) -> bool:
    """Whether one of the calls that were made would be refused without this permission."""
    left = [one for one in guard.permissions[dropped.role] if one != dropped]
    return any(role == dropped.role and not granted(left, need) for role, need in guard.needed)


def named(stack: Stack, permission: Permission) -> tuple[str, str]:
    """The role's logical id, and the action."""
    names = {name: logical_id for logical_id, name in stack.deployed.roles.items()}
    return names[permission.role], permission.action


def a_channel(stack: Stack) -> None:
    """The rules send every event to a bus of the account."""
    admin("events").create_event_bus(Name=BUS)
    admin("s3").put_object(Bucket=stack.deployed.bucket, Key=RULES_KEY, Body=RULES)


def a_failure(stack: Stack) -> None:
    """A session has failed: the next scheduled run reports it on the bus."""
    record = stack.ledger.session("1_cue00002")
    assert record is not None
    assert {each.state for each in stack.ledger.deliveries("1_cue00002") if each.channel} == {"sent"}
    failed = stack.ledger.save(replace(record, state="failed", reason="Kaltura refuses a report.", due=None))
    stack.run()
    events = [each for each in stack.ledger.deliveries("1_cue00002") if each.occasion.startswith("failed-")]
    assert [(each.channel, each.state) for each in events] == [("lake", "sent")]
    stack.ledger.save(replace(failed, state=record.state, reason=record.reason, due=record.due))


def a_list_of_registrations(stack: Stack) -> None:
    """Somebody puts it into the bucket before the session ends."""
    body = b"Email,Name\nabsent@example.com,Abby Absent\n"
    admin("s3").put_object(Bucket=stack.deployed.bucket, Key=key_for("session", "1_cue00001"), Body=body)


def trouble(stack: Stack) -> None:
    """Kaltura does not answer the first export while another run sends an email: both messages come back."""
    assert stack.tick()["sessions"] == 1
    stack.kaltura.faults.add(Fault("http_status", times=None, service="report"))
    stack.poller.drain()
    assert stack.poller.has_failed()
    stack.kaltura.faults.clear()
    stack.poller.wait()
    assert stack.poller.poll(stack.source("ExportFunction")) == 1
    mail = stack.deliveries("1_cue00001")[BOSS]
    claimed = stack.ledger.move(mail, "claimed", at=stack.clock())
    assert claimed
    stack.poller.drain()
    assert stack.poller.has_failed()
    assert stack.ledger.move(claimed, "pending", at=stack.clock())
    stack.poller.wait()
    stack.drain()
    assert [len(stack.mails_to(who)) for who in (HOST, BOSS)] == [1, 1]


def readers(stack: Stack) -> None:
    """Links are followed; one that was made up leads nowhere."""
    links = stack.links_in(stack.mails_to(HOST)[0])
    assert {stack.request(where)["statusCode"] for where in links.values()} == {200, 302}
    assert stack.request(report_page(stack, HOST))["statusCode"] == 200
    assert stack.request(f"{stack.deployed.outputs['PortalUrl']}r/{'a' * 32}")["statusCode"] == 404


def second_mails(stack: Stack) -> None:
    """Six hours later Kaltura knows of more people."""
    kaltura_has(stack, 1, guests=8)
    stack.pass_time(hours=6)
    stack.run()
    assert [len(stack.mails_to(who)) for who in (HOST, BOSS)] == [2, 2]


def a_notification(stack: Stack) -> None:
    """An email bounces, and another session is announced."""
    assert stack.publish(bounced(stack.deliveries("1_cue00001")[HOST]))
    session = kaltura_has(stack, 2, guests=8)
    stack.pass_time(minutes=2)
    assert notified(stack, session, WEBHOOK_SECRET) == 204
    stack.drain()
    assert [len(stack.mails_to(who)) for who in (HOST, BOSS)] == [2, 3]


def an_interrupted_session(stack: Stack) -> None:
    """A room was open twice with a short pause: each part is archived, and one email is about both."""
    parts = interrupted(stack)
    mailed = len(stack.mails_to(BOSS))
    stack.pass_time(hours=1)
    stack.run()
    assert [len(stack.deliveries(part.cue_point_id)) for part in parts] == [0, 0]
    assert all(stack.archived(part.cue_point_id, "manifest.json") for part in parts)
    stack.pass_time(minutes=30)
    stack.run()
    (mail,) = stack.mails_to(BOSS)[mailed:]
    assert "Breaks" in mail


def the_whole_event(stack: Stack) -> None:
    """A day later all figures are final, and the next scheduled run reports the event from the archive."""
    mailed = len(stack.mails_to(BOSS))
    stack.pass_time(hours=24)
    stack.run()
    stack.pass_time(hours=1)
    stack.run()
    assert len(stack.mails_to(BOSS)) == mailed + 1
    assert "Customer days" in stack.mails_to(BOSS)[-1]


def the_index(stack: Stack) -> None:
    """The admin follows the link of the daily summary and searches all sessions."""
    found = re.search(re.escape(stack.deployed.outputs["PortalUrl"]) + r"i/\w+", stack.mails_to(ADMIN)[-1])
    assert found
    answer = stack.request(f"{found[0]}?text=1_cue")
    assert answer["statusCode"] == 200
    assert "1_cue00001" in answer["body"]


def a_corrected_start(stack: Stack) -> None:
    """Kaltura says that a session began on the day before: its files move."""
    start = begun_the_day_before(stack)
    stack.pass_time(minutes=30)
    stack.run()
    record = stack.ledger.session("1_cue00001")
    assert record is not None
    assert record.start == start


def a_digest(stack: Stack) -> None:
    """A recipient chooses a digest, gets no email about a session, and a week later the digest; then emails again."""
    page = report_page(stack, BOSS).replace("/r/", "/u/")
    assert stack.request(page, body=b"choice=weekly")["statusCode"] == 200
    assert "one email a week" in stack.request(page)["body"]
    mailed = len(stack.mails_to(BOSS))
    just_ended(stack)
    stack.pass_time(hours=1)
    stack.run()
    assert len(stack.mails_to(BOSS)) == mailed
    stack.pass_time(days=8)
    stack.run()
    (digest,) = stack.mails_to(BOSS)[mailed:]
    assert "Your sessions, week of" in digest
    assert stack.request(page, body=b"choice=no")["statusCode"] == 200


def an_expired_link(stack: Stack) -> None:
    """A link has expired; a new one is requested and comes by email."""
    stack.pass_time(days=31)
    page = report_page(stack, BOSS)
    assert stack.request(page)["statusCode"] == 410
    assert stack.request(f"{page}/renew", body=b"")["statusCode"] == 200
    stack.drain()
    assert stack.request(report_page(stack, BOSS))["statusCode"] == 200


def an_archive_that_is_gone(stack: Stack) -> None:
    """ArchiveRetentionDays are over: links say so, and a waiting email fails permanently."""
    stack.pass_time(days=1)
    valid = report_page(stack, BOSS)
    assert stack.request(f"{report_page(stack, BOSS, mail=0)}/renew", body=b"")["statusCode"] == 200
    stack.expire_archive()
    stack.drain()
    assert stack.request(valid)["statusCode"] == 410


def what_nobody_takes(stack: Stack) -> None:
    """A scheduled run and an SES event that reach no function are kept."""
    stack.undelivered_tick()
    stack.runtime.down = "FeedbackFunction"
    assert stack.publish(bounced(stack.deliveries("1_cue00001")[BOSS])) is None
    assert [len(stack.kept(queue)) for queue in ("FailedTicks", "FailedFeedback")] == [1, 1]


def report_page(stack: Stack, address: str, mail: int = -1) -> str:
    """Return the link in an email to somebody, by default the newest email."""
    found = re.search(re.escape(stack.deployed.outputs["PortalUrl"]) + r"r/\w+", stack.mails_to(address)[mail])
    assert found
    return found[0]
