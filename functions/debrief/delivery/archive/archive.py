"""The interface of archives; a folder and S3 implement it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from debrief.delivery.archive import layout

if TYPE_CHECKING:
    from debrief.model import Document

OVERTAKEN = "Another run has replaced the session's documents in the meantime."
BUSY = "Another run is writing the session's documents now."


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """A file in the archive as a manifest lists it: its size in bytes, a table's number of rows, its version on S3."""

    key: str
    bytes: int
    sha256: str  # lower-case hex
    rows: int | None = None
    version_id: str | None = None

    @property
    def name(self) -> str:
        return layout.name_in(self.key)


@dataclass(frozen=True, slots=True)
class FileVersion:
    """One version of a file. A folder has one version of each file, without an id.

    With `is_marker` it is a delete marker; S3 keeps the versions before it.
    """

    key: str
    version_id: str | None
    is_latest: bool
    is_marker: bool = False


class Archive(Protocol):
    """A store of documents under deterministic, `/`-separated keys. Writes are atomic."""

    def write(self, document: Document) -> ManifestFile:
        """Write one document. Returns its entry for a manifest.

        Raises BadSettings for a permanent error, Unavailable for a temporary one.
        """

    def replacing(self, key: str, before: bytes | None) -> AbstractContextManager[Callable[[Document], ManifestFile]]:
        """Replace a file, and before it the files that it lists, unless another run does so.

        `before` is the file's content as read, None for no file. The block receives the function that writes the file.
        A folder allows one process in such a block; S3 compares when the file is written. Raises Overtaken when the
        file was changed, Conflict when another process is in the block, BadSettings, Unavailable.
        """

    def is_half_written(self, key: str) -> bool:
        """Return whether a process is in the block that replaces this file, or was killed there.

        Always False on S3, where versions of files do not change.
        """

    def read(self, key: str, version_id: str | None = None) -> bytes | None:
        """Return a file's bytes, optionally of one version; None when it does not exist."""

    def holds(self, key: str, sha256: str, version_id: str | None) -> bool:
        """Return whether the newest file is this version with these bytes. Raises BadSettings, Unavailable."""

    def keys(self, prefix: str) -> Iterable[str]:
        """Return the keys with this prefix, in order. Raises BadSettings, Unavailable."""

    def versions(self, prefix: str) -> Iterable[FileVersion]:
        """Return all versions of files with this prefix, by key, latest first. Raises BadSettings, Unavailable.

        On S3 this needs s3:ListBucketVersions, which no function of the stack has.
        """

    def delete(self, version: FileVersion) -> None:
        """Delete one version permanently, if it exists. Raises BadSettings, Unavailable.

        On S3 this needs s3:DeleteObjectVersion, which no function of the stack has.
        """

    def remove(self, key: str) -> None:
        """Delete a file, if it exists. Raises BadSettings, Unavailable.

        On S3 its versions stay under a delete marker until they expire. This needs s3:DeleteObject.
        """

    def clean(self) -> int:
        """Delete partly written files of killed processes. Returns their number. Raises BadSettings."""

    def location(self, key: str) -> str:
        """Return the file's location for a person: a path or an s3:// URL."""

    def download_url(self, key: str, version_id: str | None, *, seconds: int, name: str) -> str | None:
        """Return a public URL that is valid for these seconds; None when the archive has no URLs.

        It leads to the given version, and the file need not exist. A browser saves the file as `name` and shows HTML.
        Raises BadRequest for an invalid key, BadSettings.
        """

    def check(self) -> None:
        """Check that the archive can be written. Raises BadSettings."""
