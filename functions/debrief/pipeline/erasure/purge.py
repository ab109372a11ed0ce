"""Delete everything that is not in the current manifest: old versions, delete markers, obsolete files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from debrief.delivery.archive.archive import FileVersion
from debrief.delivery.archive.layout import PREFIXES
from debrief.delivery.archive.manifest import Manifest, read_manifest
from debrief.errors import NotReady
from debrief.pipeline.services import Services

_NO_VERSION = frozenset({None, "null"})  # S3's id of an object that was written before versioning was enabled
_BUSY = "An export of the session is writing its files now; run the same command again."


def versions_of(services: Services, folder: str) -> Iterator[FileVersion]:
    """Yield every version and delete marker of a session: the people index last, and of a file the latest one last."""
    for prefix in PREFIXES:
        yield from reversed(list(services.archive.versions(f"{prefix}/{folder}/")))


def purge(services: Services, folder: str) -> int:
    """Delete everything of a session except its newest revision. Returns the number of deleted versions.

    The index is deleted last, because it shows the next run after a kill that files are left. The delete marker of a
    removed file is deleted after the file's versions, so the file never becomes readable again. Raises NotReady or
    Conflict while a revision is being written.
    """
    manifest_key = f"reports/{folder}/manifest.json"
    body = services.archive.read(manifest_key)
    with services.archive.replacing(manifest_key, body):  # blocks other writers in a local folder, but not in a bucket
        versions = list(versions_of(services, folder))
        if services.archive.read(manifest_key) != body:  # possible in a bucket: `versions` may lack new files
            raise NotReady(_BUSY, after=60)
        return _purge(services, versions, manifest_key, read_manifest(body) if body is not None else None)


def _purge(services: Services, versions: Iterable[FileVersion], manifest_key: str, manifest: Manifest | None) -> int:
    obsolete = [version for version in versions if not _is_current(manifest, version, manifest_key)]
    if manifest and any(version.is_latest and manifest.file(version.key) for version in obsolete):
        raise NotReady(_BUSY, after=60)
    for version in obsolete:
        services.archive.delete(version)
    return len(obsolete)


def _is_current(manifest: Manifest | None, version: FileVersion, manifest_key: str) -> bool:
    if manifest is None or version.is_marker:
        return False
    if version.key == manifest_key:
        return version.is_latest
    file = manifest.file(version.key)
    if file is None:
        return False
    both = {file.version_id, version.version_id}
    return len(both) == 1 or both <= _NO_VERSION
