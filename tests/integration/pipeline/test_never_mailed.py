"""The never-list counts when a mail leaves, not only when it was asked for."""

from __future__ import annotations

from datetime import timedelta

from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.stages import export_order
from support.world import END, World


def test_a_mail_that_waits_is_stopped_when_its_address_comes_on_the_never_list(small: World) -> None:
    rules = small.root / "rules.yaml"
    rules.write_text("version: 1\n")
    small.clock.now = END + timedelta(hours=1)
    with small.services(pdf=False, rules=str(rules)) as services:
        (order,) = reconcile(services)
        (mail,) = export_order(services, order)
    rules.write_text('version: 1\nnever: ["*@example.com"]\n')
    with small.services(pdf=False, rules=str(rules)) as services:
        assert deliver(services, mail) == "stopped"
    assert small.mails() == {}
