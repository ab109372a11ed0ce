"""Read and write manifests. A manifest lists a revision's files, and is written last.

Readers start from the manifest and compare each file's hash, so they never use a partly written revision.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from debrief.delivery.archive.archive import ManifestFile
from debrief.delivery.archive.safe_names import check_key
from debrief.errors import BadRequest

if TYPE_CHECKING:
    from debrief.delivery.archive.archive import Archive
    from debrief.model import Document, State

SCHEMA = "debrief.manifest/1"
_SHA256 = re.compile(r"[0-9a-f]{64}")


def read_listed(archive: Archive, file: ManifestFile) -> bytes | None:
    """Read the listed version of a file, or else the newest version, which may be identical; None if neither exists."""
    body = archive.read(file.key, file.version_id)
    return archive.read(file.key) if body is None and file.version_id else body


@dataclass(frozen=True, slots=True)
class Manifest:
    """One revision of a session's documents."""

    cue_point_id: str
    entry_id: str
    state: State
    revision: int
    content_hash: str
    files: tuple[ManifestFile, ...]
    body: bytes | None = field(default=None, compare=False, repr=False)  # the bytes from which the manifest was read

    def file(self, key: str) -> ManifestFile | None:
        return next((file for file in self.files if file.key == key), None)


def manifest_document(manifest: Manifest, key: str) -> Document:
    """Return the manifest as a document with files sorted by key. The same manifest gives the same bytes."""
    from debrief.model import Document  # imported here, because readers of manifests do not need it

    content = {
        "schema": SCHEMA,
        "session": {"cue_point_id": manifest.cue_point_id, "entry_id": manifest.entry_id},
        "state": manifest.state,
        "revision": manifest.revision,
        "content_hash": manifest.content_hash,
        "files": [asdict(file) for file in sorted(manifest.files, key=lambda file: file.key)],
    }
    return Document(key, (json.dumps(content, indent=1) + "\n").encode(), "application/json")


@lru_cache(maxsize=32)  # the same bytes give the same manifest
def read_manifest(body: bytes) -> Manifest:
    """Read a manifest. Raises BadRequest if it is damaged or has another schema."""
    try:
        content = json.loads(body)
        if content["schema"] != SCHEMA:
            raise BadRequest(f"The manifest does not have the schema {SCHEMA}, the only one that this version reads.")
        return _manifest(content, body)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadRequest("The manifest is damaged; export the session again.") from None


def _manifest(content: dict[str, Any], body: bytes) -> Manifest:
    session, state = content["session"], content["state"]
    if state not in {"provisional", "final"}:
        raise ValueError(state)
    return Manifest(
        cue_point_id=_text(session["cue_point_id"]),
        entry_id=_text(session["entry_id"]),
        state=state,
        revision=_count(content["revision"]),
        content_hash=_text(content["content_hash"]),
        files=tuple(_file(item) for item in content["files"]),
        body=body,
    )


def _file(item: dict[str, Any]) -> ManifestFile:
    if not _SHA256.fullmatch(item["sha256"]):
        raise ValueError(item["sha256"])
    return ManifestFile(
        key=check_key(_text(item["key"])),
        bytes=_count(item["bytes"]),
        sha256=item["sha256"],
        rows=None if item["rows"] is None else _count(item["rows"]),
        version_id=None if item["version_id"] is None else _text(item["version_id"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError
    return value
