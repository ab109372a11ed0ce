"""The keys of an installation on one machine, generated once and stored beside the ledger."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from debrief.delivery.archive.atomic_files import make_folder, temporary_path, write_new
from debrief.delivery.links.tokens import MIN_KEY_LENGTH
from debrief.errors import BadSettings

LINK = "link.key"
PEOPLE = "people.key"
_ENTROPY = 32  # bytes; 43 characters as text
_OTHERS = 0o077  # permission bits of other users


def local_link_key(ledger_file: Path) -> str:
    """Return the link signing key beside a ledger file. If there is no key, it is generated.

    Raises BadSettings if the key cannot be read or written, is damaged, or can be read by other users.
    """
    return _key(ledger_file.with_name(LINK))


def local_people_key(ledger_file: Path) -> str:
    """Return the people key beside a ledger file, in the same way as local_link_key."""
    return _key(ledger_file.with_name(PEOPLE))


def _key(path: Path) -> str:
    try:
        if not path.exists():
            _make(path, secrets.token_urlsafe(_ENTROPY))
        mode = path.stat().st_mode
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"The key file {path} cannot be used ({type(error).__name__}).") from None
    if os.name == "posix" and mode & _OTHERS:
        raise BadSettings(f"The key file {path} is open to other users; run `chmod 600 {path}`.")
    if len(key) < MIN_KEY_LENGTH:
        raise BadSettings(
            f"The key file {path} contains no key; restore the old file, or delete it to create a new key."
        )
    return key


def _make(path: Path, key: str) -> None:
    """Write the key to a temporary file, then link it to the path: this fails if another process has made a key."""
    make_folder(path.parent)
    with temporary_path(path.parent) as temporary, suppress(FileExistsError):
        write_new(temporary, key.encode())
        os.link(temporary, path)
