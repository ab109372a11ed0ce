"""Revisions in the archive: which number the next one has, and writing one with its manifest last."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from debrief.delivery.manifest import Manifest, ManifestFile, manifest_document, read_manifest
from debrief.documents.keys import PREFIXES, report_key
from debrief.errors import NotReady

if TYPE_CHECKING:
    from debrief.delivery.ledger import SessionRecord
    from debrief.model import Document, Session, State
    from debrief.pipeline.forgetting.people import PeopleIndex
    from debrief.pipeline.services import Services


@dataclass(frozen=True)
class Revision:
    """What a session's documents are to be: number, state and the hash of their content."""

    number: int
    state: State
    content_hash: str


def manifest_of(services: Services, start: datetime, cue_point_id: str) -> Manifest | None:
    """The manifest of a session's documents, or None when there are none yet."""
    body = services.archive.read(report_key(start, cue_point_id, "manifest.json"))
    return read_manifest(body) if body is not None else None


def next_revision(record: SessionRecord, manifest: Manifest | None, state: State, content_hash: str) -> Revision:
    """The same number for the same content, whether the ledger or only the archive knows of it; else the next."""
    last, last_hash = max(
        (record.revision, record.content_hash),
        (manifest.revision, manifest.content_hash) if manifest else (0, ""),
        key=lambda pair: pair[0],
    )
    return Revision(last if last and last_hash == content_hash else last + 1, state, content_hash)


def stands(services: Services, manifest: Manifest | None, revision: Revision, wanted: Iterable[str]) -> bool:
    """Whether the archive holds exactly this already, with the documents that are wanted by name.

    A folder keeps no old versions of a file: there a run that was killed amid a later revision has replaced some, so
    they are looked at one by one.
    """
    if manifest is None or revision != Revision(manifest.revision, manifest.state, manifest.content_hash):
        return False
    if not set(wanted) <= {file.name for file in manifest.files}:
        return False
    there = Files(services, manifest)
    return all(file.version_id or there.holds(file) for file in manifest.files)


def write_revision(services: Services, session: Session, revision: Revision, documents: Iterable[Document]) -> Manifest:
    """Write every document, then the manifest that vouches for them."""
    files = [ManifestFile.of(services.archive.write(document), document.rows) for document in documents]
    manifest = Manifest(
        session.cue_point_id,
        session.entry_id,
        revision.state,
        revision.number,
        revision.content_hash,
        tuple(files),
    )
    key = report_key(session.start, session.cue_point_id, "manifest.json")
    services.archive.write(manifest_document(manifest, key))
    return manifest


def clear(services: Services, folder: str) -> None:
    """Take away everything of a session that is under another date than the session's.

    The index goes last: by it an erasure finds what a killed run has left.
    """
    for prefix in PREFIXES:
        for key in list(services.archive.keys(f"{prefix}/{folder}/")):
            services.archive.remove(key)


def archived_index(services: Services, manifest: Manifest) -> PeopleIndex | None:
    """The index of people that the manifest vouches for; None when there is none, or another one is being written."""
    from debrief.pipeline.forgetting.people import NAME as PEOPLE
    from debrief.pipeline.forgetting.people import read_index

    files = Files(services, manifest)
    file = next((file for file in manifest.files if file.key.startswith("index/") and file.name == PEOPLE), None)
    return read_index(files.read(file)) if file and files.holds(file) else None


@dataclass(frozen=True)
class Files:
    """One revision's documents for people, as its manifest lists them."""

    services: Services
    manifest: Manifest

    def named(self, name: str) -> ManifestFile | None:
        """The file of that name, or None when the revision has none."""
        found = (file for file in self.manifest.files if file.key.startswith("reports/") and file.name == name)
        return next(found, None)

    def holds(self, file: ManifestFile) -> bool:
        """Whether the archive has the bytes that the manifest vouches for."""
        return self._body(file) is not None

    def read(self, file: ManifestFile) -> bytes:
        """The bytes that the manifest vouches for. Raises NotReady when others are there: a revision being written."""
        body = self._body(file)
        if body is None:
            raise NotReady("The session's documents are being written just now.", after=60)
        return body

    def _body(self, file: ManifestFile) -> bytes | None:
        body = self.services.archive.read(file.key, file.version_id)
        return body if body is not None and hashlib.sha256(body).hexdigest() == file.sha256 else None
