"""What the template comes to: all of it is made, under each of its conditions, and the parts fit each other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from moto.cloudformation.parsing import get_model_map

from debrief.settings import Settings
from support.aws import SENDER, admin, moto_aws
from support.by_hand import AWS_MANAGED, FIRST, LAST
from support.deployed import Deployed, Function, deploy
from support.sam import monitoring, transformed

LEAST = {"MailFrom": SENDER}
ALL = LEAST | {"WebhookState": "ENABLED", "RulesKey": "settings/rules.yaml", "ArchiveRetentionDays": "60"}


@pytest.fixture
def made() -> Iterator[Callable[..., Deployed]]:
    with moto_aws():
        yield lambda **parameters: deploy({**LEAST, **parameters})


def test_what_is_made_by_hand_is_what_moto_cannot_make() -> None:
    """When a later moto can, it shall."""
    types = {
        resource["Type"] for template in (transformed(ALL), monitoring()) for resource in template["Resources"].values()
    }
    assert types - get_model_map().keys() == {*FIRST, *LAST}


def test_with_the_defaults_every_function_has_all_that_it_reads(made: Callable[..., Deployed]) -> None:
    stack = made()
    assert sorted(stack.functions) == [
        "DeliverFunction",
        "ExportFunction",
        "FeedbackFunction",
        "PortalFunction",
        "ReconcileFunction",
    ]
    for function in stack.functions.values():
        assert_whole(function)
        settings = Settings.from_environment(function.environment)
        assert settings.archive == f"s3://{stack.bucket}"
        assert settings.ledger == f"dynamodb:{stack.table}"
        assert settings.mail_from == SENDER
    assert "WebhookUrl" not in stack.outputs


def assert_whole(function: Function) -> None:
    """Nothing is left that CloudFormation should have put in."""
    module, _, name = function.handler.rpartition(".")
    assert callable(getattr(import_module(module), name))
    for variable, value in function.environment.items():
        assert value != "None", variable
        assert not any(left in value for left in ("${", "Fn::", "Ref")), variable


def test_the_whole_of_it_with_webhooks_rules_and_retention(made: Callable[..., Deployed]) -> None:
    stack = made(**ALL)
    receive = stack.functions["ReceiveFunction"]
    assert_whole(receive)
    assert receive.environment["DEBRIEF_HINT_QUEUE_URL"] == stack.queue_url("Hints")
    assert stack.outputs["WebhookUrl"] == f"{receive.url}webhook"
    readers = {name for name, one in stack.functions.items() if one.environment.get("DEBRIEF_RULES")}
    assert readers == {"ReconcileFunction", "ExportFunction", "DeliverFunction", "PortalFunction"}
    rules = admin("s3").get_bucket_lifecycle_configuration(Bucket=stack.bucket)["Rules"]
    days = {rule["Prefix"]: rule["Expiration"]["Days"] for rule in rules if "Days" in rule.get("Expiration", {})}
    assert set(days.values()) == {60}
    assert "settings/" not in days


def test_without_retention_no_current_file_expires(made: Callable[..., Deployed]) -> None:
    rules = admin("s3").get_bucket_lifecycle_configuration(Bucket=made().bucket)["Rules"]
    assert not [rule for rule in rules if "Days" in rule.get("Expiration", {})]


def test_a_configuration_set_of_ones_own_takes_the_place_of_the_stacks(made: Callable[..., Deployed]) -> None:
    stack = made(SesConfigurationSet="ours")
    assert "ConfigurationSet" not in stack.physical_ids
    assert stack.functions["DeliverFunction"].environment["DEBRIEF_SES_CONFIGURATION_SET"] == "ours"
    assert "configuration-set/ours" in str(policies_of(stack, "DeliverFunctionRole"))


def policies_of(stack: Deployed, role: str) -> list[Any]:
    return [policy["PolicyDocument"] for policy in stack.properties[role]["Policies"]]


@pytest.mark.parametrize(
    ("webhook", "schedule", "follows"),
    [("ENABLED", "ENABLED", True), ("ENABLED", "DISABLED", False), ("DISABLED", "ENABLED", False)],
)
def test_hints_are_followed_while_there_are_notifications_and_a_schedule(
    made: Callable[..., Deployed], webhook: str, schedule: str, follows: bool
) -> None:
    stack = made(WebhookState=webhook, ScheduleState=schedule)
    enabled = {source.function: source.enabled for source in stack.sources}
    assert enabled == {"ReconcileFunction": follows, "ExportFunction": True, "DeliverFunction": True}
    (found,) = admin("scheduler").list_schedules()["Schedules"]
    assert found["State"] == schedule


def test_a_function_may_take_messages_from_every_queue_that_feeds_it(made: Callable[..., Deployed]) -> None:
    """AWS's own policy, which SAM adds, lets Lambda receive and delete in the function's name."""
    stack = made(**ALL)
    for source in stack.sources:
        policies = stack.functions[source.function].managed_policies
        assert f"{AWS_MANAGED}service-role/AWSLambdaSQSQueueExecutionRole" in policies
    for function in stack.functions.values():
        assert f"{AWS_MANAGED}service-role/AWSLambdaBasicExecutionRole" in function.managed_policies


def test_an_existing_bucket_takes_the_place_of_the_stacks_own(made: Callable[..., Deployed]) -> None:
    stack = made(ExistingArchive="theirs", RulesKey="settings/rules.yaml")
    assert "Archive" not in stack.physical_ids
    assert stack.outputs["Archive"] == "theirs"
    assert {one.environment["DEBRIEF_ARCHIVE"] for one in stack.functions.values()} == {"s3://theirs"}
    rules = {one.environment.get("DEBRIEF_RULES", "") for one in stack.functions.values()}
    assert rules == {"", "s3://theirs/settings/rules.yaml"}
    for policy in ("WriteArchive", "ReadReports", "ReadRules"):
        arn = stack.physical_ids[policy]
        version = admin("iam").get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        document = admin("iam").get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        resources = [one["Resource"] for one in document["Statement"]]
        flat = [arn for one in resources for arn in (one if isinstance(one, list) else [one])]
        assert all(arn.partition("/")[0] == "arn:aws:s3:::theirs" for arn in flat)


def test_with_a_key_of_ones_own_the_stack_can_be_made(made: Callable[..., Deployed]) -> None:
    key = admin("kms").create_key()["KeyMetadata"]["Arn"]
    stack = made(KmsKeyArn=key, WebhookState="ENABLED")
    client = admin("sqs")
    for name in ("Exports", "Hints", "Deliveries", "FailedExports", "FailedDeliveries", "FailedFeedback"):
        found = client.get_queue_attributes(QueueUrl=stack.queue_url(name), AttributeNames=["All"])["Attributes"]
        assert found["KmsMasterKeyId"] == key
    assert_whole(stack.functions["ReceiveFunction"])


def test_who_may_call_a_function_from_outside(made: Callable[..., Deployed]) -> None:
    """Everybody the two with an address, SNS the one that the topic feeds, and nobody else any."""
    stack = made(**ALL)
    found = {name: callers(function) for name, function in stack.functions.items()}
    by_address = {("*", "lambda:InvokeFunctionUrl"), ("*", "lambda:InvokeFunction")}
    assert found == {
        "ReconcileFunction": set(),
        "ExportFunction": set(),
        "DeliverFunction": set(),
        "FeedbackFunction": {("sns.amazonaws.com", "lambda:InvokeFunction")},
        "PortalFunction": by_address,
        "ReceiveFunction": by_address,
    }
    assert stack.subscribers == {stack.outputs["FeedbackTopic"]: "FeedbackFunction"}


def callers(function: Function) -> set[tuple[str, str]]:
    client = admin("lambda")
    try:
        policy = json.loads(client.get_policy(FunctionName=function.name)["Policy"])
    except client.exceptions.ResourceNotFoundException:
        return set()
    grants = [(one["Principal"], one["Action"]) for one in policy["Statement"]]
    return {(who if isinstance(who, str) else who["Service"], what) for who, what in grants}


def test_every_alarm_watches_something_that_the_stack_has(made: Callable[..., Deployed]) -> None:
    stack = made(**ALL, AlarmEmail="ops@example.com")
    queues = {url.rpartition("/")[2] for url in stack.physical_ids.values() if url.startswith("https://sqs.")}
    functions = {function.name for function in stack.functions.values()}
    known = {"QueueName": queues, "FunctionName": functions, "service": {stack.name}}
    seen = list(dimensions())
    assert all(value in known[name] for name, value in seen)
    assert {name for name, _ in seen} == set(known)


def dimensions() -> Iterator[tuple[str, str]]:
    for alarm in admin("cloudwatch").describe_alarms()["MetricAlarms"]:
        metrics = [one["MetricStat"]["Metric"] for one in alarm.get("Metrics", []) if "MetricStat" in one]
        for metric in [alarm, *metrics]:
            yield from ((one["Name"], one["Value"]) for one in metric.get("Dimensions", []))
