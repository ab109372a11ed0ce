"""Revisions in the archive: which number the next one has, and writing one with its manifest last.

Whoever writes a revision has read the manifest before. Its last step puts the new manifest in the place of that very
one, or fails: nobody replaces what he has not seen.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from debrief.delivery.archive.layout import PREFIXES, folder, report_key
from debrief.delivery.archive.manifest import Manifest, ManifestFile, manifest_document, read_listed, read_manifest
from debrief.errors import BadRequest, NotReady, Overtaken
from debrief.pipeline.privacy.tombstones import tombstones

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import SessionRecord
    from debrief.model import Document, Session, State
    from debrief.pipeline.privacy.people_index import PeopleIndex
    from debrief.pipeline.services import Services

log = logging.getLogger(__name__)

T = TypeVar("T")
_TIMES = 3
_BEING_WRITTEN = "The session's documents are being written just now."
_DAMAGED = "The archived file {} is damaged or missing; export the session again."


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


def manifest_to_replace(services: Services, start: datetime, cue_point_id: str, entry_id: str) -> Manifest | None:
    """The same for an export, which needs nothing of it: in place of a damaged one, one that lists no files."""
    key = report_key(start, cue_point_id, "manifest.json")
    body = services.archive.read(key)
    try:
        return read_manifest(body) if body is not None else None
    except BadRequest as error:
        log.warning("The manifest of session %s is written anew: %s", cue_point_id, error)
        return Manifest(cue_point_id, entry_id, "provisional", 0, "", (), body)


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

    Not when it names somebody who was erased, though the figures may be the same: an answer about an hour also names
    guests of the room's other sessions. The files are looked at one by one. In a folder a run that was killed amid a
    later revision has replaced some. In a bucket another run may have put a newer version over one that is listed,
    whose days are counted from then on.
    """
    if manifest is None or revision != Revision(manifest.revision, manifest.state, manifest.content_hash):
        return False
    if not set(wanted) <= {file.name for file in manifest.files}:
        return False
    if not all(services.archive.holds(file.key, file.sha256, file.version_id) for file in manifest.files):
        return False
    erased = tombstones(services).hashes
    index = archived_index(services, manifest) if erased else None
    return index is None or not index.meets(erased)


def write_revision(
    services: Services, session: Session, revision: Revision, documents: Iterable[Document], before: Manifest | None
) -> Manifest:
    """Write every document, then the manifest that vouches for them in the place of the one that was read `before`.

    Raises Overtaken when another run has written a manifest meanwhile, Conflict when one is about to.
    """
    key = report_key(session.start, session.cue_point_id, "manifest.json")
    try:
        with services.archive.replacing(key, before.body if before else None) as replace_manifest:
            files = [ManifestFile.of(services.archive.write(document), document.rows) for document in documents]
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
        if before and services.archive.read(key) is None:  # the session moved to another date, and leaves nothing here
            clear(services, folder(session.start, session.cue_point_id))
        raise
    return manifest


def until_alone(work: Callable[[], T]) -> T:
    """The result of work that is done again, from its first read on, when another run replaced the documents meanwhile.

    In a bucket it has to be: its files lie over those that the other run's manifest lists. Raises Overtaken in the end.
    """
    for _ in range(_TIMES - 1):
        with suppress(Overtaken):
            return work()
    return work()


def clear(services: Services, place: str) -> None:
    """Take away everything of a session that is under another date than the session's.

    The manifest goes first: from then on nobody can write another one there. The index goes last: by it an erasure
    finds what a killed run has left. Raises Conflict when another run is writing there.
    """
    key = f"reports/{place}/manifest.json"
    with services.archive.replacing(key, services.archive.read(key)):
        services.archive.remove(key)
        _clear(services, place)


def _clear(services: Services, place: str) -> None:
    for prefix in PREFIXES:
        for key in list(services.archive.keys(f"{prefix}/{place}/")):
            services.archive.remove(key)


def archived_index(services: Services, manifest: Manifest) -> PeopleIndex | None:
    """The index of people that the manifest vouches for; None when there is none, or another one is being written."""
    from debrief.pipeline.privacy.people_index import NAME as PEOPLE
    from debrief.pipeline.privacy.people_index import read_index

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
        """The bytes that the manifest vouches for.

        Raises NotReady while they are being written, BadRequest when they are damaged or gone.
        """
        body = self._body(file)
        if body is not None:
            return body
        if self._is_passing(file):
            raise NotReady(_BEING_WRITTEN, after=60)
        raise BadRequest(_DAMAGED.format(file.key))

    def version_id(self, file: ManifestFile) -> str | None:
        """The version that holds the file's bytes; None for the newest, as where the listed one is gone."""
        there = self.services.archive
        if there.holds(file.key, file.sha256, file.version_id) or there.read(file.key, file.version_id) is not None:
            return file.version_id
        return None

    def _body(self, file: ManifestFile) -> bytes | None:
        body = read_listed(self.services.archive, file)
        return body if body is not None and hashlib.sha256(body).hexdigest() == file.sha256 else None

    def _is_passing(self, file: ManifestFile) -> bool:
        """Whether another run is writing the session, has written it since the manifest was read, or was killed."""
        key = f"reports/{file.key.split('/', 1)[1].rpartition('/')[0]}/manifest.json"
        return self.services.archive.is_half_written(key) or self.services.archive.read(key) != self.manifest.body
