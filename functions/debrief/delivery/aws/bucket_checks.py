"""Check how the archive's bucket is set up. Nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from debrief.delivery.aws.errors import aws_errors, code_of
from debrief.delivery.dns.lookup import Row, not_known
from debrief.errors import DebriefError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

VERSIONS, ACCESS, CONNECTIONS, OLD_VERSIONS, RETENTION = (
    "bucket versions",
    "bucket access",
    "bucket connections",
    "bucket old versions",
    "bucket retention",
)
BUCKET_ROWS = (VERSIONS, ACCESS, CONNECTIONS, OLD_VERSIONS, RETENTION)
_NOT_SET = frozenset({
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
})  # fmt: skip


def check_bucket(client: S3Client, bucket: str, folders: Iterable[str], archive_days: float) -> Iterator[Row]:
    """Yield a row each for versioning, public access, TLS, old versions and retention.

    `folders` are the archive's, with its prefix. If S3 does not answer, or may not be asked, the result is "not known".
    """

    def ask(row: str, action: str, call: Callable[..., Any], judge: Callable[[Mapping[str, Any]], Row]) -> Row:
        try:
            with aws_errors(action, f"bucket {bucket}"):
                return judge(_answer(partial(call, Bucket=bucket)))
        except DebriefError as error:
            return not_known(row, error)

    yield ask(VERSIONS, "s3:GetBucketVersioning", client.get_bucket_versioning, _versions)
    yield ask(ACCESS, "s3:GetBucketPublicAccessBlock", client.get_public_access_block, _access)
    yield ask(CONNECTIONS, "s3:GetBucketPolicy", client.get_bucket_policy, _connections)
    action, call = "s3:GetLifecycleConfiguration", client.get_bucket_lifecycle_configuration
    yield ask(OLD_VERSIONS, action, call, _old_versions)
    yield ask(RETENTION, action, call, partial(_retention, folders=tuple(folders), archive_days=archive_days))


def _answer(call: Callable[[], Any]) -> Mapping[str, Any]:
    """Return S3's answer; empty if the bucket has no such configuration."""
    try:
        answer: Mapping[str, Any] = call()
    except ClientError as error:
        if code_of(error) in _NOT_SET:
            return {}
        raise
    return answer


def _versions(answer: Mapping[str, Any]) -> Row:
    if answer.get("Status") == "Enabled":
        return Row("ok", VERSIONS, "versioning is on")
    return Row("FAIL", VERSIONS, "versioning is off, so replaced and deleted files cannot be restored: switch it on")


def _access(answer: Mapping[str, Any]) -> Row:
    settings = answer.get("PublicAccessBlockConfiguration", {})
    if len(settings) == 4 and all(settings.values()):
        return Row("ok", ACCESS, "public access is blocked")
    return Row("FAIL", ACCESS, "public access is not blocked: switch on all four settings of Block Public Access")


def _connections(answer: Mapping[str, Any]) -> Row:
    if "aws:securetransport" in answer.get("Policy", "").lower():
        return Row("ok", CONNECTIONS, "the bucket's policy has a condition on encrypted connections")
    return Row("warn", CONNECTIONS, "the bucket also accepts connections without TLS: deny them in its policy")


def _old_versions(answer: Mapping[str, Any]) -> Row:
    rules = [rule["NoncurrentVersionExpiration"] for rule in _rules(answer) if "NoncurrentVersionExpiration" in rule]
    days = [rule["NoncurrentDays"] for rule in rules if "NoncurrentDays" in rule]
    if days:
        return Row("ok", OLD_VERSIONS, f"replaced and deleted files are kept for {min(days)} days")
    return Row(
        "warn", OLD_VERSIONS, "replaced and deleted files are kept forever: add a lifecycle rule for old versions"
    )


def _retention(answer: Mapping[str, Any], folders: tuple[str, ...], archive_days: float) -> Row:
    """Compare the bucket's rules with the days that emails and pages name."""
    whole = [rule for rule in _rules(answer) if "Days" in rule.get("Expiration", {}) and not _is_partial(rule)]
    rules = [(_prefix(rule), rule["Expiration"]["Days"]) for rule in whole]
    days = {folder: [days for prefix, days in rules if folder.startswith(prefix)] for folder in folders}
    if not archive_days:
        if shortest := [min(found) for found in days.values() if found]:
            sentence = f"the bucket deletes files after {min(shortest)} days, and DEBRIEF_ARCHIVE_DAYS is not set here"
            return Row("warn", RETENTION, f"{sentence}: set it, so that emails name the day")
        return Row("ok", RETENTION, "files are never deleted")
    wrong = [folder for folder, found in days.items() if not found or min(found) != archive_days]
    if not wrong:
        return Row("ok", RETENTION, f"files are deleted after {archive_days:g} days, as emails say")
    sentence = f"emails say that files are deleted after {archive_days:g} days, and the bucket has no such rule for"
    return Row("FAIL", RETENTION, f"{sentence} {', '.join(wrong)}: add lifecycle rules")


def _rules(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [rule for rule in answer.get("Rules", ()) if rule.get("Status") == "Enabled"]


def _prefix(rule: Mapping[str, Any]) -> str:
    prefix: str = rule.get("Filter", rule).get("Prefix", "")
    return prefix


def _is_partial(rule: Mapping[str, Any]) -> bool:
    """Return whether a rule is for files with a tag or of a size only."""
    return bool({"And", "Tag", "ObjectSizeGreaterThan", "ObjectSizeLessThan"} & set(rule.get("Filter", ())))
