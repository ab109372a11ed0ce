"""Files written whole or not at all: what the archive folder and the outbox have in common."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from debrief.errors import BadSettings


def write_whole(path: Path, body: bytes) -> None:
    """Put the bytes under the path, through a hidden file beside it, so that no reader sees half of them.

    A file that holds these bytes already is left alone. Raises BadSettings when the place cannot be written.
    """
    if read_if_there(path) == body:
        return
    with _explained("written", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _temporary(path.parent) as temporary:
            _write(temporary, body)
            temporary.replace(path)


def read_if_there(path: Path) -> bytes | None:
    """The bytes of a file, or None when there is none. Raises BadSettings when it may not be read."""
    with _explained("read", path):
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None


def remove(path: Path) -> None:
    """Delete a file, if it is there. Raises BadSettings when that may not be done."""
    with _explained("deleted", path):
        path.unlink(missing_ok=True)


def check_folder(folder: Path) -> None:
    """Prove that files can be made in the folder; it is made if missing. Raises BadSettings."""
    with _explained("written", folder):
        folder.mkdir(parents=True, exist_ok=True)
        with _temporary(folder) as temporary:
            _write(temporary, b"")


@contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    """A path for one writer alone; the dot hides what a killed process leaves from readers of the folder."""
    path = folder / f".debrief-{secrets.token_hex(8)}.tmp"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _write(path: Path, body: bytes) -> None:
    with path.open("xb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _explained(done: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadSettings(f"{path} cannot be {done}: {error.strerror or type(error).__name__}.") from None
