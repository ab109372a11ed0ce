"""Who may do what, and how personal data is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support import aws
from support.cloudformation import of_type

Statement = dict[str, Any]
Resources = dict[str, dict[str, Any]]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(template: dict[str, Any], policies: list[Any]) -> Iterator[Statement]:
    """All statements of a function's policies; those under a condition count as there."""
    for policy in policies:
        if "Ref" in policy:
            policy = template["Resources"][policy["Ref"]]["Properties"]["PolicyDocument"]  # noqa: PLW2901
        for statement in policy["Statement"]:
            yield statement["Fn::If"][1] if "Fn::If" in statement else statement


@pytest.fixture(scope="session")
def granted(template: dict[str, Any], functions: Resources) -> dict[str, list[Statement]]:
    """The statements of each function."""
    return {name: list(statements(template, item["Policies"])) for name, item in functions.items()}


def actions(given: list[Statement]) -> set[str]:
    return {action for statement in given for action in as_list(statement["Action"])}


def test_no_function_may_do_everything(granted: dict[str, list[Statement]]) -> None:
    for given in granted.values():
        assert {statement["Effect"] for statement in given} == {"Allow"}
        assert not [action for action in actions(given) if "*" in action]
        assert not [statement for statement in given if "*" in as_list(statement["Resource"])]


def test_each_function_may_do_its_own_work_and_no_other(granted: dict[str, list[Statement]]) -> None:
    ledger = {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"}
    reading = {"s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"}
    kaltura = ledger | {"secretsmanager:GetSecretValue"}
    assert actions(granted["ReconcileFunction"]) == kaltura | {"sqs:SendMessage"}
    assert actions(granted["ExportFunction"]) == kaltura | reading | {
        "s3:PutObject",
        "sqs:SendMessage",
        "sqs:ChangeMessageVisibility",
    }
    assert actions(granted["DeliverFunction"]) == ledger | reading | {
        "ses:SendEmail",
        "ses:SendRawEmail",
        "sqs:ChangeMessageVisibility",
    }


def test_files_are_written_under_the_prefixes_of_the_contract_only(granted: dict[str, list[Statement]]) -> None:
    writing = next(item for item in granted["ExportFunction"] if "s3:PutObject" in item["Action"])
    prefixes = {resource["Fn::Sub"].removeprefix("${Archive.Arn}/") for resource in writing["Resource"]}
    assert prefixes == {"rooms/*", "attendees/*", "breakouts/*", "reports/*", "raw/*"}


def test_mails_are_sent_as_the_configured_sender_only(granted: dict[str, list[Statement]]) -> None:
    to_identities = [
        item
        for item in granted["DeliverFunction"]
        if "ses:SendEmail" in item["Action"] and "identity/" in str(item["Resource"])
    ]
    assert [item["Condition"] for item in to_identities] == [{"StringEquals": {"ses:FromAddress": {"Ref": "MailFrom"}}}]


def test_the_archive_is_private_encrypted_versioned_and_outlives_the_stack(template: dict[str, Any]) -> None:
    archive = template["Resources"]["Archive"]
    properties = archive["Properties"]
    assert (archive["DeletionPolicy"], archive["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert all(properties["PublicAccessBlockConfiguration"].values())
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    assert properties["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}


def test_the_archive_refuses_connections_without_tls(template: dict[str, Any]) -> None:
    policy = template["Resources"]["ArchivePolicy"]["Properties"]
    assert policy["Bucket"] == {"Ref": "Archive"}
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [{"Fn::GetAtt": "Archive.Arn"}, {"Fn::Sub": "${Archive.Arn}/*"}]


def test_old_versions_of_files_end_some_day(template: dict[str, Any]) -> None:
    old, archive = template["Resources"]["Archive"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert old["NoncurrentVersionExpiration"] == {"NoncurrentDays": {"Ref": "OldVersionRetentionDays"}}
    assert archive["Fn::If"][0] == "ArchiveExpires"


def test_the_ledger_is_the_table_that_the_tests_of_the_ledger_use(template: dict[str, Any]) -> None:
    ledger = template["Resources"]["Ledger"]["Properties"]
    assert {name: ledger[name] for name in aws.TABLE} == aws.TABLE
    assert ledger["TimeToLiveSpecification"] == aws.TIME_TO_LIVE


def test_the_ledger_is_encrypted_can_be_restored_and_outlives_the_stack(template: dict[str, Any]) -> None:
    ledger = template["Resources"]["Ledger"]
    assert (ledger["DeletionPolicy"], ledger["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert ledger["Properties"]["SSESpecification"] == {"SSEEnabled": True}
    assert ledger["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_every_queue_is_encrypted(template: dict[str, Any]) -> None:
    found = of_type(template, "AWS::SQS::Queue")
    assert len(found) == 5
    assert all(queue["SqsManagedSseEnabled"] for queue in found.values())


def test_every_function_logs_where_logs_end(template: dict[str, Any], functions: Resources) -> None:
    assert {str(item["LoggingConfig"]["LogGroup"]) for item in functions.values()} == {str({"Ref": "Logs"})}
    assert template["Resources"]["Logs"]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_the_secret_is_named_and_never_made_or_shown(template: dict[str, Any]) -> None:
    assert not of_type(template, "AWS::SecretsManager::Secret")
    assert "resolve:secretsmanager" not in str(template)
