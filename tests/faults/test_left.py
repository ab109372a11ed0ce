"""What counts as a difference between two worlds, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.broken.left import Left, differences
from support.broken.mails import Mail
from support.stack import ADMIN, HOST

KEY = "71d4f55f72fa128d"
DELIVERY = f"SESSION#1_cue DELIVERY#000001#{KEY}"
ITEM = {"recipient_id": KEY, "address": HOST, "state": "sent", "occasion": ""}
MAIL = Mail(HOST, "<1@example.org>", "Sales", "two people", "all of it")
PROBLEM = Mail(ADMIN, "<2@example.org>", "a problem", "The status of an email is unknown: the run ended", "all of it")
WELL = Left({"reports/summary.json": "ab12"}, {DELIVERY: ITEM}, (MAIL,), {"Exports": ()}, 0)
UNKNOWN = replace(WELL, ledger={DELIVERY: {**ITEM, "state": "unknown"}}, mails=(), unknown_counted=1)


def test_the_same_is_no_difference() -> None:
    assert differences(WELL, WELL) == []


@pytest.mark.parametrize(
    "left",
    [
        replace(WELL, archive={"reports/summary.json": "cd34"}),
        replace(WELL, archive={}),
        replace(WELL, ledger={DELIVERY: {**ITEM, "state": "claimed"}}),
        replace(WELL, ledger={}),
        replace(WELL, mails=()),
        replace(WELL, mails=(MAIL, MAIL)),
        replace(WELL, mails=(replace(MAIL, content="less of it"),)),
        replace(WELL, queues={"Exports": ("an order",)}),
    ],
    ids=["other bytes", "no file", "a claim", "no delivery", "no mail", "a mail twice", "another mail", "a message"],
)
def test_whatever_is_not_as_it_should_be_is_one(left: Left) -> None:
    assert differences(left, WELL)


def test_an_opening_may_be_missing_but_not_be_invented() -> None:
    opened = replace(WELL, ledger={**WELL.ledger, "MARK#opened 1_cue/71d4/2026-11-02/page": {"kind": "opened"}})
    assert differences(WELL, opened) == []
    assert differences(opened, WELL)


def test_an_unknown_email_that_is_counted_and_reported_to_the_admin_is_not_lost() -> None:
    assert differences(replace(UNKNOWN, mails=(PROBLEM,)), WELL) == []
    assert differences(UNKNOWN, WELL)
    assert differences(replace(UNKNOWN, mails=(PROBLEM,), unknown_counted=0), WELL)


def test_an_email_of_unknown_result_must_not_be_sent_twice_either() -> None:
    assert differences(replace(UNKNOWN, mails=(MAIL, MAIL, PROBLEM)), WELL)
