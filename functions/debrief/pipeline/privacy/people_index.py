"""The index of people: one keyed hash for each id and each address in a session's answers, so that nobody can read it.

Somebody who holds the people key and knows an address or a user id finds the sessions of that person; nobody else
does. An id that is an address has the same hash as the address, whichever case both are written in.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

from debrief.delivery.mail.addresses import folded_address
from debrief.persons import normalized_id

if TYPE_CHECKING:
    from debrief.persons import IdAndAddress

NAME = "people.txt"
_PURPOSE = b"debrief.people/1"
_BYTES = 16


def people_key_from(secret: str) -> bytes:
    """The key of the index, from the people key that is configured; none without one."""
    return hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).digest() if secret else b""


def hash_of(key: bytes, value: str) -> str:
    """What stands for a user id or an address."""
    (plain,) = _plains([value])
    return _hashed(key, plain)


def _hashed(key: bytes, plain: str) -> str:
    return hashlib.blake2b(plain.encode(errors="replace"), key=key, digest_size=_BYTES).hexdigest()


def fingerprint(key: bytes) -> str:
    """What tells one key from another."""
    return hash_of(key, "")[:8]


def index_of(key: bytes, known_as: Iterable[IdAndAddress]) -> PeopleIndex:
    """The index of those people. Who has neither id nor address is not in it."""
    people = list(known_as)
    ids, emails = (_plains(map(itemgetter(place), people)) for place in (0, 1))
    lines = frozenset(map(partial(_line, key), ids, emails))
    return PeopleIndex(fingerprint(key), lines - {""})


def _line(key: bytes, user_id: str, email: str) -> str:
    if user_id == email or not email or not user_id:
        return _hashed(key, user_id or email) if user_id or email else ""
    return " ".join(sorted((_hashed(key, user_id), _hashed(key, email))))


def _plains(values: Iterable[str]) -> list[str]:
    """One way of writing each: an address as mails carry it, an id as every report escapes it, no blanks around it."""
    return [folded_address(value) if "@" in value else value for value in map(normalized_id, values)]


@dataclass(frozen=True)
class PeopleIndex:
    """Who is in a session, by hash, and under which key."""

    key: str  # its fingerprint
    lines: frozenset[str]  # each the hashes of one row: of a user id, of an address, or of both

    def groups(self) -> Iterator[list[str]]:
        """The hashes that belong to one person each."""
        return (line.split() for line in self.lines)

    def meets(self, hashes: AbstractSet[str]) -> bool:
        """Whether any of these hashes is in it."""
        return bool(hashes) and any(not hashes.isdisjoint(group) for group in self.groups())

    def without(self, hashes: AbstractSet[str]) -> PeopleIndex:
        """The same without the lines that hold any of these."""
        return PeopleIndex(self.key, frozenset(line for line in self.lines if hashes.isdisjoint(line.split())))

    def body(self) -> bytes:
        """The file: the key's fingerprint, then the lines, sorted."""
        head = f"{_PURPOSE.decode()} {self.key}"
        return "\n".join((head, *sorted(self.lines), "")).encode()


def read_index(body: bytes) -> PeopleIndex | None:
    """The index in a file's bytes; None when it is none."""
    head, *lines = body.decode("ascii", "replace").splitlines() or [""]
    purpose, _, key = head.partition(" ")
    return PeopleIndex(key, frozenset(lines)) if purpose == _PURPOSE.decode() and key else None
