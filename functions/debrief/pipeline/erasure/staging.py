"""Stage a session's cleaned answers before any file of the session is replaced.

A local folder keeps no old versions: after a kill some files are replaced, and their original answers are lost. The
staged answers are complete, do not contain erased people, and are valid for one manifest.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping

from debrief.errors import BadRequest
from debrief.model import Document
from debrief.pipeline.services import Services
from debrief.util.zips import zip_of

STAGED = "erasing.zip"  # this file is beside the people index while a session is rewritten


def stage(services: Services, folder: str, manifest: bytes, answers: Mapping[str, bytes]) -> None:
    """Stage the answers. The same answers give the same bytes."""
    body = zip_of(answers, comment=_digest(manifest))
    services.archive.write(Document(_key(folder), body, "application/zip"))


def read_staged(services: Services, folder: str, manifest: bytes) -> dict[str, bytes] | None:
    """Return the staged answers for this manifest; None if there are none. Raises BadRequest for a damaged file."""
    body = services.archive.read(_key(folder))
    if body is None:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as file:
            if file.comment != _digest(manifest):
                return None
            return {name: file.read(name) for name in file.namelist()}
    except (zipfile.BadZipFile, EOFError):
        raise BadRequest(f"{_key(folder)} is damaged; delete it, and export the session again.") from None


def _key(folder: str) -> str:
    return f"index/{folder}/{STAGED}"


def _digest(manifest: bytes) -> bytes:
    return hashlib.sha256(manifest).hexdigest().encode()
