"""Erase people from the lists of registrations in the archive's folder `registrations/`."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import partial

from debrief.errors import BadRequest
from debrief.kaltura.session_data.erase_from_answers import ERASED, Erased
from debrief.model import Document, Person
from debrief.persons import id_key, normalized_id
from debrief.pipeline.erasure.listed_people import Line, List, is_list, keys_of_lists, lists, read_lists
from debrief.pipeline.privacy.tombstones import Tombstones
from debrief.pipeline.services import Services
from debrief.pipeline.session.registration_files import FOLDER
from debrief.pipeline.session.registration_tables import LARGEST, hidden_texts, media_type, with_tables


def erase_from_lists(services: Services, stones: Tombstones, people: Iterable[Person]) -> tuple[int, dict[str, str]]:
    """Remove erased people's lines, their names and addresses in other lines, and all older versions of the lists.

    `people` are the erased people known from other data. Return the number of rewritten lists, and the reasons why
    lists could not be read, by key. Safe to kill and run again.
    """
    rewritten, failed = 0, dict[str, str]()
    erased = _erased(services, stones, people)
    columns = dict(services.settings.registration_columns)
    for key in keys_of_lists(services):
        try:
            body = services.archive.read(key, most=LARGEST) or b""
            kept, _ = without_erased(body, columns, stones, erased)
        except BadRequest as error:
            failed[key] = f"The list cannot be read: {error} Delete it, or replace it without the person."
            continue
        if kept != body:
            services.archive.write(Document(key, kept, media_type(kept)))
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
    found = read_lists(body, columns)
    if reason := next((one.unreadable for one in found if one.unreadable), ""):
        raise BadRequest(reason)
    people = [person for one in found for person in _people(one, stones)[0]]
    erased = erased or Erased.of(people, partial(stones.pseudonym, FOLDER))
    tables = [_rows_without(one, stones, erased) for one in found]
    removed = sum(len(one.lines) + bool(one.heads) - len(rows) for one, rows in zip(found, tables, strict=True))
    if tables != [_rows(one, [line.cells for line in one.lines]) for one in found]:
        return with_tables(body, tables), removed
    # Comments and the like have no lines. A workbook that is written anew has none of them.
    is_named = any(erased.clean_text(text) != text for text in hidden_texts(body))
    return (with_tables(body, tables) if is_named else body), removed


def _rows_without(found: List, stones: Tombstones, erased: Erased) -> list[Sequence[str]]:
    """Return the rows of a list without erased people, with the header row."""
    keys = set(map(id_key, erased.ids))
    is_erased = [line.is_of(lambda value: stones.has(value) or id_key(value) in keys) for line in found.lines]
    cells = [
        _cleaned(line, found.persons if place >= found.title else (), stones, erased)
        for place, line in enumerate(found.lines)
        if not is_erased[place]
    ]
    return _rows(found, cells, found.title - sum(is_erased[: found.title]))


def _rows(found: List, cells: Sequence[Sequence[str]], title: int | None = None) -> list[Sequence[str]]:
    """Return the rows of a list, with the header row below the rows of the title."""
    above = found.title if title is None else title
    return [*cells[:above], *([found.heads] if found.heads else ()), *cells[above:]]


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


def _cleaned(line: Line, kept: Container[int], stones: Tombstones, erased: Erased) -> list[str]:
    """Return another person's line without names, addresses and ids of erased people; columns of `kept` stay."""
    theirs = line.mentioned(stones.has)
    text = "\n".join(line.cells)
    has_id = not erased.pseudonyms.keys().isdisjoint(map(normalized_id, line.cells))
    if not theirs and not has_id and erased.clean_text(text) == text:
        return list(line.cells)
    cells = enumerate(line.cells)
    return [ERASED if place in theirs else cell if place in kept else erased.clean_text(cell) for place, cell in cells]
