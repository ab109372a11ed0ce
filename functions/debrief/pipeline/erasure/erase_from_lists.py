"""Find and erase people in the lists of registrations that somebody put into the archive."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

from debrief.errors import BadRequest
from debrief.model import Document
from debrief.pipeline.services import Services
from debrief.pipeline.session.registration_files import FOLDER, places_of, read_csv, rows_in
from debrief.registration import Registrant


def people_on_lists(services: Services) -> Iterator[tuple[str, Registrant]]:
    """Yield the key of each list that can be read, with each of its registrants."""
    for key in services.archive.keys(FOLDER):
        try:
            found = list(read_csv(services.archive.read(key) or b"", dict(services.settings.registration_columns)))
        except BadRequest:  # no report used it; `erase` names such a file
            continue
        yield from ((key, person) for person in found)


def erase_from_lists(services: Services, is_erased: Callable[[str], bool]) -> tuple[int, dict[str, str]]:
    """Remove the lines of erased people, then every older version of all lists.

    Return the number of rewritten lists, and by key why a list could not be read. Safe to kill and run again.
    """
    rewritten, failed = 0, dict[str, str]()
    for key in list(services.archive.keys(FOLDER)):
        body = services.archive.read(key) or b""
        try:
            kept = _without(services, body, is_erased)
        except BadRequest as error:
            failed[key] = f"The list cannot be read: {error} Delete it, or replace it without the person."
            continue
        if kept != body:
            services.archive.write(Document(key, kept, "text/csv; charset=utf-8"))
            rewritten += 1
    for version in list(services.archive.versions(FOLDER)):
        if not version.is_latest or version.is_marker:
            services.archive.delete(version)
    return rewritten, failed


def _without(services: Services, body: bytes, is_erased: Callable[[str], bool]) -> bytes:
    """Return a list without the lines of erased people; the same bytes if it names none of them."""
    heads, *rows = list(rows_in(body)) or [[]]
    places = places_of(heads, dict(services.settings.registration_columns))
    identifying = [places[field] for field in ("email", "user_id") if field in places]
    kept = [row for row in rows if not any(is_erased(row[place].strip()) for place in identifying if place < len(row))]
    if len(kept) == len(rows):
        return body
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([heads, *kept])
    return out.getvalue().encode()
