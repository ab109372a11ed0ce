"""Write the proof of an erasure: what was erased and searched, without identifying the person."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict

from debrief.errors import BadSettings
from debrief.model import Document
from debrief.pipeline.erasure.erase_person import Erasure
from debrief.pipeline.services import Services
from debrief.util.values import utc_text

SCHEMA = "debrief.erasure/1"


def write_proof(services: Services, done: Erasure, version: str) -> str:
    """Write the proof into the archive under a unique name. Returns its key."""
    now = services.clock()
    value = {"schema": SCHEMA, "at": utc_text(now), "version": version, **asdict(done)}
    key = f"erasures/{now:%Y-%m-%dT%H%M%SZ}-{secrets.token_hex(4)}.json"
    body = json.dumps(value, indent=1).encode() + b"\n"
    services.archive.write(Document(key, body, "application/json"))
    return key


def require_pdf_reader() -> None:
    """Raise BadSettings if PDFs cannot be read. Call this before anything is changed."""
    try:
        import pypdfium2  # noqa: F401
    except ImportError:
        raise BadSettings("Reading PDFs needs the `local` extra; install it and run the command again.") from None
