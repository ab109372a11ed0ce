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
def test_whoever_deploys_may_do_what_each_resource_needs(kind: str) -> None:
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
