"""Revisions in the archive: read the current one, number the next, and write it with its manifest last.

A run reads the manifest before it writes a revision. The last step replaces exactly that manifest, or fails: a run
never replaces a revision that it has not read.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from debrief.delivery.archive.archive import ManifestFile
from debrief.delivery.archive.layout import PREFIXES, folder, is_old_list, report_key
from debrief.delivery.archive.manifest import Manifest, manifest_document, read_listed, read_manifest
from debrief.errors import BadRequest, NotReady, Overtaken
from debrief.pipeline.privacy.tombstones import tombstones

if TYPE_CHECKING:
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
    """The number, state and content hash of a revision."""

    number: int
    state: State
    content_hash: str


def manifest_of(services: Services, start: datetime, cue_point_id: str) -> Manifest | None:
    """Return the manifest of a session's documents; None when there are no documents yet."""
    body = services.archive.read(report_key(start, cue_point_id, "manifest.json"))
    return read_manifest(body) if body is not None else None


def manifest_to_replace(services: Services, start: datetime, cue_point_id: str, entry_id: str) -> Manifest | None:
    """Return the manifest for an export: an empty manifest in place of a damaged one, so that it can be replaced."""
    key = report_key(start, cue_point_id, "manifest.json")
    body = services.archive.read(key)
    try:
        return read_manifest(body) if body is not None else None
    except BadRequest as error:
        log.warning("The manifest of session %s is rewritten: %s", cue_point_id, error)
        return Manifest(cue_point_id, entry_id, "provisional", 0, "", (), body)


def next_revision(record: SessionRecord, manifest: Manifest | None, state: State, content_hash: str) -> Revision:
    """Return the last revision in ledger or archive if the content is the same, else the next number."""
    last, last_hash = max(
        (record.revision, record.content_hash),
        (manifest.revision, manifest.content_hash) if manifest else (0, ""),
        key=lambda pair: pair[0],
    )
    return Revision(last if last and last_hash == content_hash else last + 1, state, content_hash)


def is_archived(services: Services, manifest: Manifest | None, revision: Revision, wanted: Iterable[str]) -> bool:
    """Return whether the archive already has this revision, with all the documents in `wanted`.

    Each file is checked: in a folder a killed run may have replaced some files; in a bucket another run may have
    written newer versions, and the listed ones expire. False too when the documents name an erased person.
    Figures of this session do not show this: a raw answer covers a full hour and can name guests of the room's other
    sessions.
    """
    if manifest is None or revision != Revision(manifest.revision, manifest.state, manifest.content_hash):
        return False
    if not set(wanted) <= {file.name for file in manifest.files}:
        return False
    if not all(services.archive.holds(file.key, file.sha256, file.version_id) for file in manifest.files):
        return False
    erased = tombstones(services).hashes
    index = archived_index(services, manifest) if erased else None
    return index is None or not index.has_any_of(erased)


def write_revision(
    services: Services, session: Session, revision: Revision, documents: Iterable[Document], before: Manifest | None
) -> Manifest:
    """Write every document, then the manifest that lists them, in place of the manifest `before`.

    Raises Overtaken when another run has written a manifest in the meantime, Conflict while another run is writing one.
    """
    key = report_key(session.start, session.cue_point_id, "manifest.json")
    try:
        with services.archive.replacing(key, before.body if before else None) as replace_manifest:
            files = list(map(services.archive.write, documents))
            manifest = Manifest(
                session.cue_point_id,
                session.entry_id,
                revision.state,
                revision.number,
                revision.content_hash,
                tuple(files),
            )
            replace_manifest(manifest_document(manifest, key))
    except Overtaken:
        if before and services.archive.read(key) is None:  # the session was moved to another date
            remove_documents(services, folder(session.start, session.cue_point_id))
        raise
    _remove_old_lists(services, before)
    return manifest


def _remove_old_lists(services: Services, before: Manifest | None) -> None:
    """Remove the follow-up lists of version 1.0, which the new ones replace: an old list names wrong people."""
    for file in before.files if before else ():
        if is_old_list(file.key):
            services.archive.remove(file.key)


def retry_if_overtaken(work: Callable[[], T]) -> T:
    """Return the result of `work`. Repeat the work when another run has replaced the documents in the meantime.

    In a bucket it must be repeated: its files are newer than those that the other run's manifest lists. Raises
    Overtaken after the last attempt.
    """
    for _ in range(_ATTEMPTS - 1):
        with suppress(Overtaken):
            return work()
    return work()


def remove_documents(services: Services, session_folder: str) -> None:
    """Remove a session's files from the folder of a former date.

    The manifest is removed first, so that no run can replace it. The index is removed last, because an erasure uses it
    to find what a killed run has left. Raises Conflict while another run is writing there.
    """
    manifest_key = f"reports/{session_folder}/manifest.json"
    with services.archive.replacing(manifest_key, services.archive.read(manifest_key)):
        services.archive.remove(manifest_key)
        for prefix in PREFIXES:
            for key in list(services.archive.keys(f"{prefix}/{session_folder}/")):
                services.archive.remove(key)


def archived_index(services: Services, manifest: Manifest) -> PeopleIndex | None:
    """Return the index of people that the manifest lists; None when it is missing or being rewritten."""
    from debrief.pipeline.privacy.people_index import NAME as PEOPLE
    from debrief.pipeline.privacy.people_index import read_index

    files = Files(services, manifest)
    file = next((file for file in manifest.files if file.key.startswith("index/") and file.name == PEOPLE), None)
    return read_index(files.read(file)) if file and files.holds(file) else None


@dataclass(frozen=True)
class Files:
    """The files of one revision, as its manifest lists them."""

    services: Services
    manifest: Manifest

    def named(self, name: str) -> ManifestFile | None:
        """Return the document with that name; None when the revision has no such document."""
        files = (file for file in self.manifest.files if file.key.startswith("reports/") and file.name == name)
        return next(files, None)

    def holds(self, file: ManifestFile) -> bool:
        """Return whether the archive has the file that the manifest lists."""
        return self._body(file) is not None

    def read(self, file: ManifestFile) -> bytes:
        """Read the file that the manifest lists.

        Raises NotReady while it is being written, BadRequest when it is damaged or missing.
        """
        body = self._body(file)
        if body is not None:
            return body
        if self._is_temporary(file):
            raise NotReady(_BEING_WRITTEN, after=60)
        raise BadRequest(_DAMAGED.format(file.key))

    def version_id(self, file: ManifestFile) -> str | None:
        """Return the file's version in a bucket. None means the newest, also if the listed version no longer exists."""
        archive = self.services.archive
        if archive.holds(file.key, file.sha256, file.version_id) or archive.read(file.key, file.version_id) is not None:
            return file.version_id
        return None

    def _body(self, file: ManifestFile) -> bytes | None:
        body = read_listed(self.services.archive, file)
        return body if body is not None and hashlib.sha256(body).hexdigest() == file.sha256 else None

    def _is_temporary(self, file: ManifestFile) -> bool:
        """Return whether another run is writing the session, has rewritten it, or was killed while writing."""
        key = f"reports/{'/'.join(file.key.split('/')[1:3])}/manifest.json"
        return self.services.archive.is_half_written(key) or self.services.archive.read(key) != self.manifest.body
