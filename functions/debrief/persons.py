"""Who is one person under several user ids.

People are counted by distinct user id. Before anybody is called absent, back or new, ask here whether the same person
was seen under another id.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeAlias
from unicodedata import normalize

from debrief.util.values import is_identified

IdAndAddress: TypeAlias = tuple[str, str]  # as received; the address is blank where there is none

_ESCAPED = str.maketrans(dict.fromkeys(",|;\r\n", " "))
_SPOILED = re.compile(r"[ ,|;\r\n]").search


def escaped(user_id: str) -> str:
    """An id with a blank wherever some report of Kaltura writes one: two spellings of one id are equal then.

    The custom reports write a blank for a comma and a line break, the Summary page's tables for a bar and a semicolon.
    To find every row of one person in Kaltura's answers, compare ids by this and nothing else.
    """
    return (user_id.translate(_ESCAPED) if _SPOILED(user_id) else user_id).strip()


def id_key(user_id: str) -> str:
    """What equal ids of one person have in common: without escaping, composition (NFC) and case."""
    return _folded(escaped(user_id))


def address_key(address: str) -> str:
    """The same of addresses; blank for a blank one."""
    return _folded(address.strip())


def same_person(one: IdAndAddress, other: IdAndAddress) -> bool:
    """Whether two identified people are one: by equal ids, else by equal addresses."""
    if id_key(one[0]) == id_key(other[0]):
        return True
    address = address_key(one[1])
    return bool(address) and address == address_key(other[1])


class Persons:
    """Many people, and which of their ids are one person's; an id with two addresses joins the ids of both."""

    def __init__(self, people: Iterable[IdAndAddress] = ()) -> None:
        self._keys: dict[str, str] = {}  # of each user id
        self._by_address: dict[str, str] = {}  # the key of the first id with it
        self._joined: dict[str, str] = {}  # key by key that it is the same person as
        self.add(people)

    def add(self, people: Iterable[IdAndAddress]) -> None:
        """Take note of people; blank and `Unknown` ids are nobody's."""
        for user_id, address in people:
            if not is_identified(user_id):
                continue
            key = self._key(user_id)
            if address and (mailbox := key if address == user_id else address_key(address)):
                first = self._by_address.setdefault(mailbox, key)
                if first is not key and first != key:
                    self._join(first, key)

    def and_also(self, people: Iterable[IdAndAddress]) -> Persons:
        """These people and others, apart from the original."""
        both = Persons()
        both._keys, both._by_address, both._joined = dict(self._keys), dict(self._by_address), dict(self._joined)
        both.add(people)
        return both

    def of(self, user_id: str) -> str:
        """A key that the same person has under every id."""
        return self._root(self._key(user_id))

    def groups(self, user_ids: Iterable[str]) -> list[list[str]]:
        """These ids by person, for the people who have several of them; all in the order given."""
        ids = list(dict.fromkeys(user_ids))
        persons = list(map(self.of, ids))
        if len(set(persons)) == len(ids):
            return []
        found: dict[str, list[str]] = defaultdict(list)
        for person, user_id in zip(persons, ids, strict=True):
            found[person].append(user_id)
        return [ids for ids in found.values() if len(ids) > 1]

    def _key(self, user_id: str) -> str:
        key = self._keys.get(user_id)
        if key is None:
            key = self._keys[user_id] = id_key(user_id)
        return key

    def _root(self, key: str) -> str:
        while (above := self._joined.get(key)) is not None:
            key = above
        return key

    def _join(self, one: str, other: str) -> None:
        least, most = sorted((self._root(one), self._root(other)))
        if least != most:
            self._joined[most] = least


def spellings(*sources: Iterable[str]) -> dict[str, str]:
    """Of ids that several reports spell in different ways: each spelling, and the one that all of them come from.

    Every source is the ids of one report. Where a source itself has two ids that differ only so, nobody can tell which
    of them another source means; those stay as they are.
    """
    by_key: dict[str, list[set[str]]] = {}
    for place, source in enumerate(map(list, sources)):
        if not _SPOILED("".join(source)):
            continue
        for user_id in source:
            if _SPOILED(user_id):
                by_key.setdefault(escaped(user_id), [set() for _ in sources])[place].add(user_id)
    found: dict[str, str] = {}
    for ids in by_key.values():
        every = sorted(set().union(*ids))
        if max(map(len, ids)) == 1 and len(every) > 1 and (whole := _whole(every)):
            found |= {one: whole for one in every if one != whole}
    return found


def _whole(every: Sequence[str]) -> str:
    """The id that was spelled in these ways: a character that one of them lost as the others have it."""
    if len({len(one) for one in every}) > 1:
        return ""
    known = [set(characters) - {" "} for characters in zip(*every, strict=True)]
    return "".join(next(iter(kept), " ") for kept in known) if all(len(kept) < 2 for kept in known) else ""


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else normalize("NFC", normalize("NFC", text).casefold())
