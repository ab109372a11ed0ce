"""The archive as a folder on this machine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from debrief.delivery.archive.archive import BUSY, OVERTAKEN, FileVersion, Stored
from debrief.delivery.archive.atomic_files import check_folder, read_if_there, remove, remove_leftovers, write_whole
from debrief.delivery.archive.lock import locked
from debrief.delivery.archive.safe_names import check_key
from debrief.errors import BadSettings, Conflict, Overtaken

if TYPE_CHECKING:
    from debrief.model import Document


class FolderArchive:
    """An Archive under a root folder, which is made when the first document comes. It keeps no old versions."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, document: Document) -> Stored:
        """Write one document; one that is there already, byte for byte, keeps its file and its time.

        Raises BadRequest for a key that is no file name, BadSettings when the folder cannot be written.
        """
        write_whole(self._path(document.key), document.body)
        return Stored(document.key, len(document.body), hashlib.sha256(document.body).hexdigest())

    @contextmanager
    def replacing(self, key: str, before: bytes | None) -> Iterator[Callable[[Document], Stored]]:
        """Let one process at a time into the block that replaces a file, if it still has these bytes."""
        with locked(self._lock(key)) as is_mine:
            if not is_mine:
                raise Conflict(BUSY)
            if self.read(key) == before:
                yield self.write
                return
        raise Overtaken(OVERTAKEN)  # outside: nothing is half written

    def is_half_written(self, key: str) -> bool:
        """Whether somebody is in the block that replaces this file, or was killed there."""
        return self._lock(key).exists()

    def read(self, key: str, version_id: str | None = None) -> bytes | None:
        """The bytes under a key. None when there are none, and for any version id: a folder has no versions."""
        path = self._path(key)
        return None if version_id else read_if_there(path)

    def holds(self, key: str, sha256: str, version_id: str | None) -> bool:
        """Whether the file under a key has these bytes; never under a version id, which no folder has."""
        body = self.read(key, version_id)
        return body is not None and hashlib.sha256(body).hexdigest() == sha256

    def keys(self, prefix: str) -> Iterator[str]:
        """The keys of all files that start so, in order; hidden files, the ledger's among them, are none."""
        folder = self._root / prefix.rpartition("/")[0]
        paths = folder.rglob("*") if folder.is_dir() else ()
        found = (path.relative_to(self._root) for path in paths if path.is_file())
        names = (path.as_posix() for path in found if not any(part.startswith(".") for part in path.parts))
        yield from sorted(name for name in names if name.startswith(prefix))

    def versions(self, prefix: str) -> Iterator[FileVersion]:
        """The files themselves: a folder keeps no old versions."""
        return (FileVersion(key, None, is_latest=True) for key in self.keys(prefix))

    def delete(self, version: FileVersion) -> None:
        """Delete a file. Raises BadSettings when that may not be done."""
        remove(self._path(version.key))

    def remove(self, key: str) -> None:
        """Delete a file, and its folder if it was the last one there. Raises BadSettings when that may not be done."""
        path = self._path(key)
        remove(path)
        with suppress(OSError):  # others are there, or another process has taken it away
            path.parent.rmdir()

    def clean(self) -> int:
        """Delete what killed processes left half written; returns how many files. Raises BadSettings."""
        return remove_leftovers(self._root)

    def location(self, key: str) -> str:
        """The file's name."""
        return str(self._path(key))

    def download_url(self, key: str, version_id: str | None, *, seconds: int, name: str) -> None:  # noqa: ARG002
        """None: a folder is served by whoever reads it."""
        check_key(key)

    def check(self) -> None:
        """Make the folder and, for a moment, a file in it. Raises BadSettings."""
        check_folder(self._root)

    def _lock(self, key: str) -> Path:
        """A hidden file that is there while somebody replaces the key's, and after one who was killed meanwhile."""
        return self._root / ".debrief" / "locks" / hashlib.sha256(check_key(key).encode()).hexdigest()[:32]

    def _path(self, key: str) -> Path:
        path = self._root / check_key(key)
        if not path.resolve().is_relative_to(self._root.resolve()):
            raise BadSettings(f"{self._root} holds a symbolic link that leads out of the archive.")
        return path
