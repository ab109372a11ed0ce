"""The contract's rule of one person for a pair, with which tests compare groups of many."""

from __future__ import annotations

from debrief.persons import IdAndAddress, address_key, id_key


def same_person(one: IdAndAddress, other: IdAndAddress) -> bool:
    """Return whether two identified people are the same: by equal ids, else by equal addresses."""
    if id_key(one[0]) == id_key(other[0]):
        return True
    address = address_key(one[1])
    return bool(address) and address == address_key(other[1])
