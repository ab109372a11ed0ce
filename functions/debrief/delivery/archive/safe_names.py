"""Check names that become file names: archive keys and names of emails."""

from __future__ import annotations

import re

from debrief.errors import BadRequest

_SEGMENT = re.compile(r"[A-Za-z0-9_%=-][A-Za-z0-9_.%=-]*")  # no dot at the start, as in `..` and hidden files
_SEGMENT_LIMIT = 200  # bytes; file systems allow 255, and emails get the suffix .eml
_KEY_LIMIT = 1024  # bytes; S3's limit


def check_key(key: str) -> str:
    """Return the key if it is safe in a folder and in S3. Raises BadRequest without quoting the key."""
    if len(key) > _KEY_LIMIT:
        raise BadRequest(f"An archive key has at most {_KEY_LIMIT} characters.")
    for segment in key.split("/"):
        check_name(segment)
    return key


def check_name(name: str) -> str:
    """Return the name if it is safe as a file name. Raises BadRequest without quoting the name."""
    if len(name) > _SEGMENT_LIMIT:
        raise BadRequest(f"A file name has at most {_SEGMENT_LIMIT} characters.")
    if not _SEGMENT.fullmatch(name):
        raise BadRequest("A file name may contain A-Z a-z 0-9 _ - . % = only and must not start with a dot.")
    return name
