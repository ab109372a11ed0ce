"""The proof of an erasure: what was done and looked through, without a word of who it was."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict

from debrief.errors import BadSettings
from debrief.model import Document
from debrief.pipeline.erasure.erase import Erasure
from debrief.pipeline.services import Services
from debrief.util.values import utc_text

SCHEMA = "debrief.erasure/1"


def write_proof(services: Services, done: Erasure, version: str) -> str:
    """Write the proof into the archive under a name of its own; returns its key."""
    now = services.clock()
    value = {"schema": SCHEMA, "at": utc_text(now), "version": version, **asdict(done)}
    key = f"erasures/{now:%Y-%m-%dT%H%M%SZ}-{secrets.token_hex(4)}.json"
    body = json.dumps(value, indent=1).encode() + b"\n"
    services.archive.write(Document(key, body, "application/json"))
    return key


def look_into_pdfs() -> None:
    """Prove that PDFs can be looked into, before anything is changed. Raises BadSettings."""
    try:
        import pypdfium2  # noqa: F401
    except ImportError:
        raise BadSettings("PDFs cannot be looked into; install Debrief with its extra `local`.") from None
