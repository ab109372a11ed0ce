"""The archive as a folder on this machine."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from debrief.delivery.archive import Stored
from debrief.delivery.files import check_folder, read_if_there, write_whole
from debrief.delivery.keys import check_key
from debrief.errors import BadSettings

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

    def read(self, key: str, version_id: str | None = None) -> bytes | None:
        """The bytes under a key. None when there are none, and for any version id: a folder has no versions."""
        path = self._path(key)
        return None if version_id else read_if_there(path)

    def location(self, key: str) -> str:
        """The file's name."""
        return str(self._path(key))

    def download_url(self, key: str, version_id: str | None, *, seconds: int, name: str) -> None:  # noqa: ARG002
        """None: a folder is served by whoever reads it."""
        check_key(key)

    def check(self) -> None:
        """Make the folder and, for a moment, a file in it. Raises BadSettings."""
        check_folder(self._root)

    def _path(self, key: str) -> Path:
        path = self._root / check_key(key)
        if not path.resolve().is_relative_to(self._root.resolve()):
            raise BadSettings(f"{self._root} holds a symbolic link that leads out of the archive.")
        return path
