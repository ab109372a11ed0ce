"""Deletes what no manifest vouches for: old versions, delete markers, and files that a revision no longer has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from debrief.delivery.archive.archive import FileVersion
from debrief.delivery.archive.layout import PREFIXES
from debrief.delivery.archive.manifest import Manifest, read_manifest
from debrief.errors import NotReady
from debrief.pipeline.services import Services

_NO_VERSION = frozenset({None, "null"})  # S3's id of an object that was written before versions were kept
_BUSY = "An export of the session is writing its files just now; run the same command again."


def versions_of(services: Services, folder: str) -> Iterator[FileVersion]:
    """Every version of every file of a session, the index last, and the latest version of a file last."""
    for prefix in PREFIXES:
        yield from reversed(list(services.archive.versions(f"{prefix}/{folder}/")))


def purge(services: Services, folder: str) -> int:
    """Delete everything of a session but its newest revision; all of it when there is none. Returns how many versions.

    The index goes last, since it shows the next run that there is still something to do. Raises NotReady or
    Conflict while a revision is being written.
    """
    manifest_key = f"reports/{folder}/manifest.json"
    body = services.archive.read(manifest_key)
    with services.archive.replacing(manifest_key, body):  # in a folder nobody writes meanwhile
        there = list(versions_of(services, folder))
        if services.archive.read(manifest_key) != body:  # in a bucket somebody does, and the list may lack their files
            raise NotReady(_BUSY, after=60)
        return _purge(services, there, manifest_key, read_manifest(body) if body is not None else None)


def _purge(services: Services, there: Iterable[FileVersion], manifest_key: str, manifest: Manifest | None) -> int:
    gone = [one for one in there if not _stays(manifest, one, manifest_key)]
    if manifest and any(one.is_latest and manifest.file(one.key) for one in gone):
        raise NotReady(_BUSY, after=60)
    for version in gone:
        services.archive.delete(version)
    return len(gone)


def _stays(manifest: Manifest | None, one: FileVersion, manifest_key: str) -> bool:
    if manifest is None or one.is_marker:
        return False
    if one.key == manifest_key:
        return one.is_latest
    file = manifest.file(one.key)
    if file is None:
        return False
    both = {file.version_id, one.version_id}
    return len(both) == 1 or both <= _NO_VERSION
