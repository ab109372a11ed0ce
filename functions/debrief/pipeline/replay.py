"""Makes a session's documents again from the archive alone, with today's code and templates; nobody is mailed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from debrief.collector import collector_paused
from debrief.delivery.ledger import SessionRecord
from debrief.delivery.manifest import Manifest
from debrief.documents.summary import from_json
from debrief.documents.told import told
from debrief.errors import BadRequest, UnknownSession
from debrief.model import Document, Summary
from debrief.pipeline.documents import Figures, documents, figures, tiers_of
from debrief.pipeline.records import save
from debrief.pipeline.retelling import retold
from debrief.pipeline.revisions import Files, Revision, manifest_of, next_revision, write_revision
from debrief.pipeline.services import Services

Change: TypeAlias = Literal["same", "drawn", "figures"]


@dataclass(frozen=True)
class Replayed:
    """What a replay made, or would make, of one session.

    `same`: the archive holds just these bytes. `drawn`: the figures are the same, the documents are drawn otherwise.
    `figures`: the code finds other figures or rows, which makes a new revision. `files` are those that differ.
    """

    cue_point_id: str
    change: Change
    revision: int
    files: tuple[str, ...] = ()


def replay(services: Services, record: SessionRecord, *, dry: bool = False) -> Replayed:
    """One session's documents again. With `dry` nothing is written. Safe to be killed and run again.

    State and check stay as they are, and so does the revision's number while the figures are the same. Raises
    UnknownSession when there are no documents, BadRequest when the archive holds too little, NotReady.
    """
    manifest = manifest_of(services, record.start, record.cue_point_id)
    if manifest is None:
        raise UnknownSession(f"The archive has no documents of session {record.cue_point_id}; export it first.")
    summary = archived_summary(services, manifest)
    made = _figures(services, manifest, summary)
    revision = next_revision(record, manifest, manifest.state, made.content_hash)
    tiers = tiers_of(file.name for file in manifest.files)
    new = documents(made, services.settings, revision, tiers, summary.check_minutes)
    if dry:
        return _told(manifest, revision, _differing(manifest, new))
    written = write_revision(services, made.data.session, revision, new)
    _remember(services, record, made, revision)
    return _told(manifest, revision, _changed(manifest, written))


def archived_summary(services: Services, manifest: Manifest) -> Summary:
    """The summary that the manifest vouches for. Raises BadRequest, NotReady."""
    files = Files(services, manifest)
    file = files.named("summary.json")
    if file is None:
        raise BadRequest("The archive has no summary.json of the session; export it again.")
    return from_json(files.read(file))


@collector_paused()
def _figures(services: Services, manifest: Manifest, summary: Summary) -> Figures:
    return figures(retold(services, manifest, summary), services.settings)


def _remember(services: Services, record: SessionRecord, made: Figures, revision: Revision) -> None:
    """The ledger follows the archive: the next check compares with what is there now, and mails tell its figures."""
    history = {**record.history, revision.number: told(made.summary)}
    after = replace(record, revision=revision.number, content_hash=revision.content_hash, history=history)
    if after != record:
        save(services, after)


def _told(manifest: Manifest, revision: Revision, files: tuple[str, ...]) -> Replayed:
    change: Change = "figures" if revision.number != manifest.revision else "drawn" if files else "same"
    return Replayed(manifest.cue_point_id, change, revision.number, files)


def _differing(manifest: Manifest, made: Iterable[Document]) -> tuple[str, ...]:
    """The keys of the documents whose bytes are not those that the manifest vouches for."""
    sums = ((document.key, hashlib.sha256(document.body).hexdigest()) for document in made)
    return tuple(key for key, digest in sums if (file := manifest.file(key)) is None or file.sha256 != digest)


def _changed(before: Manifest, after: Manifest) -> tuple[str, ...]:
    sums = {file.key: file.sha256 for file in before.files}
    return tuple(file.key for file in after.files if sums.get(file.key) != file.sha256)
