"""The tokens in links: derived from a key, so that a mail that is made again holds the same ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from debrief.errors import BadSettings

if TYPE_CHECKING:
    from debrief.model import Tier

LEAST_KEY = 32  # characters
_CONTEXT = "debrief.link/1"  # what the key is used for; another use of it must give other bytes
_KEY_CONTEXT = b"debrief.link-key/1"
_BYTES = 20  # 160 bits, which base32 writes in 32 characters without padding


def token_of(
    key: str, cue_point_id: str, revision: int, recipient_id: str, occasion: str = "", tier: Tier = "full"
) -> str:
    """The token of one mail: 32 characters of a-z and 2-7, which no mail program breaks or takes for a link's end.

    HMAC-SHA256 over all that the link is bound to, cut to 160 bits. Raises BadSettings for a key that is too short.
    """
    if len(key) < LEAST_KEY:
        raise BadSettings(f"DEBRIEF_LINK_KEY must have at least {LEAST_KEY} characters; links are derived from it.")
    fields = "\0".join((_CONTEXT, cue_point_id, str(revision), recipient_id, occasion, tier))
    digest = hmac.new(key.encode(), fields.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:_BYTES]).decode().lower()


def key_id(key: str) -> str:
    """What tells one link signing key from another, and nothing else of it."""
    return hmac.new(key.encode(), _KEY_CONTEXT, hashlib.sha256).hexdigest()[:16]


def token_hash(token: str) -> str:
    """What the ledger knows of a token: its SHA-256 in lower-case hex. Takes any text."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
