"""Create and read Kaltura's session token (KS), and record each KS, so that it can expire.

The format is version 2 of the Kaltura server's kSessionBase.class.php: base64url of `v2|partner|ciphertext`, where the
ciphertext is AES-128-CBC over sha1, 16 random bytes and the form-encoded fields.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from kaltura_standin.account import USER
from kaltura_standin.apierrors import invalid_ks

_BLOCK = 16  # bytes of an AES block, of the key and of the random part
_DIGEST = 20  # bytes of a SHA-1


@dataclass(frozen=True, slots=True)
class Ks:
    """A decoded KS. `privileges` maps a name to its value, which may be blank."""

    partner_id: int
    type: int = USER
    user_id: str = ""
    expiry: int = 0  # unix seconds
    privileges: Mapping[str, str] = field(default_factory=dict)
    text: str = field(default="", repr=False)

    @property
    def privilege_list(self) -> str:
        """Return the privileges as Kaltura writes them: `name:value,name`."""
        return ",".join(f"{name}:{value}" if value else name for name, value in self.privileges.items())


def parse_privileges(text: str) -> dict[str, str]:
    """Parse privileges such as `setrole:3,disableentitlement`."""
    pieces = (piece.strip().partition(":") for piece in text.split(",") if piece.strip())
    return {("all" if name == "*" else name): ("*" if name == "*" else value) for name, _, value in pieces}


def write_ks(ks: Ks, secret: str, salt: bytes | None = None) -> str:
    """Return the text of a KS. `salt` has its 16 random bytes."""
    fields: list[tuple[str, object]] = [*ks.privileges.items(), ("_e", ks.expiry), ("_t", ks.type)]
    query = urlencode([*fields, ("_u", ks.user_id)]).encode()
    body = (salt or os.urandom(_BLOCK)) + query
    plain = hashlib.sha1(body, usedforsecurity=False).digest() + body
    padded = plain + b"\0" * (-len(plain) % _BLOCK)
    encryptor = _cipher(secret).encryptor()
    sealed = encryptor.update(padded) + encryptor.finalize()
    return base64.urlsafe_b64encode(b"v2|%d|" % ks.partner_id + sealed).decode()


def read_ks(text: str, partner_id: int, secret: str) -> Ks | None:
    """Decode a KS, even if it has expired; None if it is not a KS of this account."""
    try:
        version, partner, sealed = base64.b64decode(text, altchars=b"-_", validate=True).split(b"|", 2)
    except (ValueError, binascii.Error):
        return None
    if version != b"v2" or partner != b"%d" % partner_id or not sealed or len(sealed) % _BLOCK:
        return None
    decryptor = _cipher(secret).decryptor()
    plain = (decryptor.update(sealed) + decryptor.finalize()).rstrip(b"\0")
    digest, body = plain[:_DIGEST], plain[_DIGEST:]
    if not hmac.compare_digest(digest, hashlib.sha1(body, usedforsecurity=False).digest()):
        return None
    return _from_fields(partner_id, dict(parse_qsl(body[_BLOCK:].decode(), keep_blank_values=True)), text)


def _from_fields(partner_id: int, fields: dict[str, str], text: str) -> Ks:
    return Ks(
        partner_id=partner_id,
        type=int(fields.get("_t", USER)),
        user_id=fields.get("_u", ""),
        expiry=int(fields.get("_e", 0)),
        privileges={name: value for name, value in fields.items() if not name.startswith("_")},
        text=text,
    )


def _cipher(secret: str) -> Cipher[modes.CBC]:
    key = hashlib.sha1(secret.encode(), usedforsecurity=False).digest()[:_BLOCK]
    return Cipher(algorithms.AES(key), modes.CBC(bytes(_BLOCK)))


class Keyring:
    """Issues and checks KSs by the real clock, and remembers each KS, so that it can be revoked."""

    def __init__(self, partner_id: int, secret: str) -> None:
        self._partner_id = partner_id
        self._secret = secret
        self._known: dict[str, Ks] = {}
        self._dead: dict[str, str] = {}  # text → KSID of the error
        self._lock = threading.Lock()

    def issue(self, *, type_: int, user_id: str, expiry: int, privileges: str) -> Ks:
        """Return a new KS, valid for `expiry` seconds."""
        asked = Ks(self._partner_id, type_, user_id, int(time.time()) + expiry, parse_privileges(privileges))
        return self.check(write_ks(asked, self._secret))

    def check(self, text: str) -> Ks:
        """Decode a valid KS. Raises INVALID_KS with EXPIRED, LOGOUT, or the text itself."""
        ks = read_ks(text, self._partner_id, self._secret)
        if ks is None:
            raise invalid_ks(text)
        with self._lock:
            self._known[text] = ks
            dead = self._dead.get(text)
        if dead or ks.expiry <= time.time():
            raise invalid_ks(dead or "EXPIRED")
        return ks

    def end(self, ks: Ks) -> None:
        """Log out a KS and every known KS with the same `sessionid`."""
        session_id = ks.privileges.get("sessionid")
        with self._lock:
            same = [text for text, other in self._known.items() if other.privileges.get("sessionid") == session_id]
            self._dead |= dict.fromkeys([ks.text, *(same if session_id else [])], "LOGOUT")

    def end_token(self, token_id: str) -> None:
        """Log out every KS that was started with an application token."""
        with self._lock:
            started = [text for text, ks in self._known.items() if ks.privileges.get("apptoken") == token_id]
            self._dead |= dict.fromkeys(started, "LOGOUT")

    def revoke_all(self, ks_id: str, current: str) -> None:
        """Answer every KS issued or seen so far, including the current KS, with this KSID from now on."""
        with self._lock:
            self._dead |= dict.fromkeys([*self._known, current], ks_id)
