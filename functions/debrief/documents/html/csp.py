"""How a page names what it allows itself: a Content-Security-Policy goes by hashes."""

from __future__ import annotations

import base64
import hashlib


def hash_of(source: str) -> str:
    """What a Content-Security-Policy calls a style sheet or a script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
