"""Who is to get a report: rules, settings, what Kaltura knows, and what the ledger marks."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest

from debrief.delivery.ledger.ledger import Note
from debrief.delivery.mail.addresses import recipient_id
from debrief.delivery.rules.rules import Recipient
from debrief.delivery.rules.schema import load_rules
from debrief.errors import BadSettings
from debrief.kaltura.sessions.organizers import ORGANIZERS_CUT, USERS_UNREADABLE
from debrief.model import Finding, Organizer, Person, Session, SessionData, VirtualEvent
from debrief.pipeline.mailing.recipients import deliverable, event_recipients_of, plan_of, recipients_of
from support.aws import BUCKET, make_bucket, moto_aws
from support.world import END, START, World

ANN = Person("ann", "Ann", "ann@example.com")
BOB = Person("bob", "Bob", "bob@example.com")
SESSION = Session("1_cue00001", "1_room0001", START, END, "Sales, EMEA", host_user_id="ann")
EVENT = VirtualEvent("77", "Summit", BOB)


def test_organizers_rules_and_list_in_that_order(small: World) -> None:
    rules = load_rules("version: 1\nrules: [{name: Team, when: {event: 77}, to: team@example.com, see: totals}]")
    data = SessionData(
        SESSION, ANN, organizers=[Organizer(ANN, "host"), Organizer(BOB, "co-organizer")], virtual_event=EVENT
    )
    with small.services(mail_to=("boss@example.com", "ANN@example.com")) as services:
        found = recipients_of(replace(services, rules=rules), data)
    assert [(one.address, one.tier) for one in found] == [
        ("ann@example.com", "full"),
        ("bob@example.com", "full"),
        ("team@example.com", "totals"),
        ("boss@example.com", "full"),
    ]


def test_the_host_alone_counts_as_the_organizer_where_no_other_is_known(small: World) -> None:
    with small.services() as services:
        (found,) = recipients_of(services, SessionData(SESSION, ANN))
        assert not recipients_of(services, SessionData(SESSION))
    assert (found.address, found.why) == ("ann@example.com", "You hosted this session.")


def test_a_host_without_a_usable_address_is_warned_of_without_it(
    small: World, caplog: pytest.LogCaptureFixture
) -> None:
    with small.services() as services, caplog.at_level(logging.WARNING):
        assert not recipients_of(services, SessionData(SESSION, Person("ann", "Ann", "ann at home")))
        assert not recipients_of(services, SessionData(SESSION, Person("bob", "Bob")))
    assert caplog.messages == ["An organizer of session 1_cue00001 has no valid email address."]


HOST, CO_HOST, HIDDEN = Organizer(ANN, "host"), Organizer(BOB, "co-organizer"), Organizer(Person("ann"), "host")
CUT = Finding(ORGANIZERS_CUT, "There are more organizers.")


@pytest.mark.parametrize(
    ("organizers", "findings", "is_known"),
    [
        ([HOST], [], True),
        ([HIDDEN], [], True),
        ([], [], False),
        ([CO_HOST], [], False),
        ([HOST], [CUT], False),
        ([HOST, CO_HOST], [CUT], True),
        ([HOST], [USERS_UNREADABLE], True),
        ([HIDDEN], [USERS_UNREADABLE], False),
        ([HOST, HIDDEN], [USERS_UNREADABLE], False),
    ],
)
def test_the_host_is_known_unless_kaltura_names_none_cuts_the_list_or_hides_the_address(
    small: World, organizers: list[Organizer], findings: list[Finding], *, is_known: bool
) -> None:
    rules = Asked()
    with small.services() as services:
        plan_of(replace(services, rules=rules), SessionData(SESSION, organizers=organizers, findings=findings))  # type: ignore[arg-type]
    assert rules.is_host_known is is_known


class Asked:
    """Rules that remember whether the host was known."""

    is_host_known: bool | None = None

    def current(self) -> Asked:
        return self

    def plan(self, *_: object, is_host_known: bool) -> None:
        self.is_host_known = is_host_known


def test_an_event_s_report_goes_to_its_owner_and_the_list(small: World) -> None:
    with small.services(mail_to=("boss@example.com",)) as services:
        found = event_recipients_of(services, EVENT)
    assert [one.address for one in found] == ["bob@example.com", "boss@example.com"]


def test_marked_addresses_are_left_out_with_the_reason_and_by_id_only(small: World) -> None:
    people = [
        Recipient(f"{name}@example.com", "You hosted this session.") for name in ("ann", "bob", "cem", "dee", "eve")
    ]
    ids = {one.address[:3]: recipient_id(one.address) for one in people}
    with small.services() as services:
        for kind, subject in (
            ("suppressed", ids["ann"]),
            ("unsubscribed", ids["bob"]),
            ("unsubscribed", f"{ids['cem']}/1_room0001"),
            ("unsubscribed", f"{ids['dee']}/1_other000"),
        ):
            services.ledger.put_note(Note(kind, subject, END))  # type: ignore[arg-type]
        kept, left_out = deliverable(services, people, "1_room0001")
    assert [one.address for one in kept] == ["dee@example.com", "eve@example.com"]
    assert {one.recipient_id for one in left_out} == {ids["ann"], ids["bob"], ids["cem"]}
    assert len({one.reason for one in left_out}) == 3
    reasons = {one.recipient_id: one.reason for one in left_out}
    assert ["of this room" in reasons[ids[name]] for name in ("ann", "bob", "cem")] == [False, False, True]
    assert "example.com" not in repr(left_out)


def test_a_rules_file_is_read_when_connecting_and_again_after_five_minutes(small: World) -> None:
    path = small.root / "rules.yaml"
    path.write_text("version: 1\nnever: [ann@example.com]")
    data = SessionData(SESSION, ANN)
    with small.services(rules=str(path)) as services:
        path.write_text("version: 1")
        assert not recipients_of(services, data)
        small.clock.now += timedelta(minutes=5)
        assert [one.address for one in recipients_of(services, data)] == ["ann@example.com"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "There is no rules file"),
        ("version: 1\nnever: ann@example.com", "rules.yaml, line 2: `never` must be a list"),
    ],
)
def test_wrong_rules_fail_when_connecting(small: World, text: str | None, reason: str) -> None:
    path = small.root / "rules.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(BadSettings, match=reason), small.services(rules=str(path)):
        pass


def test_rules_may_lie_in_a_bucket(small: World) -> None:
    with moto_aws():
        make_bucket()
        boto3.client("s3").put_object(Bucket=BUCKET, Key="settings/rules.yaml", Body=b"version: 1\nnever: ['*@*']")
        with small.services(rules=f"s3://{BUCKET}/settings/rules.yaml") as services:
            assert services.rules.current().never == ("*@*",)
        for place in (f"s3://{BUCKET}/missing.yaml", "s3://no-such-bucket/rules.yaml", f"s3://{BUCKET}/my rules.yaml"):
            with pytest.raises(BadSettings, match=place), small.services(rules=place):
                pass


@pytest.mark.parametrize(
    "place", ["s3://", "s3://Bad_Bucket/rules.yaml", "s3://bucket", "s3://bucket/", "s3://[/x", "s3://b-b-b/x?y"]
)
def test_an_address_that_names_no_object_is_refused(small: World, place: str) -> None:
    with pytest.raises(BadSettings, match="DEBRIEF_RULES"), small.services(rules=place):
        pass


def test_without_organizers_and_rules_only_the_listed_addresses_get_the_report(small: World) -> None:
    with small.services(mail_to=("list@example.com",), organizers=False) as services:
        plan = plan_of(services, SessionData(SESSION, organizers=[Organizer(ANN, "host")]))
    assert [recipient.address for recipient in plan.recipients] == ["list@example.com"]
    (left_out,) = plan.left_out
    assert "DEBRIEF_ORGANIZERS" in left_out.reason
