"""Generate a KS locally from the admin secret, in version 2 of the format (kSessionBase.class.php)."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import urlencode

ADMIN = 2
PRIVILEGES = "disableentitlement"  # the KS may also read rooms that are not shared with its user
_BLOCK = 16


def generate_ks(
    secret: str,
    partner_id: str,
    *,
    expiry: int,
    noise: bytes,
    user_id: str = "",
    privileges: str = PRIVILEGES,
) -> str:
    """Return a version 2 admin KS. `expiry` is in unix seconds; `noise` is 16 random bytes."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    fields = urlencode([*_privilege_fields(privileges), ("_e", expiry), ("_t", ADMIN), ("_u", user_id)]).encode()
    signed = noise + fields
    plain = _sha1(signed) + signed
    padded = plain + bytes(-len(plain) % _BLOCK)
    key = _sha1(secret.encode())[:_BLOCK]
    encryptor = Cipher(algorithms.AES128(key), modes.CBC(bytes(_BLOCK))).encryptor()
    cipher = encryptor.update(padded) + encryptor.finalize()
    return base64.urlsafe_b64encode(b"v2|" + partner_id.encode() + b"|" + cipher).decode()


def _privilege_fields(privileges: str) -> list[tuple[str, str]]:
    fields = []
    for privilege in filter(None, (part.strip() for part in privileges.split(","))):
        name, _, value = privilege.partition(":")
        fields.append(("all", "*") if privilege == "*" else (name, value))
    return fields


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()  # as the format requires
