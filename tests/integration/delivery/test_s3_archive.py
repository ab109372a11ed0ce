"""What only S3 does: versions, headers, permissions, presigned addresses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import requests
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.config import Config
from botocore.stub import Stubber
from moto.core.botocore_stubber import MockRawResponse

from debrief.delivery.archive.archive import ManifestFile
from debrief.delivery.archive.s3 import LINK_CONFIG, S3Archive
from debrief.errors import BadSettings, DebriefError, Overtaken, Unavailable
from debrief.model import Document
from support.aws import BUCKET, make_bucket

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

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


def test_versions_and_delete_markers_are_listed_by_key_with_the_latest_first() -> None:
    archive = S3Archive(make_bucket(), BUCKET)
    keys = [KEY.replace("report", name) for name in ("a", "b", "c")]
    for key in keys:
        for body in (b"first", b"second"):
            archive.write(Document(key, body, "application/pdf"))
    archive.remove(keys[1])
    archive.remove(keys[2])
    archive.write(Document(keys[2], b"third", "application/pdf"))
    found = list(archive.versions(""))
    assert [version.key for version in found] == [keys[0]] * 2 + [keys[1]] * 3 + [keys[2]] * 4
    firsts = [version for version in found if version.is_latest]
    assert [found.index(version) for version in firsts] == [0, 2, 5]
    assert [version.is_marker for version in firsts] == [False, True, False]
    assert [version.key for version in found if version.is_marker] == keys[1:]


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


def test_a_new_file_is_written_with_one_call() -> None:
    client = make_bucket()
    calls = _calls(client)
    S3Archive(client, BUCKET).write(pdf(b"x"), is_new=True)
    assert calls == ["PutObject"]


def _listed(client: S3Client) -> list[ManifestFile]:
    names = ("rooms/a/b/rooms.csv", "reports/a/b/report.pdf", "reports/a/b/report.html", "reports/a/b/lists/left.csv")
    return [S3Archive(client, BUCKET).write(Document(name, b"x", "text/csv"), is_new=True) for name in names]


def _calls(client: S3Client) -> list[str]:
    calls: list[str] = []
    client.meta.events.register("before-call.s3", lambda model, **_: calls.append(model.name))
    return calls


def test_the_files_of_a_folder_are_examined_with_one_call() -> None:
    client = make_bucket()
    listed, calls = _listed(client), _calls(client)
    assert len(S3Archive(client, BUCKET).unchanged(listed)) == len(listed)
    assert calls == ["ListObjectVersions", "HeadObject"]


def test_a_bucket_without_versions_is_examined_file_by_file() -> None:
    client = make_bucket(versioned=False)
    listed, calls = _listed(client), _calls(client)
    client.put_object(Bucket=BUCKET, Key=listed[0].key, Body=b"other", ChecksumAlgorithm="SHA256")
    calls.clear()
    assert S3Archive(client, BUCKET).unchanged(listed).keys() == {file.key for file in listed[1:]}
    assert calls == ["HeadObject"] * 4


@pytest.mark.parametrize(("code", "status"), [("AccessDenied", 403), ("NotImplemented", 501)])
def test_files_are_examined_one_by_one_where_versions_cannot_be_listed(code: str, status: int) -> None:
    client = make_bucket()
    listed, calls = _listed(client), _calls(client)
    body = f"<Error><Code>{code}</Code></Error>".encode()
    refusal = AWSResponse(BUCKET, status, HeadersDict(), MockRawResponse(body))
    client.meta.events.register_first("before-send.s3.ListObjectVersions", lambda **_: refusal)
    assert len(S3Archive(client, BUCKET).unchanged(listed)) == len(listed)
    assert calls == ["ListObjectVersions", *["HeadObject"] * 4]


def test_a_bucket_that_is_gone_is_an_error_of_the_check_of_its_files() -> None:
    listed = _listed(make_bucket())
    with pytest.raises(BadSettings, match="NoSuchBucket"):
        S3Archive(boto3.client("s3"), "debrief-nowhere").unchanged(listed)


def test_an_unchanged_file_is_written_without_a_call_and_a_changed_one_with_one() -> None:
    client = make_bucket()
    archive = S3Archive(client, BUCKET)
    known = archive.unchanged([archive.write(pdf(b"x"))])[KEY]
    calls = _calls(client)
    archive.write(pdf(b"x"), unchanged=known)
    assert calls == []
    archive.write(pdf(b"y"), unchanged=known)
    assert calls == ["PutObject"]


@pytest.mark.parametrize(("body", "is_same"), [(b"x", True), (b"y", False)])
def test_a_file_that_another_run_has_just_written_is_kept_or_replaced(body: bytes, is_same: bool) -> None:
    archive = S3Archive(make_bucket(), BUCKET)
    first = archive.write(pdf(b"x"), is_new=True)
    second = archive.write(pdf(body), is_new=True)
    assert (second.version_id == first.version_id) is is_same
    assert archive.read(second.key) == body


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


def linking(prefix: str = "", bucket: str = BUCKET, **config: object) -> S3Archive:
    """An archive as it is when links are made."""
    make_bucket()
    return S3Archive(boto3.client("s3", config=LINK_CONFIG.merge(Config(**config))), bucket, prefix)


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_a_link_leads_to_its_version_as_a_file_with_a_name() -> None:
    archive = linking()
    first = archive.write(pdf(b"first"))
    archive.write(pdf(b"second"))
    answer = requests.get(archive.download_url(KEY, first.version_id, seconds=300, name="report.pdf"), timeout=30)
    assert answer.content == b"first"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="report.pdf"'
    assert answer.headers["Content-Type"] == "application/pdf"


def test_a_link_without_a_version_leads_to_the_newest() -> None:
    archive = linking("team/a")
    archive.write(pdf(b"first"))
    archive.write(pdf(b"second"))
    url = archive.download_url(KEY, None, seconds=300, name="report.pdf")
    assert "versionId" not in query(url)
    assert requests.get(url, timeout=30).content == b"second"


def test_a_report_opens_in_the_browser() -> None:
    archive, key = linking(), KEY.replace(".pdf", ".html")
    stored = archive.write(Document(key, b"<html></html>", "text/html; charset=utf-8"))
    answer = requests.get(archive.download_url(key, stored.version_id, seconds=300, name="report.html"), timeout=30)
    assert answer.headers["Content-Disposition"] == "inline"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_link_is_signed_with_version_4_for_its_seconds_and_its_region() -> None:
    url = linking().download_url(KEY, "v1", seconds=300, name="report.pdf")
    signed = query(url)
    assert (signed["X-Amz-Algorithm"], signed["X-Amz-Expires"], signed["versionId"]) == (
        "AWS4-HMAC-SHA256",
        "300",
        "v1",
    )
    assert signed["X-Amz-Credential"].endswith("/eu-west-1/s3/aws4_request")
    assert abs(datetime.strptime(signed["X-Amz-Date"], "%Y%m%dT%H%M%S%z") - datetime.now(UTC)).total_seconds() < 60
    assert urlsplit(url).netloc == f"{BUCKET}.s3.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("bucket", "config", "host"),
    [
        (BUCKET, {"s3": {"addressing_style": "path"}}, f"s3.eu-west-1.amazonaws.com/{BUCKET}/"),
        ("reports.example.org", {}, "s3.eu-west-1.amazonaws.com/reports.example.org/"),
    ],
)
def test_a_bucket_is_in_the_path_where_the_client_or_its_name_wants_it(
    bucket: str, config: dict[str, object], host: str
) -> None:
    url = linking(bucket=bucket, **config).download_url(KEY, None, seconds=60, name="report.pdf")
    assert url.startswith(f"https://{host}")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("attendees-2026-11-02.csv", "attendees-2026-11-02.csv"),
        ("a\"; filename*=UTF-8''evil.exe; x=\"b.csv", "a-filename-UTF-8-evil.exe-x-b.csv"),
        ("a\r\nSet-Cookie: x=1.csv", "a-Set-Cookie-x-1.csv"),
        ("../../etc/passwd", "etc-passwd"),
        (".bashrc", "bashrc"),
        ("x" * 500, "x" * 150),
        ("", "report.pdf"),
        ("✓", "report.pdf"),
    ],
)
def test_a_file_is_saved_under_a_plain_name(name: str, safe: str) -> None:
    url = linking().download_url(KEY, None, seconds=60, name=name)
    assert query(url)["response-content-disposition"] == f'attachment; filename="{safe}"'


def test_a_name_with_other_letters_is_there_twice() -> None:
    url = linking().download_url(KEY, None, seconds=60, name="Zoë & Søn.csv")
    both = "attachment; filename=\"Zoe-Son.csv\"; filename*=UTF-8''Zo%C3%AB-S%C3%B8n.csv"
    assert query(url)["response-content-disposition"] == both


def test_a_link_that_cannot_be_signed_is_bad_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    make_bucket()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    archive = S3Archive(boto3.Session().client("s3", config=LINK_CONFIG), BUCKET)
    with pytest.raises(BadSettings, match="NoCredentialsError"):
        archive.download_url(KEY, None, seconds=60, name="report.pdf")


def test_two_runs_that_write_the_same_bytes_at_once_share_one_version(monkeypatch: pytest.MonkeyPatch) -> None:
    client = make_bucket()
    archive, late = S3Archive(client, BUCKET), S3Archive(client, BUCKET)
    head, wrote = late._head, list[str | None]()

    def looked_before(key: str) -> object:
        if wrote:
            return head(key)
        wrote.append(archive.write(pdf(b"same")).version_id)
        return None

    monkeypatch.setattr(late, "_head", looked_before)
    assert late.write(pdf(b"same")).version_id == wrote[0]
    assert len(client.list_object_versions(Bucket=BUCKET)["Versions"]) == 1


def test_two_conditional_puts_at_the_same_moment_are_a_conflict() -> None:
    client = boto3.client("s3")
    with Stubber(client) as stub:
        stub.add_client_error("get_object", "NoSuchKey", http_status_code=404)
        stub.add_client_error("put_object", "ConditionalRequestConflict", http_status_code=409)
        with pytest.raises(Overtaken), S3Archive(client, BUCKET).replacing(KEY, None) as replace_it:
            replace_it(pdf(b"x"))
