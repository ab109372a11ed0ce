"""What SAM makes of the template: its own roles and policies, and what must never get another name."""

from __future__ import annotations

from typing import Any

import pytest

from support.cloudformation import Stack
from support.sam import transformed

Resources = dict[str, dict[str, Any]]

# Another logical id would mean a new, empty resource beside the old one, which keeps the data.
STATEFUL = {
    "Archive": "AWS::S3::Bucket",
    "Ledger": "AWS::DynamoDB::Table",
    "OwnSecret": "AWS::SecretsManager::Secret",
    "PeopleSecret": "AWS::SecretsManager::Secret",
}
QUEUES = {"FailedTicks", "Exports", "FailedExports", "Hints", "Deliveries", "FailedDeliveries", "FailedFeedback"}
SOURCES = {  # queue by mapping: a mapping of another name would take messages twice for a while
    "ReconcileFunctionHints": "Hints",
    "ExportFunctionOrders": "Exports",
    "DeliverFunctionOrders": "Deliveries",
}
KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"
OF_AWS = "service-role/AWSLambdaSQSQueueExecutionRole"
TAKING = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}  # what it allows, on every queue


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    """The template after SAM's transform."""
    return transformed({"MailFrom": "reports@example.com"})


def of_type(made: dict[str, Any], kind: str) -> Resources:
    return {name: one.get("Properties", {}) for name, one in made["Resources"].items() if one["Type"] == kind}


def test_what_keeps_data_has_the_same_names_as_ever_and_outlives_the_stack(made: dict[str, Any]) -> None:
    for name, kind in STATEFUL.items():
        resource = made["Resources"][name]
        assert resource["Type"] == kind
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")
    kinds = set(STATEFUL.values())
    assert {name for name, one in made["Resources"].items() if one["Type"] in kinds} == set(STATEFUL)


def test_queues_and_what_takes_from_them_have_the_same_names_as_ever(made: dict[str, Any]) -> None:
    """An update then changes them where they are, and no message is lost or taken by two."""
    assert set(of_type(made, "AWS::SQS::Queue")) == QUEUES
    found = of_type(made, "AWS::Lambda::EventSourceMapping")
    assert {name: one["EventSourceArn"]["Fn::GetAtt"][0] for name, one in found.items()} == SOURCES


def test_no_role_may_take_from_a_queue_that_is_not_its_own(made: dict[str, Any]) -> None:
    """AWS's policy, which SAM attaches, allows all queues of the account; each role denies all but its own."""
    own: dict[str, list[Any]] = {}
    for mapping in of_type(made, "AWS::Lambda::EventSourceMapping").values():
        own.setdefault(f"{mapping['FunctionName']['Ref']}Role", []).append(mapping["EventSourceArn"])
    for name, role in of_type(made, "AWS::IAM::Role").items():
        has_it = any(OF_AWS in str(policy) for policy in role.get("ManagedPolicyArns", []))
        assert has_it is (name in own), name
        listed = [one for policy in role.get("Policies", []) for one in policy["PolicyDocument"]["Statement"]]
        statements = [one["Fn::If"][1] if "Fn::If" in one else one for one in listed]
        denied = [one["NotResource"] for one in statements if one["Effect"] == "Deny" and set(one["Action"]) == TAKING]
        assert denied == own.get(name, []), name
        allowed = str([one for one in statements if one["Effect"] == "Allow"])
        assert not any(action in allowed for action in (*TAKING, "sqs:*")), name


def test_roles_have_only_the_policies_of_aws_that_are_known_here(made: dict[str, Any]) -> None:
    known = ("AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess", "AWSLambdaSQSQueueExecutionRole")
    for role in of_type(made, "AWS::IAM::Role").values():
        for policy in role.get("ManagedPolicyArns", []):
            assert isinstance(policy, dict) or policy.endswith(known), policy


def test_the_functions_that_are_open_to_the_internet_are_not_traced(made: dict[str, Any]) -> None:
    functions, roles = of_type(made, "AWS::Lambda::Function"), of_type(made, "AWS::IAM::Role")
    for name in ("PortalFunction", "ReceiveFunction"):
        assert functions[name].get("TracingConfig", {}).get("Mode") != "Active"
        assert "Xray" not in str(roles[f"{name}Role"])


@pytest.mark.parametrize(("given", "expected"), [("", ""), (BOUNDARY, BOUNDARY)])
def test_a_permissions_boundary_is_on_every_role(made: dict[str, Any], given: str, expected: str) -> None:
    stack = Stack.of(made, {"PermissionsBoundary": given, "AWS::NoValue": ""})
    roles = of_type(made, "AWS::IAM::Role")
    assert len(roles) == 7
    assert {name: stack.text(role["PermissionsBoundary"]) for name, role in roles.items()} == dict.fromkeys(
        roles, expected
    )


KEYS = {
    "AWS::SecretsManager::Secret": "KmsKeyId",
    "AWS::Logs::LogGroup": "KmsKeyId",
    "AWS::SNS::Topic": "KmsMasterKeyId",
    "AWS::Lambda::Function": "KmsKeyArn",
}


@pytest.mark.parametrize("given", ["", KEY])
def test_a_key_of_ones_own_encrypts_everything_that_holds_personal_data(made: dict[str, Any], given: str) -> None:
    """The queues are in test_safety.py."""
    stack = Stack.of(made, {"KmsKeyArn": given, "AWS::NoValue": ""})
    for kind, name in KEYS.items():
        found = {stack.text(properties[name]) for properties in of_type(made, kind).values()}
        assert found == {given}, kind
    (table,) = of_type(made, "AWS::DynamoDB::Table").values()
    of_table = stack.whole(table["SSESpecification"])
    assert of_table.get("KMSMasterKeyId", "") == given
    (bucket,) = of_type(made, "AWS::S3::Bucket").values()
    (rule,) = stack.whole(bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"])
    assert rule["ServerSideEncryptionByDefault"].get("KMSMasterKeyID", "") == given


def test_every_function_may_use_the_key_of_ones_own(made: dict[str, Any]) -> None:
    use = {"Fn::If": ["HasKey", {"Ref": "UseKey"}, {"Ref": "AWS::NoValue"}]}
    for function in of_type(made, "AWS::Lambda::Function"):
        assert use in made["Resources"][f"{function}Role"]["Properties"]["ManagedPolicyArns"]


def test_the_transform_leaves_every_parameter_in_place(made: dict[str, Any]) -> None:
    """So that the plain template of `make package` can be deployed with other values."""
    used = str({name: part for name, part in made.items() if name != "Parameters"})
    for name in made["Parameters"]:
        assert f"{{'Ref': '{name}'}}" in used or f"${{{name}}}" in used, name
    assert "Rules" in made
