"""Start a Kaltura session (KS) from a credential."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from typing import Any, TypeAlias

from debrief.env import AdminSecret, AppToken, Credential, ReadyKs
from debrief.errors import BadCredentials
from debrief.kaltura.api.errors import WrongTokenHash
from debrief.kaltura.api.ks import generate_ks

KS_SECONDS = 1800  # short, because a run is short; it is renewed when it expires
_SPARE_SECONDS = 120  # a call with a KS may wait for its turn and take this long
# A token's hash algorithm is chosen when the token is created, and cannot be read. SHA1 is Kaltura's default.
HASHES = ("sha256", "sha1", "sha512", "md5")

# Calls the action of a service with exactly these fields, without adding a KS, and returns the decoded result.
Ask: TypeAlias = Callable[[str, str, dict[str, str]], Any]


def new_ks(credential: Credential, partner_id: str, ask: Ask, hash_name: str = "") -> tuple[str, str]:
    """Return a new KS, and the hash that Kaltura accepted; blank for a credential without hash.

    `hash_name` is the hash that was accepted before, if any. Raises BadCredentials when the credential is not accepted.
    """
    match credential:
        case AppToken():
            return start_with_token(credential, partner_id, ask, hash_name)
        case AdminSecret():
            expiry = int(time.time()) + KS_SECONDS
            return generate_ks(
                credential.secret, partner_id, expiry=expiry, noise=os.urandom(16), user_id=credential.user_id
            ), ""
        case ReadyKs():
            return credential.ks, ""


class KeptKs:
    """Keeps the KS of one account until it is about to expire, and the hash that Kaltura accepted."""

    def __init__(self, partner_id: str, ask: Ask, now: Callable[[], float] = time.time) -> None:
        self._partner_id = partner_id
        self._ask = ask
        self._now = now
        self._ks, self._hash_name = "", ""
        self._end = 0.0

    def current(self, credential: Credential) -> str:
        """Return the KS; a new one if there is none or it is about to expire. Raises BadCredentials or RetryLater."""
        if not self._ks or (is_renewable(credential) and self._now() >= self._end):
            started = self._now()
            self._ks, self._hash_name = new_ks(credential, self._partner_id, self._ask, self._hash_name)
            self._end = started + KS_SECONDS - _SPARE_SECONDS
        return self._ks

    def drop(self) -> None:
        """Forget the KS, because Kaltura says that it has expired."""
        self._ks = ""


def is_renewable(credential: Credential) -> bool:
    """Return whether the credential can start a new KS. Only a ready-made KS cannot."""
    return not isinstance(credential, ReadyKs)


def start_with_token(token: AppToken, partner_id: str, ask: Ask, hash_name: str = "") -> tuple[str, str]:
    """Start a KS with the hash of this text: the widget KS, then the token (Kaltura server, AppTokenService.php).

    Returns the KS, and the name of the hash that Kaltura accepted. `hash_name` is tried first. Raises BadCredentials.
    """
    widget = ask("session", "startWidgetSession", {"widgetId": f"_{partner_id}"})
    widget_ks = _text(widget, "ks")
    for name in dict.fromkeys(filter(None, (hash_name, *HASHES))):
        digest = hashlib.new(name, (widget_ks + token.token).encode(), usedforsecurity=False).hexdigest()
        fields = {"ks": widget_ks, "id": token.token_id, "tokenHash": digest, "expiry": str(KS_SECONDS)}
        try:
            return _text(ask("appToken", "startSession", fields), "ks"), name
        except WrongTokenHash:
            continue
    raise WrongTokenHash("Kaltura does not accept the credential: the app token is wrong.")


def _text(value: Any, name: str) -> str:
    text = value.get(name) if isinstance(value, dict) else None
    if not isinstance(text, str) or not text:
        raise BadCredentials("Kaltura opened a session but sent no KS.")
    return text
