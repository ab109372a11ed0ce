"""Find and erase people in the lists of registrations that somebody put into the archive."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from debrief.errors import BadRequest
from debrief.kaltura.session_data.erase_from_answers import Erased
from debrief.model import Document, Person
from debrief.persons import id_key, normalized_id
from debrief.pipeline.privacy.tombstones import Tombstones
from debrief.pipeline.services import Services
from debrief.pipeline.session.registration_files import FOLDER, address_in, identifying_places, read_csv, rows_in
from debrief.registration import SCOPES, Registrant

_LIST = re.compile(rf"{FOLDER}(?:{'|'.join(SCOPES)})=[A-Za-z0-9_%-]+[.]csv").fullmatch


def keys_of_lists(services: Services) -> list[str]:
    """Return the keys of all lists. Other files in the folder are not Debrief's."""
    return list(filter(_LIST, services.archive.keys(FOLDER)))


def people_on_lists(services: Services, unreadable: dict[str, str] | None = None) -> Iterator[tuple[str, Registrant]]:
    """Yield the key of each list that can be read, with each of its registrants.

    Add to `unreadable` the keys of the other lists, each with the reason.
    """
    for key in keys_of_lists(services):
        try:
            found = read_csv(services.archive.read(key) or b"", dict(services.settings.registration_columns))
        except BadRequest as error:
            if unreadable is not None:
                unreadable[key] = str(error)
            continue
        yield from ((key, person) for person in found)


def erase_from_lists(services: Services, stones: Tombstones, people: Iterable[Person]) -> tuple[int, dict[str, str]]:
    """Remove the lines of erased people, their names and addresses in other lines, and every older version of lists.

    `people` are erased people whom other data names. Return the number of rewritten lists, and by key why a list could
    not be read. Safe to kill and run again.
    """
    rewritten, failed = 0, dict[str, str]()
    erased = _erased(services, stones, people)
    for key in keys_of_lists(services):
        body = services.archive.read(key) or b""
        try:
            kept = _without(services, body, stones.has, erased)
        except BadRequest as error:
            failed[key] = f"The list cannot be read: {error} Delete it, or replace it without the person."
            continue
        if kept != body:
            services.archive.write(Document(key, kept, "text/csv; charset=utf-8"))
            rewritten += 1
    # The oldest version first, so that a deleted list never becomes readable again, even if this run is killed.
    for version in reversed(list(services.archive.versions(FOLDER))):
        if _LIST(version.key) and (version.is_marker or not version.is_latest):
            services.archive.delete(version)
    return rewritten, failed


def _erased(services: Services, stones: Tombstones, people: Iterable[Person]) -> Erased:
    """Return the erased people, with the names that the lists have of them."""
    found, others = list(people), list[Person]()
    for _, registrant in people_on_lists(services):
        is_erased = stones.has(registrant.user_id, registrant.email)
        (found if is_erased else others).append(Person(registrant.user_id, registrant.name, registrant.email))
    return Erased.of(found, partial(stones.pseudonym, FOLDER), others)


def _without(services: Services, body: bytes, is_erased: Callable[[str], bool], erased: Erased) -> bytes:
    """Return a list without erased people; the same bytes if it names none of them."""
    heads, *rows = list(rows_in(body)) or [[]]
    columns = dict(services.settings.registration_columns)
    identifying, names = identifying_places(heads, columns)
    keys = set(map(id_key, erased.ids))
    clean = [
        _cleaned(row, {*identifying, *names}, erased)
        for row in rows
        if not any(is_erased(value) or id_key(value) in keys for value in _identifiers(row, identifying))
    ]
    if clean == rows:
        return body
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([heads, *clean])
    return out.getvalue().encode()


def _identifiers(row: list[str], places: Iterable[int]) -> Iterator[str]:
    """Yield the values by which a line may be a person's."""
    for place in places:
        if place < len(row):
            yield " ".join(row[place].split())
            yield address_in(row[place])


def _cleaned(row: list[str], kept: set[int], erased: Erased) -> list[str]:
    """Return another person's line without names, addresses and ids of erased people, except in the `kept` places."""
    text = "\n".join(row)
    if erased.clean_text(text) == text and erased.pseudonyms.keys().isdisjoint(map(normalized_id, row)):
        return row
    return [cell if place in kept else erased.clean_text(cell) for place, cell in enumerate(row)]
