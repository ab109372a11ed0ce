"""Zip files."""

from __future__ import annotations

import io
from collections.abc import Mapping
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_READABLE = 0o644 << 16
_UNIX = 3


def zip_of(files: Mapping[str, bytes], comment: bytes = b"") -> bytes:
    """Return a zip of files, sorted by name; the same files give the same bytes on every system."""
    body = io.BytesIO()
    with ZipFile(body, "w") as archive:
        archive.comment = comment
        for name in sorted(files):
            info = ZipInfo(name)  # its date is always 1980-01-01
            info.external_attr, info.create_system = _READABLE, _UNIX
            archive.writestr(info, files[name], ZIP_DEFLATED)
    return body.getvalue()
