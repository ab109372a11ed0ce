"""The key of links on one machine: made once, and kept beside the ledger."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from debrief.delivery.tokens import LEAST_KEY
from debrief.errors import BadSettings

NAME = "link.key"
_ENTROPY = 32  # bytes, which are written in 43 characters


def local_link_key(ledger_file: Path) -> str:
    """The key beside a ledger's file, which only its owner can read; of several processes that make it, one does.

    Raises BadSettings when it cannot be read or written, or is damaged.
    """
    path = ledger_file.with_name(NAME)
    try:
        if not path.exists():
            _make(path)
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"The key of the links, {path}, cannot be used ({type(error).__name__}).") from None
    if len(key) < LEAST_KEY:
        raise BadSettings(f"{path} holds no key of links; delete it for a new one, and links in old mails end.")
    return key


def _make(path: Path) -> None:
    """Written whole under another name, then linked: whoever comes second finds the first one's key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".debrief-{secrets.token_hex(8)}.tmp")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(_ENTROPY))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            return
    finally:
        temporary.unlink(missing_ok=True)
