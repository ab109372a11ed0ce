"""Lock a file between processes and threads. The lock of a killed process ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from debrief.delivery.archive.atomic_files import make_folder, os_errors


@contextmanager
def try_lock(path: Path) -> Iterator[bool]:
    """Try to lock a file for the block. The block receives whether it has the lock.

    If the block succeeds, the file is deleted. After a kill or an error the file stays, unlocked, to show that the work
    may be incomplete. Raises BadSettings if the folder cannot be written.
    """
    with os_errors("written", path):
        make_folder(path.parent)
        file = _open_locked(path)
    if file is None:
        yield False
        return
    try:
        yield True
        with suppress(OSError):  # Windows cannot delete an open file
            path.unlink()
    finally:
        os.close(file)


def _open_locked(path: Path) -> int | None:
    """Open and lock the file; return None if another process has locked it."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not _lock(file):
                os.close(file)
                return None
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file), path.stat()):
                    return file
        except BaseException:
            os.close(file)
            raise
        os.close(file)  # the previous owner of the lock deleted this file after os.open; try again


def _lock(file: int) -> bool:
    """Lock an open file until it is closed or the process ends. Returns whether the lock was free."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
