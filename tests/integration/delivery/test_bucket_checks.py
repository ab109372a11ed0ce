"""doctor's rows about the bucket: what the stack's own bucket has, and what a bucket of one's own may lack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from debrief.cli.bucket import bucket_rows
from debrief.delivery.aws import clients
from debrief.delivery.aws.bucket_checks import BUCKET_ROWS, check_bucket
from debrief.settings import Settings
from support.aws import moto_aws

BUCKET = "archive"
FOLDERS = ["rooms/", "reports/"]
BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
OLD = {"ID": "old", "Status": "Enabled", "Prefix": "", "NoncurrentVersionExpiration": {"NoncurrentDays": 90}}


@pytest.fixture
def s3() -> Iterator[Any]:
    clients.session.cache_clear()
    with moto_aws():
        client = boto3.client("s3", "eu-west-1")
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        yield client
    clients.session.cache_clear()


def expiring(prefix: str, days: int, **more: Any) -> dict[str, Any]:
    return {"ID": prefix or "all", "Status": "Enabled", "Prefix": prefix, "Expiration": {"Days": days}, **more}


def set_up(s3: Any, *rules: dict[str, Any]) -> None:
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=BLOCKED)
    keep(s3, OLD, *rules)


def keep(s3: Any, *rules: dict[str, Any]) -> None:
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": list(rules)})


def told(s3: Any, archive_days: float = 0) -> dict[str, tuple[str, str]]:
    rows = list(check_bucket(s3, BUCKET, FOLDERS, archive_days))
    assert [row.name for row in rows] == list(BUCKET_ROWS)
    return {row.name: (row.status, row.sentence) for row in rows}


def test_a_bucket_as_it_was_made_lacks_what_the_archive_needs(s3: Any) -> None:
    found = {name: status for name, (status, _) in told(s3).items()}
    assert found == {
        "bucket versions": "FAIL",
        "bucket access": "FAIL",
        "bucket connections": "warn",
        "bucket old versions": "warn",
        "bucket retention": "ok",
    }


def test_a_bucket_that_is_set_up_as_the_page_says_is_well(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(s3)
    policy = {"Statement": [{"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}
    monkeypatch.setattr(s3, "get_bucket_policy", lambda **_: {"Policy": json.dumps(policy)})
    assert {status for status, _ in told(s3).values()} == {"ok"}


def test_what_emails_say_about_deletion_must_be_what_the_bucket_does(s3: Any) -> None:
    set_up(s3, expiring("rooms/", 60), expiring("reports/", 60))
    assert told(s3, 60)["bucket retention"][0] == "ok"
    assert told(s3)["bucket retention"][0] == "warn"
    keep(s3, OLD, expiring("rooms/", 60), expiring("reports/", 30))
    status, sentence = told(s3, 60)["bucket retention"]
    assert status == "FAIL"
    assert "reports/" in sentence
    assert "rooms/" not in sentence


def test_a_rule_for_a_part_of_the_files_or_one_that_is_off_does_not_count(s3: Any) -> None:
    tagged = {"ID": "t", "Status": "Enabled", "Filter": {"Tag": {"Key": "a", "Value": "b"}}, "Expiration": {"Days": 60}}
    set_up(s3, tagged, expiring("rooms/", 60, Status="Disabled"))
    assert told(s3, 60)["bucket retention"][0] == "FAIL"
    assert told(s3)["bucket retention"] == ("ok", "files are never deleted")


def test_what_may_not_be_asked_is_not_known() -> None:
    client = boto3.client("s3", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        for call in ("get_bucket_versioning", "get_public_access_block", "get_bucket_policy"):
            stub.add_client_error(call, "AccessDenied", http_status_code=403)
        for _ in range(2):
            stub.add_client_error("get_bucket_lifecycle_configuration", "AccessDenied", http_status_code=403)
        rows = list(check_bucket(client, BUCKET, FOLDERS, 60))
    assert {row.status for row in rows} == {"warn"}
    assert all(row.sentence.startswith("not known, because AWS refuses s3:Get") for row in rows)


def test_an_archive_in_a_folder_has_no_such_rows_and_one_under_a_prefix_has_them_for_the_prefix(s3: Any) -> None:
    assert list(bucket_rows(Settings(archive="out/archive"))) == []
    set_up(s3, expiring("live/", 60))
    rows = {row.name: row for row in bucket_rows(Settings(archive=f"s3://{BUCKET}/live", archive_days=60))}
    assert rows["bucket retention"].status == "ok"
