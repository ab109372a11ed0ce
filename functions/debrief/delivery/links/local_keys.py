"""The keys of an installation on one machine: each made once, and kept beside the ledger."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from debrief.delivery.archive.atomic_files import make_folder
from debrief.delivery.links.tokens import LEAST_KEY
from debrief.errors import BadSettings

LINK = "link.key"
PEOPLE = "people.key"
_ENTROPY = 32  # bytes, which are written in 43 characters
_OTHERS = 0o077  # permissions of everybody but the owner


def local_link_key(ledger_file: Path) -> str:
    """The link signing key beside a ledger's file; of several processes that make it, one does.

    Raises BadSettings when it cannot be read or written, is damaged, or is open to others.
    """
    return _key(ledger_file.with_name(LINK))


def local_people_key(ledger_file: Path) -> str:
    """The people key beside a ledger's file, likewise. Raises BadSettings."""
    return _key(ledger_file.with_name(PEOPLE))


def _key(path: Path) -> str:
    """The key in a file, which is made when it is missing."""
    try:
        if not path.exists():
            _make(path, secrets.token_urlsafe(_ENTROPY))
        mode = path.stat().st_mode
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"The key file {path} cannot be used ({type(error).__name__}).") from None
    if os.name == "posix" and mode & _OTHERS:
        raise BadSettings(f"The key file {path} is open to other users; run `chmod 600 {path}`.")
    if len(key) < LEAST_KEY:
        raise BadSettings(f"The key file {path} holds no key; put the old file back, or delete it for a new key.")
    return key


def _make(path: Path, key: str) -> None:
    """Write the key whole under another name, then link it: whoever comes second finds the first one's key."""
    make_folder(path.parent)
    temporary = path.with_name(f".debrief-{secrets.token_hex(8)}.tmp")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            return
    finally:
        temporary.unlink(missing_ok=True)
