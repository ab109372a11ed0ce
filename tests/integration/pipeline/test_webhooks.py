"""Channels of the kind webhook: signed events, each once in effect, and every doubt visible."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from standardwebhooks.webhooks import Webhook

from debrief.delivery.channels.channel import Occasion, Parcel
from debrief.delivery.mail.addresses import recipient_id
from debrief.pipeline.mailing.channel_attempts import DISABLE_AFTER, PAUSES, enable
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.mailing.stale_claims import CLAIM_LASTS
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.state.failures import save_failure
from debrief.pipeline.state.session_records import delivery_order_of
from debrief.runner import run, run_notices
from debrief.wiring import open_channel
from support.channelled import CUE, SECRET, Channelled
from support.receiver import Received, receiver
from support.world import END, World

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "webhook-event.schema.json").read_text())
OLD_SECRET = "whsec_" + base64.b64encode(b"the secret before the rotation").decode()


@pytest.fixture
def crm(small: World, tmp_path: Path) -> Iterator[Channelled]:
    with receiver(tmp_path) as made:
        yield Channelled(small, made, "webhook", secrets={"url": made.url, "secret": SECRET})


def verified(received: Received, secret: str) -> dict[str, Any]:
    """The event, checked by the library of Standard Webhooks, and by its specification, written anew here."""
    Webhook(secret).verify(received.body, received.headers)
    head, key = received.headers, base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.{received.body.decode()}"
    expected = "v1," + base64.b64encode(hmac.new(key, signed.encode(), hashlib.sha256).digest()).decode()
    assert any(hmac.compare_digest(expected, one) for one in head["webhook-signature"].split(" "))
    event = json.loads(received.body)
    assert isinstance(event, dict)
    return event


def test_a_session_is_an_event_when_its_report_is_ready_and_one_when_it_is_final(crm: Channelled) -> None:
    crm.export()
    crm.tick(hours=6)  # the figures are the same
    crm.tick(hours=19)
    assert [event["type"] for event in crm.events] == ["report.ready", "report.final"]
    ids = [received.headers["webhook-id"] for received in crm.receiver.received]
    assert ids == ["1_cue00001-r1-ready", "1_cue00001-r1-final"] == [event["data"]["id"] for event in crm.events]
    assert [event["data"]["state"] for event in crm.events] == ["provisional", "final"]
    for received in crm.receiver.received:
        assert verified(received, SECRET)["data"]["session"]["cue_point_id"] == CUE
    assert {each.state for each in crm.deliveries} == {"sent"}


def test_every_event_fits_the_published_schema(crm: Channelled) -> None:
    crm.export()
    crm.tick(hours=25)
    Draft202012Validator.check_schema(SCHEMA)
    validator = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
    for event in crm.events:
        assert [error.message for error in validator.iter_errors(event)] == []
    figures = {figure["key"]: figure["value"] for figure in crm.events[0]["data"]["figures"]}
    assert figures["unique_attendees"] == 2
    assert crm.events[0]["data"]["links"][-1]["url"].startswith("https://reports.example.com/r/")


def test_an_event_names_nobody_unless_the_rules_say_so(crm: Channelled) -> None:
    crm.export()
    assert b"Ann" not in crm.receiver.received[0].body
    names = [file["name"] for file in crm.events[0]["data"]["archive"]["files"]]
    assert names == ["report-totals.html", "report-totals.xlsx"]
    crm.options = ", see: full"
    crm.tick(hours=25)
    assert "attendees.csv" in {file["name"] for file in crm.events[1]["data"]["archive"]["files"]}


def test_changed_figures_are_an_event_of_their_own(crm: Channelled) -> None:
    crm.export()
    account = crm.place.kaltura.account
    room = account.rooms[0]
    (held,) = room.runs
    late = replace(held.attendances[1], user_id="late", name="Late")
    grown = replace(room, runs=(replace(held, attendances=(*held.attendances, late)),))
    crm.place.kaltura.account = replace(account, rooms=(grown, *account.rooms[1:]))
    crm.tick(hours=6)
    assert [(event["type"], event["data"]["revision"]) for event in crm.events] == [
        ("report.ready", 1),
        ("report.updated", 2),
    ]


def test_during_a_rotation_the_new_and_the_old_secret_sign(crm: Channelled) -> None:
    crm.secrets["secret"] = f"{SECRET} {OLD_SECRET}"
    crm.export()
    (received,) = crm.receiver.received
    assert verified(received, SECRET) == verified(received, OLD_SECRET)


def test_an_answer_that_was_lost_brings_the_same_event_with_the_same_id_again(crm: Channelled) -> None:
    crm.receiver.answers = ["hang up", (204, b"")]
    crm.export()
    assert [each.state for each in crm.deliveries] == ["pending"]
    crm.tick(minutes=16)
    first, second = crm.receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert [each.state for each in crm.deliveries] == ["sent"]


def test_a_run_killed_while_it_sent_leaves_an_event_that_is_sent_again_with_the_same_id(crm: Channelled) -> None:
    crm.export()
    with crm.services() as services:
        (sent,) = [each for each in services.ledger.deliveries(CUE) if each.channel]
        services.ledger.move(sent, "sending", at=services.clock())
        crm.place.clock.now += CLAIM_LASTS + timedelta(minutes=1)
        assert deliver(services, delivery_order_of(sent)) == "sent"
    assert len({received.headers["webhook-id"] for received in crm.receiver.received}) == 1


def test_an_event_is_tried_for_28_hours_and_then_refused_with_a_notice(crm: Channelled) -> None:
    crm.receiver.answers = [(503, b"")]
    crm.export()
    for pause in PAUSES:
        crm.tick(seconds=max(pause.total_seconds() - 60, 0))  # too early, unless it is about seconds
        crm.tick(minutes=16)
    assert timedelta(hours=27) < sum(PAUSES, timedelta()) < timedelta(hours=28)
    tries = [each for each in crm.receiver.received if each.headers["webhook-id"].endswith("-ready")]
    assert len({json.loads(each.body)["timestamp"] for each in tries}) == 1
    assert len(tries) == len(PAUSES) + 1
    (refused,) = [each for each in crm.deliveries if each.occasion == "ready"]
    assert refused.state == "refused"
    assert "status 503" in refused.reason
    assert crm.place.clock.now - END < timedelta(hours=33)
    crm.tick(minutes=16)
    assert any(b"crm" in path.read_bytes() for path in (crm.place.root / "outbox").glob("admin-*problem*.eml"))


def test_an_endpoint_that_fails_for_five_days_is_disabled_until_a_message_arrives(crm: Channelled) -> None:
    crm.receiver.answers = [(500, b"")]
    crm.export()
    for _ in range(20):
        crm.tick(hours=11)
    crm.place.clock.now = END + DISABLE_AFTER + timedelta(days=1)
    with crm.services() as services:
        (old,) = [each for each in services.ledger.deliveries(CUE) if each.occasion == "final"]
        again = replace(old, cue_point_id=CUE, revision=2, occasion="updated", state="pending", at=services.clock())
        services.ledger.add_delivery(again)
    for minutes in (0, 16, 31, 121, 301, 601):
        crm.tick(minutes=minutes)
    (refused,) = [each for each in crm.deliveries if each.occasion == "updated"]
    assert refused.state == "refused"
    assert "is disabled" in refused.reason
    tried = len(crm.receiver.received)
    with crm.services() as services:
        services.ledger.add_delivery(replace(again, revision=3))
        assert deliver(services, delivery_order_of(replace(again, revision=3))) == "refused"
        assert len(crm.receiver.received) == tried
        enable(services.ledger, recipient_id("channel:crm"), services.clock())
        services.ledger.add_delivery(replace(again, revision=4))
        crm.receiver.answers = [(200, b"")]
        assert deliver(services, delivery_order_of(replace(again, revision=4))) == "sent"


def test_an_endpoint_that_is_gone_is_disabled_at_once(crm: Channelled) -> None:
    crm.receiver.answers = [(410, b"")]
    crm.export()
    assert [each.state for each in crm.deliveries] == ["refused"]
    assert "is gone" in crm.deliveries[0].reason


def test_a_redirect_is_a_failure_and_is_not_followed(crm: Channelled) -> None:
    crm.receiver.answers = [(307, b"")]
    crm.receiver.headers = {"Location": crm.receiver.url}
    crm.export()
    assert len(crm.receiver.received) == 1
    assert [each.state for each in crm.deliveries] == ["pending"]


@pytest.mark.parametrize(("see", "name"), [("full", "Room of zoe@example.org"), ("names", "Room of (email not shown)")])
def test_only_full_access_shows_an_address_in_the_room_of_a_failed_session(
    crm: Channelled, see: str, name: str
) -> None:
    crm.options = f", see: {see}"
    crm.place.clock.now = END + timedelta(hours=1)
    with crm.services() as services:
        (order,) = reconcile(services)
        save_failure(services, order, "Kaltura refuses report 6001.")
        record = services.ledger.session(order.cue_point_id)
        assert record
        services.ledger.save(replace(record, entry_name="Room of zoe@example.org"))
        run_notices(services)
    assert [each["data"]["session"]["name"] for each in crm.events] == [name]


def test_a_session_that_fails_is_an_event_once_for_each_failure(crm: Channelled) -> None:
    crm.place.clock.now = END + timedelta(hours=1)
    with crm.services() as services:
        (order,) = reconcile(services)
        save_failure(services, order, "Kaltura refuses report 6001.")
    crm.tick(minutes=1)
    crm.tick(minutes=16)
    (failed,) = crm.events
    assert (failed["type"], failed["data"]["state"]) == ("session.failed", "failed")
    assert failed["data"]["verdict"] == "Kaltura refuses report 6001."
    assert failed["data"]["session"]["name"] == "1_room0001"
    assert list(Draft202012Validator(SCHEMA).iter_errors(failed)) == []
    crm.tick(hours=2)  # the export succeeds
    assert [event["type"] for event in crm.events[1:]] == ["report.ready"]


@pytest.mark.parametrize(
    "secret", ["", "short", "whsec_c2hvcnQ=", "whsec_!!", f"{SECRET} {SECRET} {SECRET}", "whsec_" + "A" * 400]
)
def test_a_wrong_secret_keeps_events_waiting_and_no_reason_quotes_it(crm: Channelled, secret: str) -> None:
    crm.secrets["secret"] = secret
    crm.export()
    (waiting,) = crm.deliveries
    assert waiting.state == "pending"
    assert "channel crm" in waiting.reason
    assert not secret or secret not in waiting.reason
    crm.secrets["secret"] = SECRET
    crm.tick(minutes=16)
    assert [event["type"] for event in crm.events] == ["report.ready"]


def test_nothing_is_sent_to_an_address_that_is_not_public(crm: Channelled) -> None:
    with crm.services() as services:
        for url in (crm.receiver.url.replace("hooks.example.com", "127.0.0.1"), "https://[::1]/", "https://10.0.0.1/"):
            secrets = (("CRM_URL", url), ("CRM_SECRET", SECRET))
            settings = replace(services.settings, mail_channel="ses", channel_secrets=secrets)
            real = replace(services, channel=lambda name, s=settings: open_channel(s, services.rules, name))
            with pytest.raises(Exception, match="not on the public internet"):
                real.channel("crm").send(Parcel("test", Occasion("test", "report.ready"), b"{}"))
    assert crm.receiver.received == []


def test_no_log_and_no_ledger_has_a_secret(crm: Channelled, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    crm.receiver.answers = [(500, b"a-secret"), (204, b"")]
    crm.export()
    crm.tick(minutes=16)
    ledger = (crm.place.root / "archive" / ".debrief" / "ledger.sqlite3").read_bytes()
    for secret in (SECRET, SECRET.removeprefix("whsec_"), "a-secret"):
        assert secret not in caplog.text
        assert secret.encode() not in ledger


def test_a_channel_that_the_rules_no_longer_have_gets_nothing(crm: Channelled) -> None:
    crm.receiver.answers = [(500, b""), (204, b"")]
    crm.export()
    with crm.services() as services:
        (crm.place.root / "rules.yaml").write_text("version: 1\n")
        crm.place.clock.now += timedelta(minutes=16)
        (waiting,) = [each for each in services.ledger.deliveries(CUE) if each.channel]
        assert deliver(services, delivery_order_of(waiting)) == "stopped"


def test_in_the_outbox_an_event_is_a_file(crm: Channelled) -> None:
    crm.place.clock.now = END + timedelta(hours=1)
    crm.secrets = {}
    with crm.services() as services:
        trial = replace(services, channel=lambda name: open_channel(services.settings, services.rules, name))
        assert [outcome.mails for outcome in run(trial, reconcile(trial))] == [["sent"]]
    (path,) = (crm.place.root / "outbox").glob("*.json")
    assert json.loads(path.read_text())["type"] == "report.ready"
