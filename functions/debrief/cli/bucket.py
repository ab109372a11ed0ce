"""Check the archive's bucket for `debrief doctor`: how it is set up."""

from __future__ import annotations

from collections.abc import Iterator

from debrief.delivery.archive.layout import PREFIXES
from debrief.delivery.dns.lookup import Row
from debrief.errors import BadSettings
from debrief.settings import Settings


def bucket_rows(settings: Settings) -> Iterator[Row]:
    """Yield a row for each check; none for a folder, or without a region."""
    bucket, _, prefix = settings.archive.removeprefix("s3://").partition("/")
    if not settings.archive.startswith("s3://") or not bucket:
        return
    from debrief.delivery.aws.bucket_checks import check_bucket
    from debrief.delivery.aws.clients import client

    try:
        s3 = client("s3")
    except BadSettings:  # which the check of the archive reports
        return
    inside = f"{prefix.strip('/')}/".removeprefix("/")
    yield from check_bucket(s3, bucket, [f"{inside}{name}/" for name in PREFIXES], settings.archive_days)
