"""Hashes for a page's Content-Security-Policy."""

from __future__ import annotations

import base64
import hashlib


def hash_of(source: str) -> str:
    """Return the hash that allows an inline style sheet or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
