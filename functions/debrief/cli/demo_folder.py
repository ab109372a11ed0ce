"""Empty the demo's output folder before each run, but delete only files that a demo has written."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from errno import ENOTDIR
from pathlib import Path

from debrief.delivery.archive.atomic_files import os_errors, write_atomically
from debrief.errors import BadSettings

ARCHIVE, OUTBOX, RULES = "archive", "outbox", "rules.yaml"
_RULES = b"""version: 1
series: yes
people:
  overview@example.com: {digest: weekly}
rules:
  - {name: All sessions, when: {title: "*"}, to: overview@example.com}
"""
_MARKER = "made-by-debrief-demo.txt"
_TEXT = b"`debrief demo` made this folder. Each demo deletes `archive` and `outbox` and writes them again.\n"


def start_fresh(out: Path, sample_ids: Iterable[str]) -> None:
    """Delete the files of an earlier demo, and mark the folder. Raises BadSettings if it has other files."""
    with os_errors("read", out):
        found = {path.name for path in out.iterdir()} if out.exists() else set()
        ids = set(_ids_in(out))
        # Earlier versions wrote no marker, and only these two folders.
        is_demo = _MARKER in found or (found <= {ARCHIVE, OUTBOX} and (bool(ids) or not found))
    if not is_demo or not ids <= set(sample_ids):
        raise BadSettings(f"{out} has files that no demo wrote. Move them away, or give another folder with --out.")
    write_atomically(out / _MARKER, _TEXT)
    for name in (ARCHIVE, OUTBOX):
        if name in found:
            with os_errors("deleted", out / name):
                _empty(out / name)


def write_rules(out: Path) -> Path:
    """Write the demo's rules file: each room gets a page of all its sessions, and one person a weekly digest of all."""
    write_atomically(out / RULES, _RULES)
    return out / RULES


def _empty(folder: Path) -> None:
    """Delete everything in a folder except the keys, with which the next demo writes the same bytes. Raises OSError."""
    if folder.is_symlink():
        raise NotADirectoryError(ENOTDIR, "it is a symbolic link")
    for path in folder.iterdir():
        if path.name == ".debrief":
            _empty(path)
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.suffix != ".key":
            path.unlink()


def files_of(out: Path) -> list[Path]:
    """Return the files that a demo wrote, without the ledger and keys in `.debrief`."""
    paths = (path for name in (ARCHIVE, OUTBOX) for path in sorted((out / name).rglob("*")))
    return [path for path in paths if path.is_file() and ".debrief" not in path.relative_to(out).parts]


def id_of(path: Path) -> str:
    """Return the id of the session to which a file in the archive or the outbox belongs; blank if there is none."""
    if path.suffix == ".eml":
        return path.name.rpartition("-r")[0]
    return next((part.removeprefix("session=") for part in path.parts if part.startswith("session=")), "")


def _ids_in(out: Path) -> Iterator[str]:
    """Yield the ids of the sessions in the archive and the outbox."""
    for folder in (out / ARCHIVE).glob("*/*/session=*"):
        yield id_of(folder)
    for path in (out / OUTBOX).glob("*.eml"):
        yield id_of(path)
