"""infra/deployer-policy.json allows what CloudFormation does for each resource, and only on the stack's own things.

The actions of each type are those that AWS's schema of the type names for creating, reading, updating and deleting it.
"""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from support.cloudformation import ROOT
from support.iam import matches
from support.sam import monitoring, transformed

POLICY = json.loads((ROOT / "infra" / "deployer-policy.json").read_text(encoding="utf-8"))
LIMIT = 6144  # characters without white space, of a managed policy
NOT_USED = {  # parts of a type's handlers that the template sets nothing of
    "AWS::CloudFormation::Stack": "iam:PassRole",  # no role for the nested stack
    "AWS::DynamoDB::Table": (
        "dynamodb:(.*Replica|.*Item|.*Kinesis.*|.*Insights|.*ResourcePolicy|ImportTable|Query|Scan)|kinesis:.*|logs:.*"
        "|s3:.*|kms:(ListAliases|RevokeGrant)|iam:CreateServiceLinkedRole"
    ),
    "AWS::IAM::ManagedPolicy": "iam:(Attach|Detach)(Group|User)Policy",
    "AWS::Lambda::Function": (
        "ec2:.*|elasticfilesystem:.*|s3files:.*|lambda:(.*CodeSigning.*|AssociateRuntimeAlias|PassCapacityProvider|PublishVersion)"
    ),
    "AWS::Logs::LogGroup": (
        "firehose:.*|s3:.*|logs:(.*DataProtection.*|.*IndexPolicy|.*ResourcePolic.*|CreateLogDelivery"
        "|PutBearerTokenAuthentication|PutLogGroupDeletionProtection)"
    ),
    "AWS::S3::Bucket": (
        "iam:.*|s3tables:.*|s3:(.*Metadata.*|.*(Cors|CORS|Website|Replication.*|Logging|Notification|Abac|Acl)"
        "|(Put|Delete)(Bucket)?(Accelerate|Analytics|IntelligentTiering|Inventory|Metrics|ObjectLock).*|DeleteObject|DeleteBucket)"
    ),
    "AWS::SES::ConfigurationSetEventDestination": "iam:PassRole",  # SNS needs none
    "AWS::SNS::Subscription": "iam:PassRole",
    "AWS::SNS::Topic": "iam:PassRole|sns:PutDataProtectionPolicy",
    "AWS::SecretsManager::Secret": "secretsmanager:.*Regions.*",
}


def types() -> list[str]:
    made = transformed({"MailFrom": "reports@example.com"})
    return sorted({one["Type"] for part in (made, monitoring()) for one in part["Resources"].values()})


def actions_of(kind: str) -> set[str]:
    """What CloudFormation calls for a resource of this type."""
    schema: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    needed = {action for one in schema["handlers"].values() for action in one["permissions"]}
    assert needed, kind
    listing = set(schema["handlers"].get("list", {}).get("permissions", ()))
    others = [one["permissions"] for name, one in schema["handlers"].items() if name != "list"]
    return {action for part in others for action in part} if listing else needed


def allowed() -> list[str]:
    return [action for one in POLICY["Statement"] for action in as_list(one["Action"])]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("kind", types())
def test_the_deployer_may_do_what_each_resource_needs(kind: str) -> None:
    unused = re.compile(NOT_USED.get(kind, "(?!)"))
    needed = {action for action in actions_of(kind) if not unused.fullmatch(action)}
    assert {action for action in needed if not any(fnmatchcase(action, one) for one in allowed())} == set()


def test_the_policy_fits_into_a_managed_policy() -> None:
    assert len(re.sub(r"\s", "", json.dumps(POLICY))) <= LIMIT


def test_only_actions_without_a_resource_of_their_own_are_allowed_on_everything() -> None:
    everywhere = [one["Sid"] for one in POLICY["Statement"] if "*" in as_list(one["Resource"])]
    assert everywhere == ["WithoutResource"]
    assert not [action for action in allowed() if re.fullmatch(r"\w+:\*|\*", action)]


def test_roles_are_handed_to_lambda_and_the_scheduler_only() -> None:
    (passing,) = (one for one in POLICY["Statement"] if "iam:PassRole" in as_list(one["Action"]))
    services = passing["Condition"]["StringEquals"]["iam:PassedToService"]
    assert sorted(services) == ["lambda.amazonaws.com", "scheduler.amazonaws.com"]
    assert passing["Resource"] == "arn:aws:iam::*:role/debrief-*"


def test_the_archive_and_files_in_it_cannot_be_deleted() -> None:
    of_archive = [one for one in POLICY["Statement"] if "arn:aws:s3:::debrief-*" in as_list(one["Resource"])]
    actions = [action for one in of_archive for action in as_list(one["Action"])]
    deleting = ("s3:DeleteBucket", "s3:DeleteObject", "s3:DeleteObjectVersion")
    assert not [name for name in deleting if any(fnmatchcase(name, action) for action in actions)]


