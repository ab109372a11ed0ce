"""Invented people from many places: names in their own script, and addresses in ASCII."""

# ruff: noqa: RUF001  (letters that look alike are the point here)

from __future__ import annotations

import itertools
import random
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from kaltura_standin.namebook import PLACES, HomePlace


class Person(NamedTuple):
    """The details of a person that Kaltura has."""

    user_id: str
    name: str
    email: str
    type: str  # User or Guest


_DOMAINS = ("example.com", "example.org", "example.net")
_NICKNAMES = ("Guest", "Booth", "Mika 🌊", "🎧 Jo", "sam", "R.", "Kai (phone)", "Meeting room", "Lu ☕", "iPad")
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ß": "ss",
        "æ": "ae",
        "ı": "i",
        "þ": "th",
        "Ø": "O",
        "Ł": "L",
        "Đ": "D",
        "Æ": "AE",
        "Þ": "Th",
    },
)


def people(rng: random.Random) -> Iterator[Person]:
    """Yield registered users without end. Each has another address, which is also the user id."""
    used: Counter[tuple[str, str]] = Counter()
    places = [_split(place) for place in PLACES]
    weights = list(itertools.accumulate(place.weight for place in PLACES))
    while True:
        (given, family), family_first = rng.choices(places, cum_weights=weights)[0]
        first, last = rng.choice(given), rng.choice(family)
        name = _joined(last[0], first[0]) if family_first else f"{first[0]} {last[0]}"
        email = _numbered((f"{first[1]}.{last[1]}".lower(), rng.choice(_DOMAINS)), used)
        yield Person(email, name, email, "User")


def guests(rng: random.Random) -> Iterator[Person]:
    """Yield guests without end: a random id that never repeats, a name, no address."""
    first = rng.getrandbits(24)
    for number in itertools.count(1):
        name = rng.choice(_NICKNAMES)
        shown = f"Guest {number}" if name == "Guest" else name
        yield Person(f"{(first + number * 0x9E3779) % 0x1000000:06x}", shown, "", "Guest")


def home_countries(name: str) -> tuple[str, ...]:
    """Return the codes of countries in which a person with this name may live; none for an unknown name."""
    words = [*name.split(), name[:2], name[:1]]  # Chinese, Japanese and Korean names have no space
    return next((_families()[word] for word in words if word in _families()), ())


@cache
def _families() -> dict[str, tuple[str, ...]]:
    """Return the countries of each family name."""
    return {native: tuple(place.countries.split()) for place in PLACES for native, _ in _pairs(place.family)}


def _split(place: HomePlace) -> tuple[tuple[list[tuple[str, str]], list[tuple[str, str]]], bool]:
    return (_pairs(place.given), _pairs(place.family)), place.family_first


def _pairs(text: str) -> list[tuple[str, str]]:
    pieces = (word.partition("|") for word in text.split())
    return [(native, ascii_ or _fold(native)) for native, _, ascii_ in pieces]


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKD", text.translate(_LETTERS)).encode("ascii", "ignore").decode()


def _joined(family: str, given: str) -> str:
    """Put the family name first: with a space in Latin letters, without a space in Chinese, Japanese and Korean."""
    return f"{family} {given}" if family < "\u2e80" else f"{family}{given}"


def _numbered(address: tuple[str, str], used: Counter[tuple[str, str]]) -> str:
    """Return the address; if it was used before, with a number."""
    used[address] += 1
    local, domain = address
    return f"{local}{used[address]}@{domain}" if used[address] > 1 else f"{local}@{domain}"
