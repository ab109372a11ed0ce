"""Hashes for a page's Content-Security-Policy."""

from __future__ import annotations

import base64
import hashlib


def hash_of(source: str) -> str:
    """Return the hash of a style sheet or a script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