def test_setup_may_do_what_it_calls() -> None:
    """Its permissions as its own messages name them, and what it calls without naming one."""
    named = {
        action
        for source in (ROOT / "functions" / "debrief" / "cli" / "setup").glob("*.py")
        for action in re.findall(r'"((?:ses|secretsmanager|lambda|cloudformation):\w+)"', source.read_text("utf-8"))
    }
    assert {"ses:CreateEmailIdentity", "secretsmanager:CreateSecret"} <= named
    needed = named | {"secretsmanager:RestoreSecret", "secretsmanager:PutSecretValue", "lambda:InvokeFunction"}
    assert {action for action in needed if not any(fnmatchcase(action, one) for one in allowed())} == set()


HERE = "eu-west-1:123456789012"


@pytest.mark.parametrize(
    ("action", "arn"),
    [
        ("cloudformation:CreateChangeSet", f"arn:aws:cloudformation:{HERE}:stack/debrief/0b1c"),
        ("cloudformation:CreateStack", f"arn:aws:cloudformation:{HERE}:stack/debrief-Monitoring-1A2B/0b1c"),
        ("cloudformation:CreateChangeSet", f"arn:aws:cloudformation:{HERE}:stack/aws-sam-cli-managed-default/0b1c"),
        ("cloudformation:CreateChangeSet", "arn:aws:cloudformation:eu-west-1:aws:transform/Serverless-2016-10-31"),
        ("s3:PutObject", "arn:aws:s3:::aws-sam-cli-managed-default-samclisourcebucket-1a2b/0b1c"),
        ("s3:CreateBucket", "arn:aws:s3:::debrief-archive-1a2b"),
        ("dynamodb:CreateTable", f"arn:aws:dynamodb:{HERE}:table/debrief-Ledger-1A2B"),
        ("lambda:CreateFunction", f"arn:aws:lambda:{HERE}:function:debrief-PortalFunction-1A2B"),
        ("lambda:CreateFunctionUrlConfig", f"arn:aws:lambda:{HERE}:function:debrief-PortalFunction-1A2B"),
        ("lambda:AddPermission", f"arn:aws:lambda:{HERE}:function:debrief-FeedbackFunction-1A2B"),
        ("lambda:PublishLayerVersion", f"arn:aws:lambda:{HERE}:layer:PdfLayer"),
        ("lambda:DeleteLayerVersion", f"arn:aws:lambda:{HERE}:layer:TemplatesLayer:3"),
        ("lambda:CreateEventSourceMapping", f"arn:aws:lambda:{HERE}:event-source-mapping:0b1c"),
        ("lambda:UpdateEventSourceMapping", f"arn:aws:lambda:{HERE}:event-source-mapping:0b1c"),
        ("iam:CreateRole", "arn:aws:iam::123456789012:role/debrief-ExportFunctionRole-1A2B"),
        ("iam:CreatePolicy", "arn:aws:iam::123456789012:policy/debrief-UseLedger-1A2B"),
        ("sqs:CreateQueue", f"arn:aws:sqs:{HERE}:debrief-Exports-1A2B"),
        ("sns:CreateTopic", f"arn:aws:sns:{HERE}:debrief-FeedbackTopic-1A2B"),
        ("sns:Subscribe", f"arn:aws:sns:{HERE}:debrief-Monitoring-1A2B-Alarms-3C4D"),
        ("scheduler:CreateSchedule", f"arn:aws:scheduler:{HERE}:schedule/default/debrief-ReconcileFunctionTick-1A2B"),
        ("secretsmanager:CreateSecret", f"arn:aws:secretsmanager:{HERE}:secret:OwnSecret-1A2B-3c4d5e"),
        ("secretsmanager:CreateSecret", f"arn:aws:secretsmanager:{HERE}:secret:debrief-PeopleSecret-1A2B-3c4d5e"),
        ("secretsmanager:PutSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:debrief/kaltura-3c4d5e"),
        ("logs:CreateLogGroup", f"arn:aws:logs:{HERE}:log-group:debrief-Logs-1A2B:log-stream:"),
        ("cloudwatch:PutMetricAlarm", f"arn:aws:cloudwatch:{HERE}:alarm:debrief-reconcile-silent"),
        ("cloudwatch:PutDashboard", "arn:aws:cloudwatch::123456789012:dashboard/debrief-eu-west-1"),
        ("ses:CreateConfigurationSet", f"arn:aws:ses:{HERE}:configuration-set/ConfigurationSet-1A2B"),
    ],
)
def test_the_stacks_own_resources_and_no_others_are_covered(action: str, arn: str) -> None:
    """By the names that CloudFormation and SAM give them."""
    assert covers(action, arn)
    if action != "lambda:CreateEventSourceMapping" and not arn.endswith(("0b1c", "-31", "ConfigurationSet-1A2B")):
        assert not covers(action, re.sub("debrief|OwnSecret|PdfLayer|TemplatesLayer", "another", arn))


def covers(action: str, arn: str) -> bool:
    statements = [one for one in POLICY["Statement"] if any(fnmatchcase(action, a) for a in as_list(one["Action"]))]
    return any(matches(resource, arn) for one in statements for resource in as_list(one["Resource"]))
