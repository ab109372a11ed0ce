"""The people index: a keyed hash of each id and address in a session's answers.

With the people key, the sessions with a given address or user id can be found. Without the key, the index reveals
nothing. An id that is an address has the same hash as this address. Case does not matter.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from debrief.delivery.mail.addresses import folded_address
from debrief.persons import normalized_ids

if TYPE_CHECKING:
    from debrief.persons import IdAndAddress

NAME = "people.txt"
_PURPOSE = b"debrief.people/1"
_BYTES = 16


def people_key_from(secret: str) -> bytes:
    """Return the key of the people index, from the configured people key; empty if no people key is configured."""
    return hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).digest() if secret else b""


def hash_of(key: bytes, value: str) -> str:
    (plain,) = _plains([value])
    return _hashed(hashlib.blake2b(key=key, digest_size=_BYTES), plain)


def _hashed(keyed: hashlib.blake2b, plain: str) -> str:
    digest = keyed.copy()  # the key is hashed only once
    digest.update(plain.encode(errors="replace"))
    return digest.hexdigest()


def fingerprint(key: bytes) -> str:
    return hash_of(key, "")[:8]


def index_of(key: bytes, pairs: Iterable[IdAndAddress]) -> PeopleIndex:
    """Return the index of these people, except people who have neither id nor address."""
    people = list(pairs)
    values = list(dict.fromkeys(chain.from_iterable(people)))  # in most accounts an id is also the address
    hashed = partial(_hashed, hashlib.blake2b(key=key, digest_size=_BYTES))
    hashes = {value: hashed(plain) if plain else "" for value, plain in zip(values, _plains(values), strict=True)}
    lines = frozenset(_line(hashes[user_id], hashes[email]) for user_id, email in people)
    return PeopleIndex(fingerprint(key), lines - {""})


def _line(user_id: str, email: str) -> str:
    """Return the line of a person from two hashes; the hash of a blank value is blank."""
    if user_id == email or not email or not user_id:
        return user_id or email
    return f"{user_id} {email}" if user_id < email else f"{email} {user_id}"


def _plains(values: Sequence[str]) -> list[str]:
    """Normalize addresses as in recipient ids, and ids as in comparisons of people."""
    return [folded_address(value) if "@" in value else value for value in normalized_ids(values)]


@dataclass(frozen=True)
class PeopleIndex:
    """The hashes of a session's people, and the fingerprint of the key."""

    key_fingerprint: str
    lines: frozenset[str]  # a line has one person's hashes: of a user id, of an address, or of both

    def groups(self) -> Iterator[list[str]]:
        """Yield the hashes of each line."""
        return (line.split() for line in self.lines)

    def has_any_of(self, hashes: AbstractSet[str]) -> bool:
        """Return whether any of these hashes is in the index."""
        return bool(hashes) and any(not hashes.isdisjoint(group) for group in self.groups())

    def without(self, hashes: AbstractSet[str]) -> PeopleIndex:
        """Return the index without the lines that contain any of these hashes."""
        return PeopleIndex(
            self.key_fingerprint, frozenset(line for line in self.lines if hashes.isdisjoint(line.split()))
        )

    def body(self) -> bytes:
        """Return the file's bytes: the key's fingerprint, then the sorted lines."""
        head = f"{_PURPOSE.decode()} {self.key_fingerprint}"
        return "\n".join((head, *sorted(self.lines), "")).encode()


def read_index(body: bytes) -> PeopleIndex | None:
    """Read an index; None if the file is not an index."""
    head, *lines = body.decode("ascii", "replace").splitlines() or [""]
    purpose, _, key = head.partition(" ")
    return PeopleIndex(key, frozenset(lines)) if purpose == _PURPOSE.decode() and key else None
