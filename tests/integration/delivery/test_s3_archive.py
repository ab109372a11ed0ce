"""What only S3 does: versions, headers, permissions."""

from __future__ import annotations

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from debrief.delivery.s3 import S3Archive
from debrief.errors import BadSettings, DebriefError, Unavailable
from debrief.model import Document
from support.aws import BUCKET, make_bucket

pytestmark = pytest.mark.usefixtures("aws")

KEY = "reports/date=2024-08-01/session=1_cue00001/report.pdf"


def pdf(body: bytes) -> Document:
    return Document(KEY, body, "application/pdf")


def test_every_revision_stays_readable_by_its_version_id() -> None:
    archive = S3Archive(make_bucket(), BUCKET)
    first, second = archive.write(pdf(b"first")), archive.write(pdf(b"second"))
    assert first.version_id != second.version_id
    assert archive.read(KEY, first.version_id) == b"first"
    assert archive.read(KEY, second.version_id) == b"second"


def test_a_second_identical_run_makes_no_new_version() -> None:
    client = make_bucket()
    archive = S3Archive(client, BUCKET)
    first, again = archive.write(pdf(b"same")), archive.write(pdf(b"same"))
    assert first.version_id == again.version_id
    assert len(client.list_object_versions(Bucket=BUCKET)["Versions"]) == 1


def test_an_object_without_a_checksum_is_written_again() -> None:
    client = make_bucket()
    uploaded = client.put_object(Bucket=BUCKET, Key=KEY, Body=b"by hand")
    assert S3Archive(client, BUCKET).write(pdf(b"by hand")).version_id != uploaded["VersionId"]


def test_a_bucket_without_versions_gives_no_version_id() -> None:
    archive = S3Archive(make_bucket(versioned=False), BUCKET)
    assert archive.write(pdf(b"x")).version_id is None
    assert archive.write(pdf(b"x")).version_id is None


def test_a_deleted_document_is_none() -> None:
    client = make_bucket()
    archive = S3Archive(client, BUCKET)
    stored = archive.write(pdf(b"x"))
    client.delete_object(Bucket=BUCKET, Key=KEY)
    assert archive.read(KEY) is None
    assert archive.read(KEY, stored.version_id) == b"x"


@pytest.mark.parametrize(
    ("content_type", "disposition"),
    [
        ("text/csv; charset=utf-8", "attachment"),
        ("application/pdf", "inline"),
        ("text/html; charset=utf-8", None),
        ("application/json", None),
    ],
)
def test_an_object_has_its_type_and_no_metadata_that_names_anyone(content_type: str, disposition: str | None) -> None:
    client = make_bucket()
    S3Archive(client, BUCKET).write(Document("reports/a.bin", b"x", content_type))
    head = client.head_object(Bucket=BUCKET, Key="reports/a.bin")
    assert head["ContentType"] == content_type
    assert head.get("ContentDisposition") == disposition
    assert head["Metadata"] == {}


@pytest.mark.parametrize("key", ["new.csv", KEY])
def test_a_missing_bucket_is_named(key: str) -> None:
    archive = S3Archive(make_bucket(), "debrief-nowhere")
    for use in (lambda: archive.write(Document(key, b"x", "text/csv")), lambda: archive.read(key), archive.check):
        with pytest.raises(BadSettings, match=r"s3:\w+ .*debrief-nowhere.*NoSuchBucket"):
            use()


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("AccessDenied", 403, BadSettings),
        ("NoSuchBucket", 404, BadSettings),
        ("ExpiredToken", 400, BadSettings),
        ("SlowDown", 503, Unavailable),
        ("InternalError", 500, Unavailable),
        ("RequestTimeout", 400, Unavailable),
        ("TooManyRequests", 429, Unavailable),
    ],
)
def test_a_refusal_names_bucket_and_permission_or_may_pass(
    code: str, status: int, expected: type[DebriefError]
) -> None:
    client = make_bucket()
    with Stubber(client) as stubber:
        stubber.add_client_error("head_object", "404", http_status_code=404)
        stubber.add_client_error("put_object", code, "from AWS: anna@example.org", http_status_code=status)
        with pytest.raises(expected, match=rf"{BUCKET}.*{code}|s3:PutObject") as refused:
            S3Archive(client, BUCKET).write(pdf(b"x"))
        assert "anna" not in str(refused.value)
        assert refused.value.__suppress_context__


@pytest.mark.parametrize(("code", "status"), [("403", 403), ("AccessDenied", 403)])
def test_a_refused_look_names_both_permissions_it_takes(code: str, status: int) -> None:
    client = make_bucket()
    with Stubber(client) as stubber:
        stubber.add_client_error("head_object", code, http_status_code=status)
        with pytest.raises(BadSettings, match=rf"s3:GetObject and s3:ListBucket on bucket {BUCKET}"):
            S3Archive(client, BUCKET).write(pdf(b"x"))


def test_the_check_says_that_putting_is_refused() -> None:
    client = make_bucket()
    with Stubber(client) as stubber:
        stubber.add_client_error("put_object", "AccessDenied", http_status_code=403)
        with pytest.raises(BadSettings, match="s3:PutObject"):
            S3Archive(client, BUCKET).check()


def test_the_check_passes_over_an_object_of_its_name() -> None:
    client = make_bucket()
    client.put_object(Bucket=BUCKET, Key="check", Body=b"mine")
    S3Archive(client, BUCKET).check()
    assert client.get_object(Bucket=BUCKET, Key="check")["Body"].read() == b"mine"


def test_an_unreachable_s3_may_pass_but_fails_the_check() -> None:
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=1)
    archive = S3Archive(boto3.client("s3", endpoint_url="http://127.0.0.1:9", config=config), BUCKET)
    with pytest.raises(Unavailable, match=BUCKET):
        archive.read(KEY)
    with pytest.raises(BadSettings, match=BUCKET):
        archive.check()


def test_a_bucket_name_that_cannot_be_is_bad_settings() -> None:
    with pytest.raises(BadSettings, match="ParamValidationError"):
        S3Archive(make_bucket(), "no such bucket").read(KEY)
