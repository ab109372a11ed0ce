"""The tokens in links, derived from a key, so that a repeated email has the same tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from debrief.errors import BadSettings

if TYPE_CHECKING:
    from debrief.model import Tier

MIN_KEY_LENGTH = 32  # characters
_CONTEXT = "debrief.link/1"  # separates this use of the key from other uses
_KEY_CONTEXT = b"debrief.link-key/1"
_BYTES = 20  # 160 bits; 32 characters in base32 without padding


def token_of(
    key: str, cue_point_id: str, revision: int, recipient_id: str, occasion: str = "", tier: Tier = "full"
) -> str:
    """Return the token of one email: 32 characters of a-z and 2-7, which email programs do not break.

    The token is an HMAC-SHA256 of everything to which the link is bound, cut to 160 bits. Raises BadSettings if the key
    is too short.
    """
    if len(key) < MIN_KEY_LENGTH:
        raise BadSettings(
            f"DEBRIEF_LINK_KEY must have at least {MIN_KEY_LENGTH} characters; links are derived from it."
        )
    fields = "\0".join((_CONTEXT, cue_point_id, str(revision), recipient_id, occasion, tier))
    return _text(hmac.new(key.encode(), fields.encode(), hashlib.sha256).digest()[:_BYTES])


def new_token() -> str:
    """Return a random token, for a link that is in no email."""
    return _text(secrets.token_bytes(_BYTES))


def _text(token: bytes) -> str:
    return base64.b32encode(token).decode().lower()


def key_id(key: str) -> str:
    """Return an id of a link signing key. The id does not reveal the key."""
    return hmac.new(key.encode(), _KEY_CONTEXT, hashlib.sha256).hexdigest()[:16]


def token_hash(token: str) -> str:
    """Return the SHA-256 of a token in lower-case hex, as the ledger stores it."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
