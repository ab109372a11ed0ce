"""Match the user ids that belong to one person.

Figures count distinct user ids, but one person may have several. Match the ids before you call somebody absent,
returning or new.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias
from unicodedata import normalize

from debrief.util.values import is_identified

IdAndAddress: TypeAlias = tuple[str, str]  # a user id and an address, as received; an unknown address is blank

_TO_SPACE = str.maketrans(dict.fromkeys(",|;\r\n", " "))
_HAS_SEPARATOR = re.compile(r"[ ,|;\r\n]").search
_MAY_CHANGE = re.compile(r"[\s,|;]").search  # only ids with one of these change


def normalized_id(user_id: str) -> str:
    """Return an id with spaces in place of separators, so that all spellings of the id in Kaltura's reports are equal.

    The room reports write a space for a comma and a line break, the Summary page's tables for a bar and a semicolon.
    To find every row of a person in Kaltura's answers, compare ids only in this form.
    """
    return (user_id.translate(_TO_SPACE) if _HAS_SEPARATOR(user_id) else user_id).strip()


def id_key(user_id: str) -> str:
    """Return a key that is the same for all spellings of an id, in upper or lower case, composed (NFC) or not."""
    return _folded(normalized_id(user_id))


def normalized_ids(user_ids: Sequence[str]) -> Sequence[str]:
    """Apply `normalized_id` to each id. All ids are checked together, which is much faster: few of them change."""
    return list(map(normalized_id, user_ids)) if _MAY_CHANGE("".join(user_ids)) else user_ids


def id_keys(user_ids: Sequence[str]) -> Sequence[str]:
    """Apply `id_key` to each id."""
    return _all_folded(normalized_ids(user_ids))


def address_key(address: str) -> str:
    """Return such a key of an address; blank for a blank address."""
    return _folded(address.strip())


class Persons:
    """Groups of ids, one for each person. An id with two addresses merges the groups of both."""

    def __init__(self, people: Iterable[IdAndAddress] = ()) -> None:
        self._keys: dict[str, str] = {}  # by user id
        self._by_address: dict[str, str] = {}  # key of the first id with this address
        self._parents: dict[str, str] = {}  # from a key to another key of the same person
        self.add(people)

    def add(self, people: Iterable[IdAndAddress]) -> None:
        """Add people, except blank and `Unknown` ids."""
        pairs = [pair for pair in people if is_identified(pair[0])]
        keys = self._keys_of([user_id for user_id, _ in pairs])
        for key, mailbox in zip(keys, _mailboxes(pairs, keys), strict=True):
            if mailbox:
                first = self._by_address.setdefault(mailbox, key)
                if first is not key and first != key:
                    self._merge(first, key)

    def merged_with(self, people: Iterable[IdAndAddress]) -> Persons:
        """Return a copy with more people."""
        merged = Persons()
        merged._keys, merged._by_address, merged._parents = (
            dict(self._keys),
            dict(self._by_address),
            dict(self._parents),
        )
        merged.add(people)
        return merged

    def key_of(self, user_id: str) -> str:
        """Return the key of a person, the same for each of their ids."""
        key = self._keys.get(user_id)
        return self._root(self._keys_of([user_id])[0] if key is None else key)

    def keys_of(self, user_ids: Sequence[str]) -> list[str]:
        """Apply `key_of` to each id. For many ids this takes a fraction of the time."""
        keys = self._keys_of(user_ids)
        return [self._root(key) if key in self._parents else key for key in keys] if self._parents else keys

    def groups(self, user_ids: Iterable[str]) -> list[list[str]]:
        """Return the ids of each person who has several of them, in the order given."""
        ids = list(dict.fromkeys(user_ids))
        persons = self.keys_of(ids)
        if len(set(persons)) == len(ids):
            return []
        found: dict[str, list[str]] = defaultdict(list)
        for person, user_id in zip(persons, ids, strict=True):
            found[person].append(user_id)
        return [ids for ids in found.values() if len(ids) > 1]

    def _keys_of(self, user_ids: Sequence[str]) -> list[str]:
        """Return the key of each id alone, not of the person."""
        if new := [user_id for user_id in user_ids if user_id not in self._keys]:
            self._keys.update(zip(new, id_keys(new), strict=True))
        return list(map(self._keys.__getitem__, user_ids))

    def _root(self, key: str) -> str:
        while (parent := self._parents.get(key)) is not None:
            key = parent
        return key

    def _merge(self, one: str, other: str) -> None:
        least, most = sorted((self._root(one), self._root(other)))
        if least != most:
            self._parents[most] = least


def ids_of_persons(people: Sequence[IdAndAddress], ids: Iterable[str], addresses: Iterable[str]) -> set[str]:
    """Return every id of the persons who have one of these ids or addresses, which are given as keys.

    It groups people as `Persons` does, in a third of the time: only a few persons are wanted.
    """
    keys = id_keys([user_id for user_id, _ in people])
    pairs = list(zip(keys, _mailboxes(people, keys), strict=True))
    known_ids, known_mailboxes = set(ids), set(addresses) - {""}
    found, before = list[tuple[str, str]](), -1
    while len(found) > before:  # an id found by its address may have another address, with further ids
        before = len(found)
        found = [pair for pair in pairs if pair[0] in known_ids or pair[1] in known_mailboxes]
        known_ids.update(key for key, _ in found)
        known_mailboxes.update(mailbox for _, mailbox in found if mailbox)
    return {user_id for (user_id, _), key in zip(people, keys, strict=True) if key in known_ids}


def _mailboxes(people: Sequence[IdAndAddress], keys: Iterable[str]) -> Iterator[str]:
    """Yield the key of each address. An address that is also the id has the id's key."""
    addresses = _all_folded([address.strip() for _, address in people])
    for (user_id, address), key, mailbox in zip(people, keys, addresses, strict=True):
        yield key if address == user_id else mailbox


def spellings(*sources: Iterable[str]) -> dict[str, str]:
    """Map each spelling of an id to the original, for ids that several reports spell in different ways.

    Every source has the ids of one report. If one source has two ids that differ only in spelling, it is unknown which
    of them another source means, so both are left out.
    """
    by_key: dict[str, list[set[str]]] = {}
    for place, source in enumerate(map(list, sources)):
        if not _HAS_SEPARATOR("".join(source)):
            continue
        for user_id in source:
            if _HAS_SEPARATOR(user_id):
                by_key.setdefault(normalized_id(user_id), [set() for _ in sources])[place].add(user_id)
    originals: dict[str, str] = {}
    for ids in by_key.values():
        variants = sorted(set().union(*ids))
        if max(map(len, ids)) == 1 and len(variants) > 1 and (original := _original(variants)):
            originals |= {variant: original for variant in variants if variant != original}
    return originals


def _original(variants: Sequence[str]) -> str:
    """Restore an id from spellings in which different separators were replaced; blank if they contradict each other."""
    if len(set(map(len, variants))) > 1:
        return ""
    columns = [set(characters) - {" "} for characters in zip(*variants, strict=True)]
    return "".join(next(iter(column), " ") for column in columns) if max(map(len, columns)) < 2 else ""


def _all_folded(texts: Sequence[str]) -> Sequence[str]:
    """Apply `_folded` to each text; usually all are ASCII without line feeds, and lowered together."""
    joined = "\n".join(texts)
    lowered = joined.lower().split("\n") if joined.isascii() else ()
    return lowered if len(lowered) == len(texts) else list(map(_folded, texts))


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else normalize("NFC", normalize("NFC", text).casefold())
