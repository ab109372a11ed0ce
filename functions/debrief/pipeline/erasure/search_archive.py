"""What is left of a person in the archive: every version of every file of sessions is looked through."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from debrief.delivery.archive.layout import PREFIXES
from debrief.pipeline.erasure.purge import versions_of
from debrief.pipeline.erasure.search_terms import Terms
from debrief.pipeline.services import Services


@dataclass
class Searched:
    """How much was looked through, and where something of the person is left: keys, which name no one."""

    files: int = 0
    bytes: int = 0
    hits: list[str] = field(default_factory=list)


def search(services: Services, folders: Iterable[str], terms: Terms, *, everywhere: bool) -> Searched:
    """Look for the person in those sessions, or in the whole archive. Raises BadRequest for what cannot be read."""
    wanted, found = set(folders), Searched()
    if everywhere:
        keys = (one.key.split("/") for prefix in PREFIXES for one in services.archive.versions(f"{prefix}/"))
        wanted |= {"/".join(parts[1:3]) for parts in keys if len(parts) == 4}
    for folder in sorted(wanted):
        _search(services, folder, terms, found)
    return found


def _search(services: Services, folder: str, terms: Terms, found: Searched) -> None:
    bodies = {
        one.key if one.is_latest else f"{one.key} (version {one.version_id})": body
        for one in versions_of(services, folder)
        if not one.is_marker and (body := services.archive.read(one.key, one.version_id)) is not None
    }
    wanted = terms.without_names(_names_in(bodies))
    for place, body in bodies.items():
        found.files += 1
        found.bytes += len(body)
        if wanted.found_in(place.partition(" ")[0].rpartition("/")[2], body):
            found.hits.append(place)


def _names_in(bodies: Mapping[str, bytes]) -> set[str]:
    """The names of the people who are still in a session: somebody else may be called the same."""
    tables = (body for key, body in bodies.items() if key.startswith("reports/") and key.endswith("/attendees.csv"))
    lines = (csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")) for body in tables)
    return {row["user_name"].removeprefix("'") for table in lines for row in table}
