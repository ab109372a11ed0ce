"""Profiles of users: from the user table, the event registration and the network."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a viewer's address lies. Coordinates are `latitude/longitude`."""

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
    """One person. `role` and `industry` come from the event registration: None without one."""

    title: str = ""
    company: str = ""
    country: str = ""  # as registered; the place may be elsewhere
    role: str | None = None
    industry: str | None = None
    place: Place = NOWHERE
    device: str = "Computer"


def no_profile(user_id: str, name: str) -> Profile:
    """What is known of a user of whom nothing is known."""
    del user_id, name
    return Profile()
