"""Read, number and write revisions: the versions of a session's documents in the archive.

Each revision has a manifest, which lists its files and is written last. A run reads the manifest before it writes a
revision. The last step fails if the manifest has changed, so no run replaces a revision that it has not read.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from debrief.delivery.archive.archive import ManifestFile
from debrief.delivery.archive.layout import PREFIXES, folder, is_old_list, is_removed_if_left_out, report_key
from debrief.delivery.archive.manifest import Manifest, manifest_document, read_listed, read_manifest
from debrief.errors import BadRequest, NotReady, Overtaken
from debrief.pipeline.privacy.tombstones import known_tombstones

if TYPE_CHECKING:
    from debrief.delivery.archive.archive import Unchanged
    from debrief.delivery.ledger.ledger import SessionRecord
    from debrief.model import Document, Session, State
    from debrief.pipeline.privacy.people_index import PeopleIndex
    from debrief.pipeline.services import Services

log = logging.getLogger(__name__)

T = TypeVar("T")
_ATTEMPTS = 3
_BEING_WRITTEN = "The session's documents are being written now."
_DAMAGED = "The archived file {} is damaged or missing; export the session again."


@dataclass(frozen=True)
class Revision:
    """A version of a session's documents: its number, its state, and the hash of its content."""

    number: int
    state: State
    content_hash: str


def manifest_of(services: Services, start: datetime, cue_point_id: str) -> Manifest | None:
    """Return the manifest of a session's documents; None if the session has no documents yet."""
    body = services.archive.read(report_key(start, cue_point_id, "manifest.json"))
    return read_manifest(body) if body is not None else None


def manifest_to_replace(services: Services, start: datetime, cue_point_id: str, entry_id: str) -> Manifest | None:
    """Return the manifest that an export replaces.

    For a damaged manifest, return one that lists no files; its `body` has the damaged bytes, for write_revision.
    """
    key = report_key(start, cue_point_id, "manifest.json")
    body = services.archive.read(key)
    try:
        return read_manifest(body) if body is not None else None
    except BadRequest as error:
        log.warning("The manifest of session %s is damaged and will be rewritten: %s", cue_point_id, error)
        return Manifest(cue_point_id, entry_id, "provisional", 0, "", (), body)


def next_revision(record: SessionRecord, manifest: Manifest | None, state: State, content_hash: str) -> Revision:
    """Return the revision to write.

    It has the number of the last revision in ledger or archive if the content hash is the same, else the next number.
    """
    last, last_hash = max(
        (record.revision, record.content_hash),
        (manifest.revision, manifest.content_hash) if manifest else (0, ""),
        key=lambda pair: pair[0],
    )
    return Revision(last if last and last_hash == content_hash else last + 1, state, content_hash)


def is_archived(
    services: Services,
    manifest: Manifest | None,
    revision: Revision,
    wanted: Iterable[str],
    *,
    is_checked_again: bool = False,
) -> bool:
    """Return whether the archive already has this revision, with all the documents in `wanted`.

    Each file is checked: in a local folder, a killed run may have replaced files; in a bucket, a
    listed version may have expired after another run wrote a newer one. This takes longer than the next check, so with
    `is_checked_again` the files in a bucket with versions are left to the next check. If the documents name an erased
    person, the result is False. The content hash does not detect this, because a raw answer covers whole clock hours
    and can name guests of the room's other sessions.
    """
    if manifest is None or revision != Revision(manifest.revision, manifest.state, manifest.content_hash):
        return False
    if not set(wanted) <= {file.name for file in manifest.files}:
        return False
    keeps_versions = all(file.version_id for file in manifest.files)
    if not (is_checked_again and keeps_versions):
        unchanged = services.archive.unchanged(manifest.files)
        if not all(file.key in unchanged for file in manifest.files):
            return False
    erased = known_tombstones(services).hashes
    index = archived_index(services, manifest) if erased else None
    return index is None or not index.has_any_of(erased)


