"""A fresh link never shows more than the rules allow on the day on which it is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from debrief.delivery.rules.rules import Rules
from debrief.delivery.rules.schema import load_rules
from debrief.model import Person, Session, Tier, VirtualEvent
from support.mailed import RULES, Mailed
from support.world import END, START

EXPIRED = END + timedelta(days=40)
SESSION = Session("1_cue00001", "1_room0001", START, END, "Sales, EMEA")
EVENT = VirtualEvent("777")


def renewed(mailed: Mailed, rules: str) -> tuple[int, list[Tier]]:
    """The answer to Bea, who had names, and the tiers of the requested emails."""
    (mailed.place.root / "rules.yaml").write_text(rules)
    mailed.place.clock.now = EXPIRED
    answer = mailed.post("/r/{bea}/renew")
    with mailed.services() as services:
        found = [
            services.ledger.delivery(one.cue_point_id, one.revision, one.recipient_id, one.occasion)
            for one in answer.orders
        ]
    return answer.status, [one.tier for one in found if one]


def test_with_the_same_rules_a_fresh_link_shows_what_the_old_one_did(mailed: Mailed) -> None:
    assert renewed(mailed, RULES) == (200, ["names"])


def test_someone_who_may_see_less_now_gets_a_link_that_shows_less(mailed: Mailed) -> None:
    assert renewed(mailed, RULES.replace("see: names", "see: totals")) == (200, ["totals"])


def test_someone_who_may_see_more_now_gets_no_more_by_an_old_link(mailed: Mailed) -> None:
    assert renewed(mailed, RULES.replace("see: names", "see: full")) == (200, ["names"])


def test_someone_on_the_never_list_gets_no_new_link(mailed: Mailed) -> None:
    assert renewed(mailed, f'{RULES}\nnever: ["*@EXAMPLE.com"]\n') == (404, [])


@pytest.mark.parametrize(
    ("rules", "session", "event", "tier"),
    [
        ("", SESSION, None, "full"),
        ("defaults: {see: names}", SESSION, None, "names"),
        ("people: {bea@example.com: {see: totals}}", SESSION, None, "totals"),
        ("rules: [{name: a, when: {event: 777}, to: bea@example.com, see: names}]", None, EVENT, "names"),
        ("rules: [{name: a, when: {event: 777}, to: bea@example.com, see: names}]", SESSION, None, "full"),
        ("rules: [{name: a, when: {title: '*'}, to: bea@example.com, see: names}]", None, EVENT, "full"),
        ("never: [bea@example.com]", None, EVENT, None),
    ],
)
def test_what_someone_still_sees(
    rules: str, session: Session | None, event: VirtualEvent | None, tier: Tier | None
) -> None:
    read: Rules = load_rules(f"version: 1\n{rules}\n")
    assert read.still_sees("Bea@example.com", "full", session, event) == tier


BY_HOST = "rules: [{name: a, when: {host: 'ann@example.com'}, to: bea@example.com, see: totals}]"


@pytest.mark.parametrize(
    ("host", "tier"),
    [
        (Person("ann", "Ann", "Ann <ann@example.com>"), "totals"),
        (Person("otto", "Otto", "otto@example.com"), "full"),
        (None, "totals"),  # nobody can tell whether the rule is about the session
    ],
)
def test_a_rule_by_host_counts_for_a_fresh_link(host: Person | None, tier: Tier) -> None:
    read: Rules = load_rules(f"version: 1\n{BY_HOST}\n")
    assert read.still_sees("bea@example.com", "full", SESSION, None, host) == tier


def test_a_fresh_link_obeys_a_rule_by_the_address_of_the_host(mailed: Mailed) -> None:
    stricter = "  - {name: Host, when: {host: ann@example.com}, to: bea@example.com, see: totals}\n"
    assert renewed(mailed, RULES.replace("rules:\n", f"rules:\n{stricter}")) == (200, ["totals"])


@pytest.mark.parametrize(
    ("change", "event", "tier"),
    [
        ({"virtual_event_id": "777"}, "777", "totals"),
        ({"virtual_event_id": "777"}, "778", "names"),
        ({}, "777", "names"),
        ({"kind": "event", "entry_id": "777"}, "777", "totals"),
        ({"kind": "event", "entry_id": "777"}, "1_room0001", "names"),
    ],
)
def test_a_fresh_link_obeys_a_rule_by_the_event_of_the_session_or_of_the_event_s_report(
    mailed: Mailed, change: dict[str, str], event: str, tier: Tier
) -> None:
    with mailed.services() as services:
        record = services.ledger.session(SESSION.cue_point_id)
        assert record is not None
        services.ledger.save(replace(record, **change))  # type: ignore[arg-type]
    stricter = f"  - {{name: Event, when: {{event: {event}}}, to: bea@example.com, see: totals}}\n"
    assert renewed(mailed, RULES.replace("rules:\n", f"rules:\n{stricter}")) == (200, [tier])


def test_unsubscribed_recipients_are_emailed_no_new_link_even_on_request(mailed: Mailed) -> None:
    mailed.post("/u/{bea}", "choice=room")
    assert renewed(mailed, RULES) == (200, [])
    mailed.post("/u/{bea}", "choice=room-again")
    assert renewed(mailed, RULES) == (200, ["names"])
