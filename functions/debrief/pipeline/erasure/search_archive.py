"""Search every version of every file of sessions for texts that still mention a person."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from debrief.delivery.archive.layout import PREFIXES
from debrief.errors import BadRequest
from debrief.pipeline.erasure.purge import versions_of
from debrief.pipeline.erasure.search_terms import Terms
from debrief.pipeline.services import Services


@dataclass
class SearchResult:
    """How much was searched, and the keys of files that still mention the person; keys do not name people."""

    files: int = 0
    bytes: int = 0
    hits: list[str] = field(default_factory=list)


def search(services: Services, folders: Iterable[str], terms: Terms, *, everywhere: bool) -> SearchResult:
    """Search these sessions, or the whole archive, for the person. Raises BadRequest for an unreadable file."""
    wanted, result = set(folders), SearchResult()
    if everywhere:
        keys = (file.key.split("/") for prefix in PREFIXES for file in services.archive.versions(f"{prefix}/"))
        wanted |= {"/".join(parts[1:3]) for parts in keys if len(parts) >= 4}
    for folder in sorted(wanted):
        _search(services, folder, terms, result)
    return result


def _search(services: Services, folder: str, terms: Terms, result: SearchResult) -> None:
    bodies = {
        file.key if file.is_latest else f"{file.key} (version {file.version_id})": body
        for file in versions_of(services, folder)
        if not file.is_marker and (body := services.archive.read(file.key, file.version_id)) is not None
    }
    wanted = terms.without_names(_names_in(bodies))
    for place, body in bodies.items():
        result.files += 1
        result.bytes += len(body)
        try:
            is_found = wanted.found_in(place.partition(" ")[0].rpartition("/")[2], body)
        except BadRequest as error:
            raise BadRequest(f"{place}: {error}") from None
        if is_found:
            result.hits.append(place)


def _names_in(bodies: Mapping[str, bytes]) -> set[str]:
    """Return the names of the remaining people of a session, because they may have the person's name."""
    tables = (body for key, body in bodies.items() if key.startswith("reports/") and key.endswith("/attendees.csv"))
    lines = (csv.DictReader(io.StringIO(body.decode("utf-8-sig", "replace"), newline="")) for body in tables)
    return {(row.get("user_name") or "").removeprefix("'") for table in lines for row in table}