def write_revision(
    services: Services,
    session: Session,
    revision: Revision,
    documents: Iterable[Document],
    before: Manifest | None,
    find_unchanged: Callable[[], Mapping[str, Unchanged]] | None = None,
) -> Manifest:
    """Write every document, then the manifest that lists the documents and replaces the manifest `before`.

    `find_unchanged` returns `archive.unchanged` of the files in `before`, and is called while no other run replaces
    them.
    Raises Overtaken if another run has replaced `before` in the meantime, Conflict while another run is replacing it.
    """
    key = report_key(session.start, session.cue_point_id, "manifest.json")
    try:
        with services.archive.replacing(key, before.body if before else None) as replace_manifest:
            listed = {file.key for file in before.files} if before else set()
            unchanged: Mapping[str, Unchanged] = {}
            if before:
                unchanged = find_unchanged() if find_unchanged else services.archive.unchanged(before.files)
            files = [
                services.archive.write(
                    document, is_new=document.key not in listed, unchanged=unchanged.get(document.key)
                )
                for document in documents
            ]
            manifest = Manifest(
                session.cue_point_id,
                session.entry_id,
                revision.state,
                revision.number,
                revision.content_hash,
                tuple(files),
            )
            replace_manifest(manifest_document(manifest, key))
            for old in listed.difference(file.key for file in files):
                if is_removed_if_left_out(old):
                    services.archive.remove(old)
    except Overtaken:
        if before and services.archive.read(key) is None:  # the session was moved to another date
            remove_documents(services, folder(session.start, session.cue_point_id))
        raise
    for file in before.files if before else ():
        if is_old_list(file.key):  # lists of version 1.0 name wrong people, and have other keys than the new lists
            services.archive.remove(file.key)
    return manifest


def retry_if_overtaken(work: Callable[[], T]) -> T:
    """Return the result of `work`. Repeat the work when another run has replaced the documents in the meantime.

    In a bucket this is necessary: `work` has by then written newer versions of files that the other run's manifest
    lists, and the listed versions will expire. Raises Overtaken after the last attempt.
    """
    for _ in range(_ATTEMPTS - 1):
        with suppress(Overtaken):
            return work()
    return work()


def remove_documents(services: Services, session_folder: str) -> None:
    """Remove a session's files from the folder of a former date.

    The manifest is removed first, so that no run can replace it. The people index is removed last, because an erasure
    uses it to find files that a killed run has left. Raises Conflict while another run writes to the folder.
    """
    manifest_key = f"reports/{session_folder}/manifest.json"
    with services.archive.replacing(manifest_key, services.archive.read(manifest_key)):
        services.archive.remove(manifest_key)
        for prefix in PREFIXES:
            for key in list(services.archive.keys(f"{prefix}/{session_folder}/")):
                services.archive.remove(key)


def archived_index(services: Services, manifest: Manifest) -> PeopleIndex | None:
    """Return the people index, a file that the manifest lists; None when it is missing or being rewritten."""
    from debrief.pipeline.privacy.people_index import NAME as PEOPLE
    from debrief.pipeline.privacy.people_index import read_index

    files = Files(services, manifest)
    file = next((file for file in manifest.files if file.key.startswith("index/") and file.name == PEOPLE), None)
    return read_index(files.read(file)) if file and files.holds(file) else None


@dataclass(frozen=True)
class Files:
    """The files that the manifest of one revision lists."""

    services: Services
    manifest: Manifest

    def named(self, name: str) -> ManifestFile | None:
        """Return the document with that name; None if the revision has no such document."""
        return self._documents.get(name)

    @cached_property
    def _documents(self) -> dict[str, ManifestFile]:
        """Return the documents by name."""
        return {file.name: file for file in reversed(self.manifest.files) if file.key.startswith("reports/")}

    def holds(self, file: ManifestFile) -> bool:
        """Return whether the archive has the file with its listed content."""
        return self._body(file) is not None

    def read(self, file: ManifestFile) -> bytes:
        """Read a file. Raises NotReady while it is being written, BadRequest if it is damaged or missing."""
        body = self._body(file)
        if body is not None:
            return body
        if self._is_temporary(file):
            raise NotReady(_BEING_WRITTEN, after=60)
        raise BadRequest(_DAMAGED.format(file.key))

    def version_id(self, file: ManifestFile) -> str | None:
        """Return the file's version in a bucket; None if it no longer exists; the newest is used then."""
        archive = self.services.archive
        if archive.holds(file.key, file.sha256, file.version_id) or archive.read(file.key, file.version_id) is not None:
            return file.version_id
        return None

    def _body(self, file: ManifestFile) -> bytes | None:
        body = read_listed(self.services.archive, file)
        return body if body is not None and hashlib.sha256(body).hexdigest() == file.sha256 else None

    def _is_temporary(self, file: ManifestFile) -> bool:
        """Return whether another run is writing the documents, has rewritten them, or was killed while writing."""
        key = f"reports/{'/'.join(file.key.split('/')[1:3])}/manifest.json"
        return self.services.archive.is_half_written(key) or self.services.archive.read(key) != self.manifest.body
