"""Zip all files of a session when somebody requests the zip."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from debrief.delivery.archive.archive import ManifestFile
    from debrief.pipeline.state.revisions import Files

ZIP = "zip"  # the zip's name in a path
ZIP_LIMIT = 4_400_000  # bytes of all files together: Lambda answers at most 6 MB, and base64 adds a third


def fits(files: Iterable[ManifestFile]) -> bool:
    """Return whether these files can be sent as a zip: at least one file, and in all not more than `ZIP_LIMIT`."""
    sizes = [file.bytes for file in files]
    return bool(sizes) and sum(sizes) <= ZIP_LIMIT


def zip_of(files: Files, members: Iterable[ManifestFile]) -> bytes:
    """Return the zip. Raises NotReady while another revision is being written."""
    from debrief.util import zips  # here, because hardly any request needs it

    return zips.zip_of({member.name: files.read(member) for member in members})
