"""Erase people from the lists of registrations in the archive's folder `registrations/`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from debrief.errors import BadRequest
from debrief.kaltura.session_data.erase_from_answers import ERASED, Erased
from debrief.model import Document, Person
from debrief.persons import id_key, normalized_id
from debrief.pipeline.erasure.listed_people import Line, List, is_list, keys_of_lists, lists, read_list
from debrief.pipeline.privacy.tombstones import Tombstones
from debrief.pipeline.services import Services
from debrief.pipeline.session.registration_files import FOLDER, with_rows


def erase_from_lists(services: Services, stones: Tombstones, people: Iterable[Person]) -> tuple[int, dict[str, str]]:
    """Remove erased people's lines, their names and addresses in other lines, and all older versions of the lists.

    `people` are the erased people known from other data. Return the number of rewritten lists, and the reasons why
    lists could not be read, by key. Safe to kill and run again.
    """
    rewritten, failed = 0, dict[str, str]()
    erased = _erased(services, stones, people)
    columns = dict(services.settings.registration_columns)
    for key in keys_of_lists(services):
        body = services.archive.read(key) or b""
        try:
            kept, _ = without_erased(body, columns, stones, erased)
        except BadRequest as error:
            failed[key] = f"The list cannot be read: {error} Delete it, or replace it without the person."
            continue
        if kept != body:
            services.archive.write(Document(key, kept, "text/csv"))
            rewritten += 1
    # Oldest first: if this run is killed, no older version of a deleted list becomes the current one.
    for version in reversed(list(services.archive.versions(FOLDER))):
        if is_list(version.key) and (version.is_marker or not version.is_latest):
            services.archive.delete(version)
    return rewritten, failed


def without_erased(
    body: bytes, columns: Mapping[str, str], stones: Tombstones, erased: Erased | None = None
) -> tuple[bytes, int]:
    """Return a list's bytes without erased people, unchanged if it names none; and the number of removed lines.

    Raises BadRequest if the list cannot be read.
    """
    found = read_list(body, columns)
    if found.unreadable:
        raise BadRequest(found.unreadable)
    erased = erased or Erased.of(_people(found, stones)[0], partial(stones.pseudonym, FOLDER))
    keys = set(map(id_key, erased.ids))
    kept = [line for line in found.lines if not line.is_of(lambda value: stones.has(value) or id_key(value) in keys)]
    clean = [_cleaned(line, found, stones, erased) for line in kept]
    if clean == [line.cells for line in found.lines]:
        return body, 0
    return with_rows(body, [found.heads, *clean] if found.heads else clean), len(found.lines) - len(kept)


def _erased(services: Services, stones: Tombstones, people: Iterable[Person]) -> Erased:
    """Return the erased people, also with their names on the lists."""
    found, others = list(people), list[Person]()
    for _, one in lists(services):
        theirs, rest = _people(one, stones)
        found += theirs
        others += rest
    return Erased.of(found, partial(stones.pseudonym, FOLDER), others)


def _people(found: List, stones: Tombstones) -> tuple[list[Person], list[Person]]:
    """Return the erased people of a list, and the others."""
    erased, others = list[Person](), list[Person]()
    for line in found.lines:
        people = erased if line.is_of(stones.has) else others
        name = found.name(line)
        people += [Person("" if "@" in one else one, name, one if "@" in one else "") for one in line.own]
    return erased, others


def _cleaned(line: Line, found: List, stones: Tombstones, erased: Erased) -> list[str]:
    """Return another person's line without names, addresses and ids of erased people."""
    theirs = line.mentioned(stones.has)
    text = "\n".join(line.cells)
    has_id = not erased.pseudonyms.keys().isdisjoint(map(normalized_id, line.cells))
    if not theirs and not has_id and erased.clean_text(text) == text:
        return list(line.cells)
    kept, cells = found.persons, enumerate(line.cells)
    return [ERASED if place in theirs else cell if place in kept else erased.clean_text(cell) for place, cell in cells]
