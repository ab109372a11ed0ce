"""Write files atomically, readable only by their owner."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from debrief.errors import BadSettings

_LEFTOVERS = ".debrief-*.tmp"
_BINARY = getattr(os, "O_BINARY", 0)  # without this flag Windows changes line ends


def write_atomically(path: Path, body: bytes) -> None:
    """Write a file through a hidden temporary file, so that readers never see a partly written file.

    A file with the same bytes is not changed. Raises BadSettings.
    """
    if read_or_none(path) == body:
        return
    with os_errors("written", path):
        make_folder(path.parent)
        for is_last in (False, False, True):
            with temporary_path(path.parent) as temporary:
                write_new(temporary, body)
                try:
                    temporary.replace(path)
                except FileNotFoundError:  # remove_leftovers of another process has deleted the temporary file
                    if is_last:
                        raise
                else:
                    return


def make_folder(folder: Path) -> None:
    """Make a folder and missing parents, accessible to the owner only. Raises OSError."""
    for missing in reversed([parent for parent in (folder, *folder.parents) if not parent.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(exist_ok=True)


def remove_leftovers(folder: Path) -> int:
    """Delete partly written files of killed processes, recursively. Returns their number. Raises BadSettings.

    A running writer notices the deletion and writes again.
    """
    with os_errors("deleted", folder):
        found = [path for path in folder.rglob(_LEFTOVERS) if not path.is_dir()]
    for path in found:
        remove(path)
    return len(found)


def read_or_none(path: Path) -> bytes | None:
    """Return a file's bytes; None if it does not exist. Raises BadSettings if it cannot be read."""
    with os_errors("read", path):
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None


def remove(path: Path) -> None:
    """Delete a file, if it exists. Raises BadSettings if it cannot be deleted."""
    with os_errors("deleted", path):
        path.unlink(missing_ok=True)


def check_folder(folder: Path) -> None:
    """Check that files can be written in the folder, which is created if missing. Raises BadSettings."""
    with os_errors("written", folder):
        make_folder(folder)
        with temporary_path(folder) as temporary:
            write_new(temporary, b"")


@contextmanager
def temporary_path(folder: Path) -> Iterator[Path]:
    """Yield a unique path, which is hidden, so that readers of the folder do not see leftovers of killed processes."""
    path = folder / f".debrief-{secrets.token_hex(8)}.tmp"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def write_new(path: Path, body: bytes) -> None:
    """Create a file that only its owner can read, and wait until it is on the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def os_errors(done: str, path: Path) -> Iterator[None]:
    """Raise an OSError of the block as BadSettings. `done` is the participle for the message, such as `written`."""
    try:
        yield
    except OSError as error:
        raise BadSettings(f"{path} cannot be {done}: {error.strerror or type(error).__name__}.") from None
