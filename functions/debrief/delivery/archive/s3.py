"""An archive in an S3 bucket, in which overwritten documents stay as object versions."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import ClientError

from debrief.delivery.archive.archive import BUSY, OVERTAKEN, FileVersion, ManifestFile, Unchanged, too_large
from debrief.delivery.archive.safe_names import check_key
from debrief.delivery.aws.errors import aws_errors, code_of
from debrief.delivery.self_test import self_test
from debrief.errors import Conflict, Overtaken
from debrief.util.file_names import attachment

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import (
        DeleteMarkerEntryTypeDef,
        GetObjectOutputTypeDef,
        GetObjectRequestTypeDef,
        HeadObjectOutputTypeDef,
        ObjectVersionTypeDef,
        PutObjectRequestTypeDef,
    )

    from debrief.model import Document

# By default botocore presigns with signature version 2, which S3 rejects for files under a KMS key, and uses a host
# without a region, which redirects in a bucket's first hours. A bucket name with dots is always put into the path.
LINK_CONFIG = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})

_MISSING = frozenset({"404", "NoSuchKey", "NoSuchVersion", "MethodNotAllowed"})  # MethodNotAllowed: a delete marker
# Errors of a conditional put if another run has written the object.
_OVERTAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict", *_MISSING})
# Errors of a store without a list of versions, and of a user without s3:ListBucketVersions.
_NO_LISTING = frozenset({"AccessDenied", "NotImplemented", "MethodNotAllowed"})
_TRIES = 5  # attempts to write a file while other runs write the same file
_READ = "s3:GetObject and s3:ListBucket"
_DISPOSITIONS = {"text/csv": "attachment", "application/pdf": "inline"}


class S3Archive:
    """An Archive in a bucket, optionally under a prefix.

    Needs s3:PutObject, s3:GetObject, s3:GetObjectVersion and s3:ListBucket (without s3:ListBucket, S3 answers 403
    instead of 404 for a missing object), and s3:DeleteObject for a session that Kaltura moves to another date. With
    s3:ListBucketVersions a check of a session's files needs fewer calls. Erasing needs this permission, and
    s3:DeleteObjectVersion. `client` is an S3 client with retries; for `download_url` it needs LINK_CONFIG.
    """

    def __init__(self, client: S3Client, bucket: str, prefix: str = "") -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/".removeprefix("/")

    def write(self, document: Document, *, is_new: bool = False, unchanged: Unchanged | None = None) -> ManifestFile:
        """Write one document, unless the newest version is identical. Raises BadRequest, BadSettings, Unavailable."""
        key, checksum = self._key(document.key), _checksum(document.body)
        if is_new or unchanged:
            if unchanged and unchanged.file.sha256 == hashlib.sha256(document.body).hexdigest():
                return _stored(document, unchanged.file.version_id)
            with suppress(Overtaken):
                return _stored(document, self._put(key, document, unchanged.etag if unchanged else None))
        for _ in range(_TRIES):
            newest = self._head(key)
            if newest is not None and newest.get("ChecksumSHA256") == checksum:
                return _stored(document, newest.get("VersionId"))
            with suppress(Overtaken):  # another run has written the file, most likely with the same bytes
                return _stored(document, self._put(key, document, newest["ETag"] if newest else None))
        raise Conflict(BUSY)

    @contextmanager
    def replacing(self, key: str, before: bytes | None) -> Iterator[Callable[[Document], ManifestFile]]:
        """Let the block replace an object, if the object still has the bytes `before` when it is replaced."""
        with aws_errors(_READ, self._place):
            found = self._get(self._key(key))
            current = found["Body"].read() if found else None
        if current != before:
            raise Overtaken(OVERTAKEN)

        def replace_object(document: Document) -> ManifestFile:
            if document.body == before and found:
                return _stored(document, found.get("VersionId"))
            etag = found["ETag"] if found else None
            return _stored(document, self._put(self._key(document.key), document, etag))

        yield replace_object

    def is_half_written(self, key: str) -> bool:  # noqa: ARG002
        """Return False: files are read by version, and a version does not change."""
        return False

    def read(self, key: str, version_id: str | None = None, *, most: int | None = None) -> bytes | None:
        with aws_errors(_READ, self._place):
            found = self._get(self._key(key), version_id)
            if found and most is not None and found["ContentLength"] > most:
                found["Body"].close()
                raise too_large(most)
            return found["Body"].read() if found else None

    def holds(self, key: str, sha256: str, version_id: str | None) -> bool:
        """Return whether a file's newest version is this version and has this hash; False if S3 has no checksum."""
        return self._etag(key, sha256, version_id) is not None

    def unchanged(self, files: Collection[ManifestFile]) -> dict[str, Unchanged]:
        """Return the files whose newest version is the listed one, with one call for each folder of several files.

        A file alone in its folder is examined with a call of its own. So is a file without a version id, because its
        bucket keeps no versions and it may have been overwritten.
        """
        etags: dict[str, str | None] = {}
        for folder, group in groupby(sorted(files, key=lambda file: file.key), key=lambda file: _folder(file.key)):
            etags |= self._etags(folder, list(group))
        return {file.key: Unchanged(file, etag) for file in files if (etag := etags[file.key]) is not None}

    def keys(self, prefix: str) -> Iterator[str]:
        with aws_errors("s3:ListBucket", self._place):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix
            )
            for page in pages:
                yield from (found["Key"].removeprefix(self._prefix) for found in page.get("Contents", ()))

    def versions(self, prefix: str) -> Iterator[FileVersion]:
        with aws_errors("s3:ListBucketVersions", self._place):
            pages = self._client.get_paginator("list_object_versions").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix
            )
            for page in pages:
                # S3 lists versions and markers in one order, but boto3 separates them. Which version of a file is the
                # latest is known exactly; the others are sorted by time, in seconds.
                found = [(entry, False) for entry in page.get("Versions", ())]
                markers = [(entry, True) for entry in page.get("DeleteMarkers", ())]
                for entry, is_marker in sorted([*found, *markers], key=_latest_first):
                    yield replace(self._version(entry), is_marker=is_marker)

    def delete(self, version: FileVersion) -> None:
        with aws_errors("s3:DeleteObjectVersion", self._place):
            self._client.delete_object(
                Bucket=self._bucket, Key=self._key(version.key), VersionId=version.version_id or "null"
            )

    def remove(self, key: str) -> None:
        """Add a delete marker to an object; its versions stay until they expire."""
        with aws_errors("s3:DeleteObject", self._place):
            self._client.delete_object(Bucket=self._bucket, Key=self._key(key))

    def clean(self) -> int:
        """Return 0: writes of objects are atomic."""
        return 0

    def location(self, key: str) -> str:
        return f"s3://{self._bucket}/{self._key(key)}"

    def download_url(self, key: str, version_id: str | None, *, seconds: int, name: str) -> str:
        """Return a presigned URL of the given or newest version.

        The URL also expires with the credentials that sign it. Raises BadRequest for an invalid key, BadSettings.
        """
        params = {
            "Bucket": self._bucket,
            "Key": self._key(key),
            "ResponseContentDisposition": _disposition(key, name),
        } | ({"VersionId": version_id} if version_id else {})
        with aws_errors("s3:GetObject", self._place):
            return self._client.generate_presigned_url("get_object", Params=params, ExpiresIn=seconds)

    def check(self) -> None:
        """Check that objects can be written, without writing one. Raises BadSettings.

        Nothing is written, because no object has the ETag that the put requires. S3 checks the permission first.
        """
        with self_test(), aws_errors("s3:PutObject", self._place):
            try:
                self._client.put_object(Bucket=self._bucket, Key=self._key("check"), Body=b"", IfMatch='"never"')
            except ClientError as error:
                if code_of(error) not in {"NoSuchKey", "PreconditionFailed"}:
                    raise

    def _version(self, found: ObjectVersionTypeDef | DeleteMarkerEntryTypeDef) -> FileVersion:
        return FileVersion(found["Key"].removeprefix(self._prefix), found["VersionId"], is_latest=found["IsLatest"])

    @property
    def _place(self) -> str:
        return f"bucket {self._bucket}"

    def _key(self, key: str) -> str:
        return self._prefix + check_key(key)

    def _etags(self, folder: str, files: Collection[ManifestFile]) -> dict[str, str | None]:
        """Return by key the ETag of each file; None if the file's newest version is not the listed one."""
        may_list = len(files) > 1 and all(file.version_id for file in files)
        newest = self._newest_versions(folder) if may_list else None
        if newest is None:
            return {file.key: self._etag(file.key, file.sha256, file.version_id) for file in files}
        return {file.key: newest.get((file.key, file.version_id)) for file in files}

    def _newest_versions(self, folder: str) -> dict[tuple[str, str | None], str] | None:
        """Return the ETags of the newest versions of all files in a folder, by key and version id.

        Return None if the store cannot list versions, or not for this user.
        """
        with aws_errors("s3:ListBucketVersions", self._place):
            pages = self._client.get_paginator("list_object_versions").paginate(
                Bucket=self._bucket, Prefix=self._prefix + folder
            )
            entries = (entry for page in pages for entry in page.get("Versions", ()) if entry["IsLatest"])
            try:
                return {
                    (entry["Key"].removeprefix(self._prefix), entry["VersionId"]): entry["ETag"] for entry in entries
                }
            except ClientError as error:
                if code_of(error) in _NO_LISTING:
                    return None
                raise

    def _etag(self, key: str, sha256: str, version_id: str | None) -> str | None:
        """Return the ETag of a file's newest version if it is this version and has this hash."""
        newest = self._head(self._key(key))
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        if newest is None or (newest.get("VersionId"), newest.get("ChecksumSHA256")) != (version_id, checksum):
            return None
        return newest["ETag"]

    def _head(self, key: str) -> HeadObjectOutputTypeDef | None:
        with aws_errors(_READ, self._place):
            try:
                return self._client.head_object(Bucket=self._bucket, Key=key, ChecksumMode="ENABLED")
            except ClientError as error:
                if code_of(error) in _MISSING:
                    return None
                raise

    def _get(self, key: str, version_id: str | None = None) -> GetObjectOutputTypeDef | None:
        request: GetObjectRequestTypeDef = {"Bucket": self._bucket, "Key": key}
        if version_id:
            request["VersionId"] = version_id
        with aws_errors(_READ, self._place):
            try:
                return self._client.get_object(**request)
            except ClientError as error:
                if code_of(error) in _MISSING:
                    return None
                raise

    def _put(self, key: str, document: Document, etag: str | None) -> str | None:
        """Replace the object that has this ETag, or create an object if the ETag is None.

        Raises Overtaken if another run has written the object in the meantime.
        """
        request: PutObjectRequestTypeDef = {
            "Bucket": self._bucket,
            "Key": key,
            "Body": document.body,
            "ContentType": document.content_type,
            "ChecksumAlgorithm": "SHA256",
            "ChecksumSHA256": _checksum(document.body),
        }
        if etag is None:
            request["IfNoneMatch"] = "*"
        else:
            request["IfMatch"] = etag
        disposition = _DISPOSITIONS.get(document.content_type.partition(";")[0])
        if disposition:  # it has no file name, so the browser uses the last part of the key, which names nobody
            request["ContentDisposition"] = disposition
        with aws_errors("s3:PutObject", self._place):
            try:
                return self._client.put_object(**request).get("VersionId")
            except ClientError as error:
                if code_of(error) in _OVERTAKEN:
                    raise Overtaken(OVERTAKEN) from None
                raise


def _folder(key: str) -> str:
    """Return the folder of a session below a prefix: `reports/date=…/session=…/`."""
    return "/".join(key.split("/")[:3]) + "/"


def _latest_first(
    found: tuple[ObjectVersionTypeDef | DeleteMarkerEntryTypeDef, bool],
) -> tuple[str, bool, float]:
    entry, _ = found
    return entry["Key"], not entry["IsLatest"], -entry["LastModified"].timestamp()


def _checksum(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def _stored(document: Document, version_id: str | None) -> ManifestFile:
    digest = hashlib.sha256(document.body).hexdigest()
    return ManifestFile(document.key, len(document.body), digest, document.rows, version_id)


def _disposition(key: str, name: str) -> str:
    if key.endswith(".html"):
        return "inline"
    return attachment(name, instead=key.rpartition("/")[2])
