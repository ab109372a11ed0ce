"""The tests' own reading of policies says what IAM would."""

from __future__ import annotations

from contextlib import nullcontext

import boto3
import pytest
from botocore.exceptions import ClientError

from support.iam import Need, Permission, granted, matches
from support.stack import running
from support.visitors import account_of, late

LEDGER = "arn:aws:dynamodb:eu-west-1:123456789012:table/ledger"
ARCHIVE = "arn:aws:s3:::archive"
KEYS = "dynamodb:LeadingKeys"


def permission(
    action: str, *resources: str, effect: str = "Allow", when: tuple[str, str, tuple[str, ...]] | None = None
) -> Permission:
    return Permission("role", "policy", 0, effect, action, resources, (when,) if when else ())


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        (f"{ARCHIVE}/reports/*", f"{ARCHIVE}/reports/a/b.pdf", True),
        (f"{ARCHIVE}/reports/*", f"{ARCHIVE}/raw/a", False),
        (f"{ARCHIVE}/reports/*", f"{ARCHIVE}/reports", False),
        ("secret:debrief/kaltura-??????", "secret:debrief/kaltura-a1B2c3", True),
        ("secret:debrief/kaltura-??????", "secret:debrief/kaltura-old-a1B2c3", False),
        ("a[b]", "ab", False),
        ("a.c", "abc", False),
    ],
)
def test_only_stars_and_question_marks_are_wild(pattern: str, text: str, *, fits: bool) -> None:
    assert matches(pattern, text) is fits


def test_what_no_statement_allows_is_refused() -> None:
    may = [permission("s3:GetObject", f"{ARCHIVE}/reports/*")]
    assert granted(may, Need("s3:GetObject", f"{ARCHIVE}/reports/x"))
    assert not granted(may, Need("s3:GetObject", f"{ARCHIVE}/raw/x"))
    assert not granted(may, Need("s3:GetObjectVersion", f"{ARCHIVE}/reports/x"))
    assert not granted([], Need("s3:GetObject", f"{ARCHIVE}/reports/x"))


def test_a_denial_for_all_but_one_thing_leaves_that_one() -> None:
    denial = Permission("role", "policy", 0, "Deny", "sqs:ReceiveMessage", ("*",), (), ("arn:own",))
    may = [permission("sqs:ReceiveMessage", "*"), denial]
    assert granted(may, Need("sqs:ReceiveMessage", "arn:own"))
    assert not granted(may, Need("sqs:ReceiveMessage", "arn:other"))


def test_a_condition_for_keys_that_exist_holds_without_them() -> None:
    may = [permission("s3:ListBucket", ARCHIVE, when=("StringLikeIfExists", "s3:prefix", ("reports/*",)))]
    for given, allowed in ((None, True), ("reports/date=", True), ("raw/", False)):
        keys = {"s3:prefix": (given,)} if given else {}
        assert bool(granted(may, Need("s3:ListBucket", ARCHIVE, keys))) is allowed


def test_names_of_actions_are_read_without_regard_to_case() -> None:
    assert granted([permission("S3:getobject", "*")], Need("s3:GetObject", ARCHIVE))


def test_one_denial_overrules_all_that_allow() -> None:
    may = [permission("s3:*", "*"), permission("s3:PutObject", f"{ARCHIVE}/rules.yaml", effect="Deny")]
    assert granted(may, Need("s3:PutObject", f"{ARCHIVE}/reports/x"))
    assert not granted(may, Need("s3:PutObject", f"{ARCHIVE}/rules.yaml"))


@pytest.mark.parametrize(
    ("keys", "allowed"),
    [
        (("MARK#hint",), True),
        (("SESSION#1",), False),
        (("MARK#hint", "SESSION#1"), False),
        (None, True),  # IAM's own rule for all values of a key that is not there
    ],
)
def test_a_condition_on_all_values_holds_when_none_differs(keys: tuple[str, ...] | None, *, allowed: bool) -> None:
    may = [permission("dynamodb:PutItem", LEDGER, when=("ForAllValues:StringEquals", KEYS, ("MARK#hint",)))]
    assert bool(granted(may, Need("dynamodb:PutItem", LEDGER, {KEYS: keys} if keys else {}))) is allowed


@pytest.mark.parametrize(("sender", "allowed"), [("a@example.org", True), ("b@example.org", False), (None, False)])
def test_a_plain_condition_does_not_hold_without_its_key(sender: str | None, *, allowed: bool) -> None:
    may = [permission("ses:SendEmail", "*", when=("StringEquals", "ses:FromAddress", ("a@example.org",)))]
    keys = {"ses:FromAddress": (sender,)} if sender else {}
    assert bool(granted(may, Need("ses:SendEmail", "identity/example.org", keys))) is allowed


def test_the_portal_makes_no_link_and_each_worker_takes_from_its_own_queue_alone() -> None:
    """As deployed, with AWS's own policy that reaches every queue."""
    with running(account_of(1, late())) as stack:
        role, client = stack.deployed.functions["PortalFunction"].role, boto3.client("dynamodb")
        for pk, is_allowed in (("LINK#x", False), ("MARK#erased", False), ("MARK#opened", True)):
            with (
                stack.guard.acting(role),
                nullcontext() if is_allowed else pytest.raises(ClientError, match="AccessDenied"),
            ):
                client.put_item(TableName=stack.deployed.table, Item={"pk": {"S": pk}, "sk": {"S": "x"}})
        of_aws = permission("sqs:ReceiveMessage", "*")
        for name, queue in (
            ("Reconcile", "Hints"),
            ("Export", "Exports"),
            ("Deliver", "Deliveries"),
        ):
            may = [*stack.guard.permissions[stack.deployed.functions[f"{name}Function"].role], of_aws]
            found = [one for one in may if one.effect == "Deny" and one.action == "sqs:ReceiveMessage"]
            assert [queue in other for one in found for other in one.others] == [True]
            assert granted(may, Need("sqs:ReceiveMessage", found[0].others[0]))
            assert not granted(may, Need("sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:123456789012:of-another-stack"))


def test_the_function_that_is_open_to_the_world_reaches_one_mark_of_the_ledger() -> None:
    """As deployed; and a call that is not allowed ends as AWS would end it."""
    with running(account_of(1, late())) as stack:
        role, client = stack.deployed.functions["ReceiveFunction"].role, boto3.client("dynamodb")
        mark, session = ({"pk": {"S": pk}, "sk": {"S": "last"}} for pk in ("MARK#hint", "SESSION#1_cue00001"))
        with stack.guard.acting(role):
            client.get_item(TableName=stack.deployed.table, Key=mark)
            with pytest.raises(ClientError, match="AccessDeniedException"):
                client.get_item(TableName=stack.deployed.table, Key=session)
        assert [need.action for _, need in stack.guard.refused] == ["dynamodb:GetItem"]
