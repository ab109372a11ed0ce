"""The AWS account: whose it is, the secret, the concurrency, the stack. Every method may raise BadSettings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from debrief.delivery.aws.clients import client
from debrief.delivery.aws.errors import aws_errors, code_of
from debrief.errors import BadSettings

OWN_TAG = {"Key": "debrief:created-by", "Value": "debrief setup"}
RECOVERY_DAYS = 30
UNRESERVED_LEAST = 100  # AWS keeps this many executions for functions that reserve none
# CloudFormation says ValidationError when there is no such stack.
_NOT_THERE = {"ResourceNotFoundException", "NotFoundException", "ValidationError"}


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in Secrets Manager."""

    name: str
    values: Mapping[str, str] = field(default_factory=dict, repr=False)  # empty if it is no JSON object of texts
    is_own: bool = False  # whether setup created it
    is_deleted: bool = False  # whether it is scheduled for deletion


# Executions to reserve for the public functions, if the account has enough.
RESERVED_PORTAL, RESERVED_WEBHOOK = 5, 2


@dataclass(frozen=True, slots=True)
class Concurrency:
    """How many functions may run at the same time: in all, and without those that are reserved."""

    limit: int
    unreserved: int

    @property
    def is_enough(self) -> bool:
        """Return whether the executions for the public functions can be reserved."""
        return self.unreserved - RESERVED_PORTAL - RESERVED_WEBHOOK >= UNRESERVED_LEAST


class AwsAccount:
    """One account in one region. It uses the credentials and the endpoint that the AWS CLI uses."""

    def __init__(self, region: str) -> None:
        self.region = region
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """Return a client of a service in this region."""
        from botocore.config import Config

        if service not in self._clients:
            self._clients[service] = client(service, more=Config(region_name=self.region))
        return self._clients[service]

    def identity(self) -> tuple[str, str]:
        """Return the account's number, and the user or role whose credentials are used."""
        try:
            with aws_errors("sts:GetCallerIdentity", f"the region {self.region}"):
                found = self._caller()
        except BadSettings as error:
            raise BadSettings(
                f"{error} Sign in to AWS first, such as with `aws configure` or `aws sso login`."
            ) from None
        if found is None:
            raise BadSettings("No AWS credentials found: run `aws configure`, or set AWS_PROFILE.")
        return str(found["Account"]), str(found["Arn"]).rpartition(":")[2]

    def _caller(self) -> dict[str, Any] | None:
        from botocore.exceptions import NoCredentialsError

        try:
            return dict(self.client("sts").get_caller_identity())
        except NoCredentialsError:
            return None

    def concurrency(self) -> Concurrency:
        with aws_errors("lambda:GetAccountSettings", "Lambda"):
            limit = self.client("lambda").get_account_settings()["AccountLimit"]
        return Concurrency(int(limit["ConcurrentExecutions"]), int(limit.get("UnreservedConcurrentExecutions", 0)))

    def secret(self, name: str) -> Secret | None:
        """Return a secret with its content; None if there is none of that name."""
        place, secrets = f"the secret {name}", self.client("secretsmanager")
        found = existing("secretsmanager:DescribeSecret", place, lambda: secrets.describe_secret(SecretId=name))
        if found is None:
            return None
        is_own = OWN_TAG in found.get("Tags", [])
        if "DeletedDate" in found:
            return Secret(name, is_own=is_own, is_deleted=True)
        value = existing("secretsmanager:GetSecretValue", place, lambda: secrets.get_secret_value(SecretId=name))
        return Secret(name, _texts((value or {}).get("SecretString", "")), is_own)

    def write_secret(self, old: Secret | None, name: str, values: Mapping[str, str]) -> None:
        """Create the secret, or restore it and replace its value."""
        secrets, text = self.client("secretsmanager"), json.dumps(dict(values))
        with aws_errors("secretsmanager:CreateSecret", f"the secret {name}"):
            if old is None:
                description = "Kaltura credential of Debrief, created by debrief setup"
                secrets.create_secret(Name=name, Description=description, SecretString=text, Tags=[OWN_TAG])
                return
            if old.is_deleted:
                secrets.restore_secret(SecretId=name)
            secrets.put_secret_value(SecretId=name, SecretString=text)

    def delete_secret(self, name: str) -> None:
        """Schedule the deletion of a secret; until then it can be restored."""
        with aws_errors("secretsmanager:DeleteSecret", f"the secret {name}"):
            self.client("secretsmanager").delete_secret(SecretId=name, RecoveryWindowInDays=RECOVERY_DAYS)

    def stack_status(self, stack: str) -> str:
        """Return the status of a stack; blank if there is none of that name."""
        return str(self._stack(stack).get("StackStatus", ""))

    def outputs(self, stack: str) -> dict[str, str]:
        """Return the outputs of a stack."""
        return {item["OutputKey"]: item["OutputValue"] for item in self._stack(stack).get("Outputs", [])}

    def start_function(self, stack: str, logical_id: str) -> None:
        """Start a function of a stack, without waiting for its end."""
        with aws_errors("cloudformation:DescribeStackResource", f"the stack {stack}"):
            found = self.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
        name = found["StackResourceDetail"]["PhysicalResourceId"]
        with aws_errors("lambda:InvokeFunction", f"the function {name}"):
            self.client("lambda").invoke(FunctionName=name, InvocationType="Event")

    def first_failure(self, stack: str) -> str:
        """Return the resource that failed first in the last deployment, and AWS's reason; blank if none is known."""
        with aws_errors("cloudformation:DescribeStackEvents", f"the stack {stack}"):
            events = self.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
        for event in reversed(_last_deployment(events, stack)):
            reason = str(event.get("ResourceStatusReason", ""))
            if str(event["ResourceStatus"]).endswith("_FAILED") and "cancelled" not in reason:
                return f"{event['LogicalResourceId']}: {reason}"
        return ""

    def _stack(self, stack: str) -> dict[str, Any]:
        cloud = self.client("cloudformation")
        found = existing(
            "cloudformation:DescribeStacks", f"the stack {stack}", lambda: cloud.describe_stacks(StackName=stack)
        )
        return dict(found["Stacks"][0]) if found else {}


def existing(action: str, place: str, ask: Callable[[], Any]) -> Any:
    """Return an answer; None if what is asked for does not exist."""
    from botocore.exceptions import ClientError

    with aws_errors(action, place):
        try:
            return ask()
        except ClientError as error:
            if code_of(error) in _NOT_THERE:
                return None
            raise


def _texts(text: str) -> dict[str, str]:
    try:
        values = json.loads(text)
    except ValueError:
        return {}
    return {key: str(value) for key, value in values.items()} if isinstance(values, dict) else {}


def _last_deployment(events: list[dict[str, Any]], stack: str) -> list[dict[str, Any]]:
    """Return the events, newest first, back to the one that began the last deployment."""
    begins = {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"}
    for place, event in enumerate(events):
        if event["LogicalResourceId"] == stack and event["ResourceStatus"] in begins:
            return events[: place + 1]
    return events
