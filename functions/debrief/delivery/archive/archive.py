"""The interface of archives, which a local folder and S3 implement."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from debrief.delivery.archive import layout
from debrief.errors import BadRequest

if TYPE_CHECKING:
    from debrief.model import Document

OVERTAKEN = "Another run has replaced the session's documents in the meantime."
BUSY = "Another run is writing the session's documents now."


def too_large(most: int) -> BadRequest:
    """Return the error about a file with more than `most` bytes."""
    return BadRequest(f"it is larger than {most // 1_000_000} MB.")


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """The entry of a file in a manifest."""

    key: str
    bytes: int  # the size
    sha256: str  # lower-case hex
    rows: int | None = None  # the number of rows of a table
    version_id: str | None = None  # the version in S3

    @property
    def name(self) -> str:
        return layout.name_in(self.key)


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file whose newest version is the one that a manifest lists."""

    file: ManifestFile
    etag: str = ""  # the object's ETag in S3


@dataclass(frozen=True, slots=True)
class FileVersion:
    """One version of a file."""

    key: str
    version_id: str | None  # None in a local folder, which has one version of each file
    is_latest: bool
    is_marker: bool = False  # a delete marker; S3 keeps the versions before it


class Archive(Protocol):
    """A store of documents under deterministic, `/`-separated keys. Writes are atomic."""

    def write(self, document: Document, *, is_new: bool = False, unchanged: Unchanged | None = None) -> ManifestFile:
        """Write one document. Returns its entry for a manifest.

        `is_new` says that the file most likely does not exist, `unchanged` what `unchanged()` has just returned for the
        file; both save a call to S3. An existing file is replaced too.
        Raises BadSettings for a permanent error, Unavailable for a temporary one.
        """

    def replacing(self, key: str, before: bytes | None) -> AbstractContextManager[Callable[[Document], ManifestFile]]:
        """Let the block replace a manifest, unless another run replaces or has replaced it.

        `before` is the content that this run has read, None if there was no file. The block receives a function, writes
        the files that the new manifest lists, and then calls the function with the manifest. A local folder allows only
        one process in such a block; S3 compares `before` when the manifest is written. Raises Overtaken if the manifest
        was changed, Conflict if another process is in the block, BadSettings, Unavailable.
        """

    def is_half_written(self, key: str) -> bool:
        """Return whether a process is in the block that replaces this manifest, or was killed in this block.

        Always False in S3, where versions of files do not change.
        """

    def read(self, key: str, version_id: str | None = None, *, most: int | None = None) -> bytes | None:
        """Return the bytes of a file's newest or given version; None if it does not exist.

        Raises BadRequest, before it reads them, if there are more than `most`.
        """

    def holds(self, key: str, sha256: str, version_id: str | None) -> bool:
        """Return whether a file's newest version is this version and has this hash. Raises BadSettings, Unavailable."""

    def unchanged(self, files: Collection[ManifestFile]) -> Mapping[str, Unchanged]:
        """Return by key those of a manifest's files whose newest version is the listed one, and has the listed hash.

        In S3 this needs fewer calls than `holds` for each file: a version never changes, so it is enough to list the
        newest versions. Listing needs s3:ListBucketVersions; without it each file is examined. Raises BadSettings,
        Unavailable.
        """

    def keys(self, prefix: str) -> Iterable[str]:
        """Return the keys with this prefix, in order. Raises BadSettings, Unavailable."""

    def versions(self, prefix: str) -> Iterable[FileVersion]:
        """Return all versions and delete markers of files with this prefix, by key, latest first.

        Raises BadSettings, Unavailable. In S3 this needs s3:ListBucketVersions.
        """

    def delete(self, version: FileVersion) -> None:
        """Delete one version permanently, if it exists. Raises BadSettings, Unavailable.

        In S3 this needs s3:DeleteObjectVersion, which no Lambda function has.
        """

    def remove(self, key: str) -> None:
        """Delete a file, if it exists. Raises BadSettings, Unavailable.

        In S3 this needs s3:DeleteObject, and the file's versions stay under a delete marker until they expire.
        """

    def clean(self) -> int:
        """Delete partly written files of killed processes. Returns their number. Raises BadSettings."""

    def location(self, key: str) -> str:
        """Return the file's location for a person: a path or an s3:// URL."""

    def download_url(self, key: str, version_id: str | None, *, seconds: int, name: str) -> str | None:
        """Return a presigned URL of a version, valid for these seconds; None if the archive has no URLs.

        The file need not exist. A browser shows HTML, and saves other files as `name`. Raises BadRequest for an invalid
        key, BadSettings.
        """

    def check(self) -> None:
        """Check that the archive can be written. Raises BadSettings."""
