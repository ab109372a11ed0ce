"""All files of a session as one zip, made when it is asked for."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from debrief.delivery.archive.archive import ManifestFile
    from debrief.pipeline.state.revisions import Files

ZIP = "zip"  # its name in a path
ZIP_LIMIT = 4_400_000  # bytes of all files together: Lambda answers at most 6 MB, and base64 adds a third
_READABLE = 0o644 << 16


def fits(files: Iterable[ManifestFile]) -> bool:
    """Return whether there is a zip of these files: at least one, and not too large for an answer."""
    sizes = [file.bytes for file in files]
    return bool(sizes) and sum(sizes) <= ZIP_LIMIT


def zip_of(files: Files, members: Iterable[ManifestFile]) -> bytes:
    """Return the zip; the same files give the same bytes. Raise NotReady while another revision is being written."""
    from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo  # here, because hardly any request needs it

    body = io.BytesIO()
    with ZipFile(body, "w", ZIP_DEFLATED) as archive:
        for member in sorted(members, key=lambda file: file.name):
            info = ZipInfo(member.name)  # dated 1980, as every zip without dates
            info.compress_type, info.external_attr, info.create_system = ZIP_DEFLATED, _READABLE, 3
            archive.writestr(info, files.read(member))
    return body.getvalue()
