"""Profiles of users: from the user table, the event registration and the network."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a viewer's IP address. Coordinates are `latitude/longitude`."""

    country: str = "Unknown"  # the name, as it is stored and as filters compare it
    code: str = ""  # ISO 3166, two letters
    country_at: str = ""
    region: str = "Unknown"
    region_at: str = ""
    city: str = "Unknown"
    city_at: str = ""


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Profile:
    """The profile of a person. `role` and `industry` come from the event registration; None without a registration."""

    title: str = ""
    company: str = ""
    country: str = ""  # as registered; may differ from the place
    role: str | None = None
    industry: str | None = None
    place: Place = NOWHERE
    device: str = "Computer"


def no_profile(user_id: str, name: str) -> Profile:
    """Return an empty profile, for a user about whom nothing is known."""
    del user_id, name
    return Profile()
