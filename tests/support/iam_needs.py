"""What a role must be allowed for each call of a function's, after AWS's service authorization reference."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from email import message_from_bytes, policy
from email.utils import parseaddr
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID

from support.aws import REGION, admin
from support.iam import Need

Params = Mapping[str, Any]


def needs_of(service: str, operation: str, params: Params) -> list[Need]:
    """What the call needs. Raises KeyError for one that no function makes yet: it has to be added here."""
    return list(_NEEDS[service, operation](params))


def needs_when_missing(params: Params) -> Need:
    """What S3 wants to see before it says of an object that it is not there; else it says "forbidden"."""
    return Need("s3:ListBucket", f"arn:aws:s3:::{params['Bucket']}")


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{DEFAULT_ACCOUNT_ID}:{resource}"


def _object(action: str) -> Callable[[Params], Iterator[Need]]:
    def needs(params: Params) -> Iterator[Need]:
        name = f"{action}Version" if params.get("VersionId") else action
        yield Need(name, f"arn:aws:s3:::{params['Bucket']}/{params['Key']}")

    return needs


def _bucket(action: str) -> Callable[[Params], Iterator[Need]]:
    def needs(params: Params) -> Iterator[Need]:
        yield Need(action, f"arn:aws:s3:::{params['Bucket']}")

    return needs


def _secret(params: Params) -> Iterator[Need]:
    """The ARN is the whole one, also when the secret is asked for by its name."""
    arn = admin("secretsmanager").describe_secret(SecretId=params["SecretId"])["ARN"]
    yield Need("secretsmanager:GetSecretValue", arn)


def _queue(action: str) -> Callable[[Params], Iterator[Need]]:
    def needs(params: Params) -> Iterator[Need]:
        yield Need(action, _arn("sqs", params["QueueUrl"].rpartition("/")[2]))

    return needs


def _item(action: str, where: str) -> Callable[[Params], Iterator[Need]]:
    def needs(params: Params) -> Iterator[Need]:
        leading = {"dynamodb:LeadingKeys": (params[where]["pk"]["S"],)}
        yield Need(action, _arn("dynamodb", f"table/{params['TableName']}"), leading)

    return needs


def _batch_get(params: Params) -> Iterator[Need]:
    for table, asked in params["RequestItems"].items():
        leading = {"dynamodb:LeadingKeys": tuple(key["pk"]["S"] for key in asked["Keys"])}
        yield Need("dynamodb:BatchGetItem", _arn("dynamodb", f"table/{table}"), leading)


def _transaction(params: Params) -> Iterator[Need]:
    """A transaction has no action of its own: AWS checks that of each item."""
    for item in params["TransactItems"]:
        yield from _item("dynamodb:PutItem", "Item")(item["Put"])


def _query(params: Params) -> Iterator[Need]:
    table = f"table/{params['TableName']}"
    index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
    hash_key = re.match(r"\S+ = (:\w+)", params["KeyConditionExpression"])
    assert hash_key, "The partition key stands first in every question of ours."
    leading = {"dynamodb:LeadingKeys": (params["ExpressionAttributeValues"][hash_key[1]]["S"],)}
    yield Need("dynamodb:Query", _arn("dynamodb", table + index), leading)


def _mail(params: Params) -> Iterator[Need]:
    """SES checks SendEmail, and for a raw email SendRawEmail too, on sender and configuration set.

    https://anymail.dev/en/stable/esps/amazon_ses/#iam-permissions
    """
    message = message_from_bytes(params["Content"]["Raw"]["Data"], policy=policy.default)
    sender = parseaddr(params.get("FromEmailAddress") or str(message["From"]))[1]
    resources = [f"identity/{sender}"]
    if "ConfigurationSetName" in params:
        resources.append(f"configuration-set/{params['ConfigurationSetName']}")
    for resource in resources:
        for action in ("ses:SendEmail", "ses:SendRawEmail"):
            yield Need(action, _arn("ses", resource), {"ses:FromAddress": (sender,)})


def _events(params: Params) -> Iterator[Need]:
    for entry in params["Entries"]:
        yield Need("events:PutEvents", _arn("events", f"event-bus/{entry['EventBusName']}"))


_NEEDS: Mapping[tuple[str, str], Callable[[Params], Iterator[Need]]] = {
    ("s3", "GetObject"): _object("s3:GetObject"),
    ("s3", "HeadObject"): _object("s3:GetObject"),
    ("s3", "PutObject"): _object("s3:PutObject"),
    ("s3", "DeleteObject"): _object("s3:DeleteObject"),
    ("s3", "ListObjectsV2"): _bucket("s3:ListBucket"),
    ("s3", "ListObjectVersions"): _bucket("s3:ListBucketVersions"),
    ("secretsmanager", "GetSecretValue"): _secret,
    ("sqs", "SendMessageBatch"): _queue("sqs:SendMessage"),
    ("sqs", "ChangeMessageVisibility"): _queue("sqs:ChangeMessageVisibility"),
    ("dynamodb", "GetItem"): _item("dynamodb:GetItem", "Key"),
    ("dynamodb", "PutItem"): _item("dynamodb:PutItem", "Item"),
    ("dynamodb", "Query"): _query,
    ("dynamodb", "BatchGetItem"): _batch_get,
    ("dynamodb", "TransactWriteItems"): _transaction,
    ("sesv2", "SendEmail"): _mail,
    ("events", "PutEvents"): _events,
}
