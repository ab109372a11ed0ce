"""What a permission is worth: the same run without it mails nobody."""

from __future__ import annotations

import contextlib

import pytest

from support.stack import HOST, running
from support.visitors import account_of, late

BITES = (
    ("ReconcileFunctionRole", "secretsmanager:GetSecretValue"),
    ("ReconcileFunctionRole", "sqs:SendMessage"),
    ("ExportFunctionRole", "s3:PutObject"),
    ("ExportFunctionRole", "sqs:SendMessage"),
    ("DeliverFunctionRole", "s3:GetObjectVersion"),
    ("DeliverFunctionRole", "ses:SendRawEmail"),
)


@pytest.mark.parametrize(("role", "action"), BITES)
def test_a_run_without_a_permission_mails_nobody(role: str, action: str) -> None:
    with running(account_of(1, late())) as stack:
        dropped = [one for one in stack.guard.permissions[stack.deployed.roles[role]] if one.action == action]
        with stack.guard.without(*dropped):
            with contextlib.suppress(Exception):
                stack.tick()
            stack.poller.drain()
        assert {need.action for _, need in stack.guard.refused} == {action}
        assert stack.mails_to(HOST) == []
