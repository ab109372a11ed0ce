"""Profiles of invented people: a job, a company, a country that fits the name, a device. The user id decides all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

from kaltura_standin.geography import CODES, places_in
from kaltura_standin.names import home_countries
from kaltura_standin.profiles import NOWHERE, Place, Profile

T = TypeVar("T")

_INDUSTRIES = {
    "Ports & shipping": ("Lindwater Ports", "Port of Anselmar", "Quillhaven Dredging", "Tressel & Moor Towage"),
    "Offshore energy": ("Kestrelmere Offshore", "Nordhavet Wind", "Gullstone Subsea"),
    "Research & education": ("Oskarholm University", "Institute of Tidal Studies, Pellwyn", "Marenco Polar Institute"),
    "Water & environment": ("Saltgrove Desalination", "Brackenshore Council", "Aldermere Water Board"),
    "Fisheries & aquaculture": ("Vellamo Fisheries", "Coldbay Mussels", "Sundvik Salmon"),
    "Engineering & consulting": ("Fennwick Hydrographic", "Harl & Osterby", "Deltaform Engineers"),
}
_WORK = {
    "Engineering": ("Instrument Engineer", "Survey Engineer", "Systems Engineer", "Electrical Engineer"),
    "Operations": ("Operations Manager", "Harbour Master", "Vessel Coordinator", "Site Supervisor"),
    "Research": ("Oceanographer", "Research Associate", "Doctoral Researcher", "Marine Biologist"),
    "Management": ("Head of Monitoring", "Managing Director", "Programme Manager"),
    "IT & data": ("Data Engineer", "Data Analyst", "IT Administrator"),
    "Purchasing": ("Buyer", "Procurement Lead"),
}
_RARE_DEVICES = ("Unknown", "Unknown", "Game console", "Digital media receiver")
_DEVICES = ("Computer",) * 60 + ("Mobile",) * 27 + ("Tablet",) * 9 + _RARE_DEVICES
_TRADES = tuple(_INDUSTRIES)
_ROLES = tuple(_WORK)
_LIKELY = (
    "US",
    "US",
    "US",
    "GB",
    "GB",
    "DE",
    "DE",
    "FR",
    "NL",
    "NL",
    "NO",
    "IT",
    "CA",
    "IN",
)  # for names that fit no country
_NOBODY = {"", "Unknown"}


def invented_profile(user_id: str, name: str) -> Profile:
    """Return the profile of a person registered for an event; for a guest, only place and device."""
    draw = _Draw(f"{user_id} {name}" if user_id in _NOBODY else user_id)
    if user_id in _NOBODY:
        return Profile(device=draw.of(_DEVICES))
    country = draw.of(home_countries(name) or _LIKELY)
    where = _place_of(draw, country)
    device = draw.of(_DEVICES)
    if "@" not in user_id:
        return Profile(place=where, device=device)
    industry, role = draw.of(_TRADES), draw.of(_ROLES)
    title = draw.of(_WORK[role]) if draw.chance(0.93) else ""
    company = draw.of(_INDUSTRIES[industry])
    registered = draw.chance(0.94)
    # Kaltura sometimes has the value as a JSON string.
    shown = f'"{role}"' if draw.chance(0.02) else role
    return Profile(
        title, company, country, shown if registered else None, industry if registered else None, where, device
    )


def _place_of(draw: _Draw, country: str) -> Place:
    """Return the place of a person's IP address: mostly in the country, sometimes abroad or unknown."""
    if draw.chance(0.03):
        return NOWHERE
    cities = places_in(draw.of(CODES) if draw.chance(0.04) else country)
    return cities[min(draw.below(len(cities)), draw.below(len(cities)))]


class _Draw:
    """Random numbers that depend only on a text, and are faster than a random generator."""

    def __init__(self, text: str) -> None:
        self._left = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=32).digest())

    def below(self, limit: int) -> int:
        self._left, drawn = divmod(self._left, limit)
        return drawn

    def chance(self, share: float) -> bool:
        return self.below(1000) < share * 1000

    def of(self, things: Sequence[T]) -> T:
        return things[self.below(len(things))]
