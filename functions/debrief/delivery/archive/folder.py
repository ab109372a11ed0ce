"""An archive in a local folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from debrief.delivery.archive.archive import BUSY, OVERTAKEN, FileVersion, ManifestFile, Unchanged, too_large
from debrief.delivery.archive.atomic_files import check_folder, read_or_none, remove, remove_leftovers, write_atomically
from debrief.delivery.archive.lock import try_lock
from debrief.delivery.archive.safe_names import check_key
from debrief.errors import BadSettings, Conflict, Overtaken

if TYPE_CHECKING:
    from debrief.model import Document


class FolderArchive:
    """An Archive in a folder, which the first write creates. The folder keeps no old versions of files."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(
        self,
        document: Document,
        *,
        is_new: bool = False,  # noqa: ARG002
        unchanged: Unchanged | None = None,
    ) -> ManifestFile:
        """Write one document, unless the file is identical. Raises BadRequest, BadSettings."""
        sha256 = hashlib.sha256(document.body).hexdigest()
        if unchanged is None or unchanged.file.sha256 != sha256:
            write_atomically(self._path(document.key), document.body)
        return ManifestFile(document.key, len(document.body), sha256, document.rows)

    @contextmanager
    def replacing(self, key: str, before: bytes | None) -> Iterator[Callable[[Document], ManifestFile]]:
        with try_lock(self._lock(key)) as is_locked:
            if not is_locked:
                raise Conflict(BUSY)
            if self.read(key) == before:
                yield self.write
                return
        raise Overtaken(OVERTAKEN)  # outside the block, so that the lock file is deleted: nothing is partly written

    def is_half_written(self, key: str) -> bool:
        return self._lock(key).exists()

    def read(self, key: str, version_id: str | None = None, *, most: int | None = None) -> bytes | None:
        """Return a file's bytes; None if it does not exist, or if a version id is given."""
        path = self._path(key)
        if most is not None and path.is_file() and path.stat().st_size > most:
            raise too_large(most)
        return None if version_id else read_or_none(path)

    def holds(self, key: str, sha256: str, version_id: str | None) -> bool:
        """Return whether a file has this hash; False if a version id is given."""
        body = self.read(key, version_id)
        return body is not None and hashlib.sha256(body).hexdigest() == sha256

    def unchanged(self, files: Collection[ManifestFile]) -> Mapping[str, Unchanged]:
        return {file.key: Unchanged(file) for file in files if self.holds(file.key, file.sha256, file.version_id)}

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys with this prefix, in order, without hidden files such as the ledger."""
        folder = self._root / prefix.rpartition("/")[0]
        paths = folder.rglob("*") if folder.is_dir() else ()
        found = (path.relative_to(self._root) for path in paths if path.is_file())
        names = (path.as_posix() for path in found if not any(part.startswith(".") for part in path.parts))
        yield from sorted(name for name in names if name.startswith(prefix))

    def versions(self, prefix: str) -> Iterator[FileVersion]:
        """Return the files, each as its only version."""
        return (FileVersion(key, None, is_latest=True) for key in self.keys(prefix))

    def delete(self, version: FileVersion) -> None:
        remove(self._path(version.key))

    def remove(self, key: str) -> None:
        """Delete a file, and its folder if this is empty. Raises BadSettings if the file cannot be deleted."""
        path = self._path(key)
        remove(path)
        with suppress(OSError):  # not empty, or already deleted
            path.parent.rmdir()

    def clean(self) -> int:
        return remove_leftovers(self._root)

    def location(self, key: str) -> str:
        return str(self._path(key))

    def download_url(self, key: str, version_id: str | None, *, seconds: int, name: str) -> None:  # noqa: ARG002
        """Return None: a folder has no URLs."""
        check_key(key)

    def check(self) -> None:
        check_folder(self._root)

    def _lock(self, key: str) -> Path:
        """Return the lock file of a key. It exists while a process replaces the file, or if the process was killed."""
        return self._root / ".debrief" / "locks" / hashlib.sha256(check_key(key).encode()).hexdigest()[:32]

    def _path(self, key: str) -> Path:
        _, *inside = accumulate((str(self._root), *check_key(key).split("/")), os.path.join)
        path = Path(inside[-1])
        if any(map(os.path.islink, inside)) and not path.resolve().is_relative_to(self._root.resolve()):
            raise BadSettings(f"{self._root} contains a symbolic link that leads out of the archive.")
        return path
