"""Time zones by their IANA names."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Files of the time zone database, or of a machine, that are no place: a time in them would mean nothing to a reader.
_NO_PLACES = frozenset({"Factory", "posixrules", "localtime"})
_COPIES = ("posix/", "right/")


def zone_of(name: str) -> ZoneInfo:
    """The zone of that name. Raises ValueError when there is none, or when it is no place."""
    if name in _NO_PLACES or name.startswith(_COPIES):
        raise ValueError("no place")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError("no time zone") from error
