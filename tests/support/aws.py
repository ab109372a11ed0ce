"""AWS as moto plays it: no request leaves the machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TimeToLiveSpecificationTypeDef
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sesv2 import SESV2Client

REGION: Literal["eu-west-1"] = "eu-west-1"
BUCKET = "debrief-archive"
LEDGER = "debrief-ledger"
SENDER = "reports@example.org"

# What template.yaml declares for the ledger.
TABLE: dict[str, Any] = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "S"},
        {"AttributeName": "end_day", "AttributeType": "S"},
        {"AttributeName": "end_at", "AttributeType": "S"},
        {"AttributeName": "open", "AttributeType": "S"},
        {"AttributeName": "open_at", "AttributeType": "S"},
    ],
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by_end",
            "KeySchema": [
                {"AttributeName": "end_day", "KeyType": "HASH"},
                {"AttributeName": "end_at", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        },
        {
            "IndexName": "open_items",
            "KeySchema": [
                {"AttributeName": "open", "KeyType": "HASH"},
                {"AttributeName": "open_at", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        },
    ],
}
TIME_TO_LIVE: TimeToLiveSpecificationTypeDef = {"AttributeName": "expires_at", "Enabled": True}


@contextmanager
def offline_aws() -> Iterator[None]:
    """Credentials that open nothing, and a proxy that is not there: a request that moto misses goes nowhere."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            patch.setenv(name, "testing")
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            patch.setenv(name, os.devnull)
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            patch.setenv(name, "http://127.0.0.1:9")
        for name in ("NO_PROXY", "no_proxy"):
            patch.setenv(name, "127.0.0.1,localhost")
        yield


@contextmanager
def moto_aws() -> Iterator[None]:
    """An empty AWS account."""
    with offline_aws(), mock_aws():
        yield


def admin(service: str) -> Any:
    """A client of somebody who may do everything; kept, because making one takes longer than asking it."""
    return _client(service, os.environ.get("AWS_ENDPOINT_URL"))


@cache
def _client(service: Any, _endpoint: str | None) -> Any:
    return boto3.client(service)


def make_bucket(*, versioned: bool = True) -> S3Client:
    """A client, and the bucket BUCKET."""
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    if versioned:
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return client


def make_table() -> DynamoDBClient:
    """A client, and the table LEDGER as template.yaml declares it."""
    client = boto3.client("dynamodb")
    client.create_table(TableName=LEDGER, **TABLE)
    client.update_time_to_live(TableName=LEDGER, TimeToLiveSpecification=TIME_TO_LIVE)
    return client


def make_ses(*verified: str, endpoint_url: str | None = None, read_timeout: float = 5) -> SESV2Client:
    """A client that does not retry, and verified identities."""
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=30, read_timeout=read_timeout)
    client = boto3.Session().client("sesv2", config=config, endpoint_url=endpoint_url)
    for identity in verified:
        client.create_email_identity(EmailIdentity=identity)
    return client


def ses_mails() -> list[tuple[list[str], bytes]]:
    """The emails given to SES: their recipients, then the recipients in the headers, and the MIME."""
    sent = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    return [(mail.destinations, mail.raw_data.encode()) for mail in sent]
