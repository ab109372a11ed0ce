"""What a permission is worth: the same run without it mails nobody."""

from __future__ import annotations

import contextlib
import json

import pytest

from support.iam import Permission
from support.stack import HOST, WEBHOOK_SECRET, Stack, running
from support.visitors import account_of, bounced, late, notified, sessions_of

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
        with stack.guard.without(*permissions(stack, role, action)):
            with contextlib.suppress(Exception):
                stack.tick()
            stack.poller.drain()
        assert {need.action for _, need in stack.guard.refused} == {action}
        assert stack.mails_to(HOST) == []


def test_without_its_permission_each_of_the_others_says_so_and_with_it_goes_on() -> None:
    """No link, no hint and no bounce is taken for done that was not."""
    with running(account_of(1, late())) as stack:
        stack.run()
        mail = stack.deliveries("1_cue00001")[HOST]
        link = stack.links_in(stack.mails_to(HOST)[0])["Report"]
        session = sessions_of(stack)[0]
        with stack.guard.without(*permissions(stack, "PortalFunctionRole", "s3:GetObjectVersion")):
            assert stack.request(link)["statusCode"] >= 500
        with stack.guard.without(*permissions(stack, "ReceiveFunctionRole", "sqs:SendMessage")):
            assert notified(stack, session, WEBHOOK_SECRET) >= 500
        with stack.guard.without(*permissions(stack, "FeedbackFunctionRole", "dynamodb:PutItem")):
            assert stack.publish(bounced(mail)) is None
        assert len(stack.guard.refused) == 2 + 3  # Lambda tries an event three times
        (kept,) = stack.kept("FailedFeedback")
        assert json.loads(kept["Records"][0]["Sns"]["Message"]) == bounced(mail)
        assert stack.request(link)["statusCode"] == 200
        assert notified(stack, session, WEBHOOK_SECRET) == 204
        assert stack.publish(bounced(mail)) == {"events": 1}


def permissions(stack: Stack, role: str, action: str) -> list[Permission]:
    """What a role has of an action."""
    return [one for one in stack.guard.permissions[stack.deployed.roles[role]] if one.action == action]
