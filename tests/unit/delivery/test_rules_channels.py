"""The section `channels` of a rules file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.channels.kind import kind_of, kinds
from debrief.delivery.mail.addresses import recipient_id
from debrief.delivery.rules.rules import Plan
from debrief.delivery.rules.schema import load_rules
from debrief.errors import BadSettings
from debrief.model import VirtualEvent
from debrief.util.channel_address import channel_address, channel_in

RULES = """version: 1
defaults: {see: full, timezone: Europe/Berlin}
channels:
  crm: {kind: webhook}
  data-lake: {kind: eventbridge, see: names, timezone: UTC}
rules:
  - {name: Summit, when: {event: "1"}, to: [crm, data-lake, ann@example.com], see: full}
"""


def plan(text: str) -> Plan:
    return load_rules(text).event_plan(VirtualEvent("1"), ())


def test_a_channel_is_a_recipient_of_a_rule_beside_addresses() -> None:
    crm, lake, ann = plan(RULES).recipients
    assert (crm.address, lake.address, ann.address) == ("channel:crm", "channel:data-lake", "ann@example.com")
    assert crm.takes_events
    assert not ann.takes_events
    assert crm.why == "The rule “Summit” lists this channel."
    assert len({recipient_id(each.address) for each in (crm, lake, ann)}) == 3


def test_a_channel_sees_totals_unless_its_own_entry_says_more() -> None:
    """Neither the defaults nor the rule widens what several people may read."""
    crm, lake, ann = plan(RULES).recipients
    assert (crm.tier, lake.tier, ann.tier) == ("totals", "names", "full")
    assert (crm.timezone, lake.timezone) == ("Europe/Berlin", "UTC")


def test_a_waiting_message_shows_no_more_than_the_channel_may_see_now() -> None:
    rules = load_rules(RULES)
    assert rules.still_sees("channel:data-lake", "full", None, None) == "names"
    assert rules.still_sees("channel:crm", "names", None, None) == "totals"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("channels:\n  crm: {kind: webhok}\n", "`kind` must be"),
        ("channels:\n  crm: {see: full}\n", "no `kind`"),
        ("channels:\n  crm: {kind: webhook, url: https://x}\n", "no key `url`"),
        ("channels:\n  CRM: {kind: webhook}\n", "small letters"),
        ("channels:\n  'a@b.c': {kind: webhook}\n", "small letters"),
        ("channels:\n  crm: webhook\n", "must have keys"),
        ("channels: [crm]\n", "must have keys"),
        ("channels:\n  crm: {kind: webhook, see: all}\n", "must be full, names or totals"),
        ("rules:\n  - {name: A, when: {room: x}, to: crm}\n", "no channel `crm`"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_no_secret_can_be_in_the_file(text: str, reason: str) -> None:
    with pytest.raises(BadSettings, match=reason) as caught:
        load_rules(f"version: 1\n{text}")
    assert ", line " in str(caught.value)
    assert "https://x" not in str(caught.value)


@pytest.mark.parametrize("name", kinds())
def test_every_folder_of_a_channel_is_a_kind(name: str) -> None:
    assert kind_of(name).takes_events in {True, False}
    assert load_rules(f"version: 1\nchannels:\n  one: {{kind: {name}}}\n").channels["one"].kind == name


@given(st.emails())
def test_no_email_address_is_the_address_of_a_channel(address: str) -> None:
    assert channel_in(address) == ""
    assert channel_in(channel_address("crm")) == "crm"


def test_a_digest_is_for_addresses_and_not_for_channels() -> None:
    text = RULES.replace("{see: full, timezone: Europe/Berlin}", "{digest: weekly}")
    crm, lake, ann = plan(text).recipients
    assert (crm.digest, lake.digest, ann.digest) == (None, None, "weekly")
    (bob,) = plan(
        "version: 1\ndefaults: {digest: weekly}\npeople: {bob@example.com: {digest: no}}\n"
        "rules: [{name: A, when: {event: '1'}, to: bob@example.com}]\n"
    ).recipients
    assert bob.digest is None


def test_a_digest_is_weekly_monthly_or_no() -> None:
    with pytest.raises(BadSettings, match="digest"):
        load_rules("version: 1\ndefaults: {digest: daily}\n")
