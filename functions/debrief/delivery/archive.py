"""Where documents are kept: what any archive can do. A folder and S3 implement it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from debrief.model import Document


@dataclass(frozen=True, slots=True)
class Stored:
    """What the archive says of a file after writing it."""

    key: str
    size: int  # bytes
    sha256: str  # lower-case hex
    version_id: str | None = None  # S3 only


class Archive(Protocol):
    """A place for documents under deterministic keys, `/`-separated, each written whole or not at all."""

    def write(self, document: Document) -> Stored:
        """Write one document. Raises BadSettings when the place cannot be written, Unavailable when it may pass."""
        ...

    def read(self, key: str, version_id: str | None = None) -> bytes | None:
        """The bytes under a key (of one version, if asked), or None when there is no such file."""
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
