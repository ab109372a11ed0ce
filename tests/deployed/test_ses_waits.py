"""A deployed stack whose sender is not verified yet: nothing fails or is lost, and each email is sent once later."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.aws import SENDER, admin
from support.stack import ADMIN, BOSS, HOST, Stack, running
from support.visitors import account_of, kaltura_has, late


@pytest.fixture
def stack() -> Iterator[Stack]:
    with running(account_of(1, late())) as found:
        yield found
        assert found.guard.refused == []


def test_emails_wait_longer_than_any_queue_keeps_them_and_are_sent_once(stack: Stack) -> None:
    admin("sesv2").delete_email_identity(EmailIdentity=SENDER)
    stack.run()  # no message fails
    for _ in range(8):
        stack.pass_time(days=2)
        stack.run()
    first = stack.deliveries("1_cue00001")
    assert set(first) == {HOST, BOSS}
    assert {mail.state for mail in first.values()} == {"pending"}
    reasons = [mail.reason for mail in stack.ledger.open_deliveries() if mail.reason]
    assert reasons  # of the emails that were tried, one at a time
    assert all("not verified" in reason and "@" not in reason for reason in reasons)
    assert [stack.mails_to(who) for who in (HOST, BOSS, ADMIN)] == [[], [], []]
    kaltura_has(stack, 2)
    stack.run()
    admin("sesv2").create_email_identity(EmailIdentity=SENDER)
    for _ in range(4):
        stack.pass_time(hours=6)
        stack.run()
    assert [len(stack.mails_to(who)) for who in (HOST, BOSS)] == [2, 2]
    assert [mail for mail in stack.ledger.open_deliveries() if mail.cue_point_id != "admin"] == []
    occasions = [text for text in stack.mails_to(ADMIN) if "not verified" in text]
    assert len(occasions) == 1
