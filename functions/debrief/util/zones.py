"""Time zones by their IANA names."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# These files of the time zone database name no place, so a reader could not interpret a time in them.
_NO_PLACES = frozenset({"Factory", "posixrules", "localtime"})
_COPIES = ("posix/", "right/")


def zone_of(name: str) -> ZoneInfo:
    """Return the zone of that name. Raises ValueError when it does not exist or does not name a place."""
    if name in _NO_PLACES or name.startswith(_COPIES):
        raise ValueError("not a place")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError("not a time zone") from error
