"""A lock between processes and threads: a file that one of them holds, and that a killed holder does not keep."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from debrief.delivery.archive.atomic_files import explained, make_folder


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Hold the lock during the block, if nobody else does; the block gets whether it does.

    The file goes when the block ends well. It stays, without holding anybody up, after a holder who was killed or whose
    work failed: by it others see that something may be half done. Raises BadSettings when the place cannot be written.
    """
    with explained("written", path):
        make_folder(path.parent)
        file = _taken(path)
    if file is None:
        yield False
        return
    try:
        yield True
        with suppress(OSError):  # Windows deletes no open file: there a file that is left says nothing
            path.unlink()
    finally:
        os.close(file)


def _taken(path: Path) -> int | None:
    """The open file that holds the lock; None when somebody else holds it."""
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
        os.close(file)  # the holder before took it away: another one may hold a new one


def _lock(file: int) -> bool:
    """Whether the lock of an open file could be had. It ends when the file is closed, or its process killed."""
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
