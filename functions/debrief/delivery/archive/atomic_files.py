"""Files written whole or not at all, for their owner alone: what the archive folder and the outbox have in common."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from debrief.errors import BadSettings

_LEFTOVERS = ".debrief-*.tmp"
_BINARY = getattr(os, "O_BINARY", 0)  # Windows would change line ends


def write_whole(path: Path, body: bytes) -> None:
    """Put the bytes under the path, through a hidden file beside it, so that no reader sees half of them.

    A file that holds these bytes already is left alone. Raises BadSettings when the place cannot be written.
    """
    if read_if_there(path) == body:
        return
    with explained("written", path):
        make_folder(path.parent)
        for is_last in (False, False, True):
            with _temporary(path.parent) as temporary:
                _write(temporary, body)
                try:
                    temporary.replace(path)
                except FileNotFoundError:  # another process took it for a leftover
                    if is_last:
                        raise
                else:
                    return


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for their owner alone. Raises OSError."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(exist_ok=True)


def remove_leftovers(folder: Path) -> int:
    """Delete what killed processes left half written in a folder and below; returns how many. Raises BadSettings.

    A writer that is alive notices, and writes again.
    """
    with explained("deleted", folder):
        found = [path for path in folder.rglob(_LEFTOVERS) if not path.is_dir()]
    for path in found:
        remove(path)
    return len(found)


def read_if_there(path: Path) -> bytes | None:
    """The bytes of a file, or None when there is none. Raises BadSettings when it may not be read."""
    with explained("read", path):
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None


def remove(path: Path) -> None:
    """Delete a file, if it is there. Raises BadSettings when that may not be done."""
    with explained("deleted", path):
        path.unlink(missing_ok=True)


def check_folder(folder: Path) -> None:
    """Prove that files can be made in the folder; it is made if missing. Raises BadSettings."""
    with explained("written", folder):
        make_folder(folder)
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
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def explained(done: str, path: Path) -> Iterator[None]:
    """Say an OSError of the block as BadSettings."""
    try:
        yield
    except OSError as error:
        raise BadSettings(f"{path} cannot be {done}: {error.strerror or type(error).__name__}.") from None
