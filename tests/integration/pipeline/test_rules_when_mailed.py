"""The rules count when a mail leaves, not only when it was asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.stages import run_export
from support.world import END, World


def test_a_mail_that_waits_is_stopped_when_its_address_comes_on_the_never_list(small: World) -> None:
    rules = small.root / "rules.yaml"
    rules.write_text("version: 1\n")
    small.clock.now = END + timedelta(hours=1)
    with small.services(pdf=False, rules=str(rules)) as services:
        (order,) = reconcile(services)
        (mail,) = run_export(services, order)
    rules.write_text('version: 1\nnever: ["*@example.com"]\n')
    with small.services(pdf=False, rules=str(rules)) as services:
        assert deliver(services, mail) == "stopped"
    assert small.mails() == {}


HOST_RULES = """version: 1
people:
  ann@example.com: {{see: {see}}}
"""


@pytest.mark.parametrize(("before", "after", "sees"), [("full", "totals", "totals"), ("totals", "full", "totals")])
def test_a_mail_that_waits_shows_no_more_than_its_recipient_may_see_now(
    small: World, before: str, after: str, sees: str
) -> None:
    rules = small.root / "rules.yaml"
    rules.write_text(HOST_RULES.format(see=before))
    small.clock.now = END + timedelta(hours=1)
    with small.services(pdf=False, rules=str(rules)) as services:
        (order,) = reconcile(services)
        (mail,) = run_export(services, order)
    rules.write_text(HOST_RULES.format(see=after))
    with small.services(pdf=False, rules=str(rules)) as services:
        assert deliver(services, mail) == "sent"
        (delivery,) = services.ledger.deliveries(order.cue_point_id)
    assert delivery.tier == sees
    (sent,) = (small.root / "outbox").glob("*.eml")
    assert b"Attendee list" not in sent.read_bytes()


def test_a_mail_keeps_its_tier_while_the_rules_are_the_same(small: World) -> None:
    rules = small.root / "rules.yaml"
    rules.write_text(
        "version: 1\ndefaults: {roles: []}\nrules:\n"
        "  - {name: A, when: {host: ann@example.com}, to: team@example.com, see: names}\n"
        "  - {name: B, when: {host: bob@example.com}, to: team@example.com, see: totals}\n"
    )
    small.clock.now = END + timedelta(hours=1)
    with small.services(pdf=False, rules=str(rules)) as services:
        (order,) = reconcile(services)
        (mail,) = run_export(services, order)
        assert deliver(services, mail) == "sent"
        (delivery,) = services.ledger.deliveries(order.cue_point_id)
    assert delivery.tier == "names"
