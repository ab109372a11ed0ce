"""Where documents are kept: what any archive can do. A folder and S3 implement it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from debrief.model import Document

OVERTAKEN = "Another run has replaced the session's documents meanwhile."
BUSY = "Another run is writing the session's documents just now."


@dataclass(frozen=True, slots=True)
class Stored:
    """What the archive says of a file after writing it."""

    key: str
    size: int  # bytes
    sha256: str  # lower-case hex
    version_id: str | None = None  # S3 only


@dataclass(frozen=True, slots=True)
class FileVersion:
    """One version of a file that is kept. A folder keeps one of each file, without an id.

    A `marker` says that the file was deleted; S3 keeps what was there before it.
    """

    key: str
    version_id: str | None
    is_latest: bool
    is_marker: bool = False


class Archive(Protocol):
    """A place for documents under deterministic keys, `/`-separated, each written whole or not at all."""

    def write(self, document: Document) -> Stored:
        """Write one document. Raises BadSettings when the place cannot be written, Unavailable when it may pass."""
        ...

    def replacing(self, key: str, before: bytes | None) -> AbstractContextManager[Callable[[Document], Stored]]:
        """Replace one file, and first others that it speaks of, unless somebody else does so meanwhile.

        `before` are the bytes that were read under the key, None for no file. The block gets what writes the file. A
        folder lets one process at a time into such a block; S3 compares when the file is written. Raises Overtaken when
        the file is another one by now, Conflict when somebody else is in the block, BadSettings, Unavailable.
        """
        ...

    def is_half_written(self, key: str) -> bool:
        """Whether somebody is in the block that replaces this file, or was killed there.

        Never on S3, where a file of which the version is known never changes.
        """
        ...

    def read(self, key: str, version_id: str | None = None) -> bytes | None:
        """The bytes under a key (of one version, if asked), or None when there is no such file."""
        ...

    def holds(self, key: str, sha256: str, version_id: str | None) -> bool:
        """Whether the newest file under a key is that version, with these bytes. Raises BadSettings, Unavailable."""
        ...

    def keys(self, prefix: str) -> Iterable[str]:
        """The keys of all files that start so, in order. Raises BadSettings, Unavailable."""
        ...

    def versions(self, prefix: str) -> Iterable[FileVersion]:
        """Every version of every file whose key starts so, by key, the latest first. Raises BadSettings, Unavailable.

        On S3 it takes s3:ListBucketVersions, which no function of the stack has.
        """
        ...

    def delete(self, version: FileVersion) -> None:
        """Delete one version for good; nothing happens when it is gone already. Raises BadSettings, Unavailable.

        On S3 it takes s3:DeleteObjectVersion, which no function of the stack has.
        """
        ...

    def remove(self, key: str) -> None:
        """Take a file away, if it is there. Raises BadSettings, Unavailable.

        On S3 its versions stay under a delete marker until the lifecycle ends them. It takes s3:DeleteObject.
        """
        ...

    def clean(self) -> int:
        """Delete what killed writers left half written anywhere; returns how many. Raises BadSettings."""
        ...

    def location(self, key: str) -> str:
        """Where a person finds the file: a file name or an s3:// address."""
        ...

    def download_url(self, key: str, version_id: str | None, *, seconds: int, name: str) -> str | None:
        """An address under which anyone can get the file for so many seconds, or None where the archive has none.

        It leads to one version of the file, if given, and whether or not there is such a file. A browser saves it as
        `name`; HTML it shows. Raises BadRequest for a key that is no file name, BadSettings.
        """
        ...

    def check(self) -> None:
        """Prove that the archive can be written; raises BadSettings with one sentence."""
        ...
