"""Read lists of registrations: CSV files and Excel workbooks in the archive's folder `registrations/`.

A file's name says whether it is for one session, one virtual event or one room: `session=1_cue00001.csv`,
`event=77.xlsx`, `room=1_room0001.csv`. Another program exported the file, so the column order, delimiter and encoding
may be any.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice

from debrief.delivery.archive.archive import Archive
from debrief.delivery.archive.layout import safe_id
from debrief.errors import BadRequest
from debrief.model import NotKnown, Session, SessionData
from debrief.persons import address_key, id_key
from debrief.pipeline.services import Services
from debrief.pipeline.session.registration_columns import (
    TITLE_ROWS,
    address_in,
    cell_at,
    date_place,
    fields_in,
    header_place,
    known_names,
    statuses_of,
    time_in,
    unusable,
    user_id_in,
)
from debrief.pipeline.session.registration_tables import LARGEST, SUFFIXES, is_workbook, tables_in
from debrief.registration import MOST_PEOPLE, SCOPES, UNCLEAR, Registrant, Registrations, Scope, folded

log = logging.getLogger(__name__)

FOLDER = "registrations/"
_MOST_COLUMNS = 60  # further columns
_MOST_ANSWERS = 50_000_000  # characters of all answers, each with its column name, as archived


def registrations_in_files(services: Services, data: SessionData) -> Registrations | NotKnown | None:
    """Return the list for a session: its own, else its event's, else its room's; None if there is no list.

    If several parts of a merged session have lists, return these together. If the setting is off, return None; if a
    list cannot be read, the reason. Raises the errors of the archive.
    """
    if not services.settings.registrations:
        return None
    found = set(services.archive.keys(FOLDER))
    for scope, ids in _scopes(data.session):
        names = [[key for suffix in SUFFIXES if (key := key_for(scope, id_, suffix)) in found] for id_ in ids]
        if any(names):
            read = _read(services, scope, names)
            if isinstance(read, NotKnown):
                log.warning("The list for session %s is not used: %s", data.session.cue_point_id, read.reason)
            return read
    return None


def check_lists(archive: Archive, columns: Mapping[str, str]) -> tuple[int, list[str]]:
    """Return how many lists of an archive can be used, and why each of the others cannot.

    Raises the errors of the archive.
    """
    by_id = defaultdict[str, list[str]](list)
    faults = list[str]()
    for key in sorted(archive.keys(FOLDER)):
        id_, _, suffix = key.rpartition(".")
        if suffix in SUFFIXES and id_.startswith(tuple(f"{FOLDER}{scope}=" for scope in SCOPES)):
            by_id[id_].append(key)
        elif not key.endswith("/"):  # S3's console creates such an object for a folder
            faults.append(f"No session uses the file {key}: its name must be like {FOLDER}session=ID.csv.")
    results = [_list_at(archive, keys, columns) for keys in by_id.values()]
    faults += [result.reason for result in results if isinstance(result, NotKnown)]
    return sum(isinstance(result, list) for result in results), faults


def _scopes(session: Session) -> Iterator[tuple[Scope, Sequence[str]]]:
    """Yield what a list can be for, the most specific first, with the ids that its name can have."""
    yield "session", list(dict.fromkeys((session.cue_point_id, *session.cue_point_ids)))
    if session.event_id:
        yield "event", [session.event_id]
    yield "room", [session.entry_id]


def _read(services: Services, scope: Scope, names: Sequence[Sequence[str]]) -> Registrations | NotKnown | None:
    """Return the people on the lists with these keys, given for each id; None if all were removed just now."""
    lists = list[list[Registrant]]()
    for keys in names:
        found = _list_at(services.archive, keys, dict(services.settings.registration_columns))
        if isinstance(found, NotKnown):
            return found
        if found is not None:
            lists.append(found)
    return Registrations(scope, "file", list(chain.from_iterable(lists))) if lists else None


def _list_at(archive: Archive, keys: Sequence[str], columns: Mapping[str, str]) -> list[Registrant] | NotKnown | None:
    """Return the list of one id, which has these keys; None if there is none.

    Two lists of one id are unclear: one of them is probably out of date.
    """
    if len(keys) > 1:
        return NotKnown(f"There are two lists of registrations, {' and '.join(keys)}; delete one of them.")
    for key in keys:
        try:
            body = archive.read(key, most=LARGEST)
            return None if body is None else read_list(body, columns)
        except BadRequest as error:
            return NotKnown(f"The list of registrations {key} cannot be read: {error}")
    return None


def key_for(scope: Scope, id_: str, suffix: str = "csv") -> str:
    """Return the key of the list for a session, a virtual event or a room."""
    return f"{FOLDER}{scope}={safe_id(id_)}.{suffix}"


def read_list(body: bytes, columns: Mapping[str, str]) -> list[Registrant]:
    """Return the registrants of a file. `columns` has the column names from the settings, by field.

    Raises BadRequest if the file cannot be read; its reason quotes no cell.
    """
    return _without_shared_ids(list(_registrants(body, columns)))


def _header_and_rows(body: bytes, columns: Mapping[str, str]) -> tuple[Sequence[str], Iterator[list[str]]]:
    """Return the header row and the rows below it, of the first visible sheet that says who is on the list."""
    error: BadRequest | None = None
    for table in tables_in(body):
        if table.is_hidden:
            continue
        start = list(islice(table.rows, TITLE_ROWS))
        if not start:
            continue
        heads = [[cell_at(row, place) for place in range(len(row))] for row in start]
        place = header_place(heads, lambda row: unusable(row, columns) is None)
        if place is not None:
            return heads[place], chain(start[place + 1 :], table.rows)
        if not is_workbook(body) and _is_plain_text(heads):
            raise BadRequest("it is no Excel workbook, and no text with commas, semicolons or tabs between columns.")
        error = error or unusable(heads[0], columns)
    raise error or BadRequest("it is empty, or all its sheets are hidden.")


def _is_plain_text(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether rows are lines of text, not of a list with one column."""
    return all(len(row) == 1 and "@" not in row[0] and not known_names(row) for row in rows)


def unclear_words(body: bytes, columns: Mapping[str, str], most: int) -> list[str]:
    """Return the most frequent words for a status that Debrief does not know; none that may be an address."""
    heads, rows = _header_and_rows(body, columns)
    place, statuses = fields_in(heads, columns).get("status"), statuses_of(columns)
    words = Counter(cell_at(row, place) for row in rows) if place is not None else {}
    unclear = {word: count for word, count in words.items() if folded(word) not in statuses and "@" not in word}
    return sorted(unclear, key=lambda word: -unclear[word])[:most]


def _registrants(body: bytes, columns: Mapping[str, str]) -> Iterator[Registrant]:
    heads, rows = _header_and_rows(body, columns)
    places, statuses, date = fields_in(heads, columns), statuses_of(columns), date_place(heads)
    others = [place for place, head in enumerate(heads) if head and place not in places.values()][:_MOST_COLUMNS]
    characters, meanings = 0, dict[str, str]()  # meanings of statuses, as spelled
    for number, row in enumerate(rows, start=1):
        if number > MOST_PEOPLE:
            raise BadRequest(f"it has more than {MOST_PEOPLE:,} rows.")
        cells = {field: cell_at(row, place) for field, place in places.items()}
        if not any(cell for field, cell in cells.items() if field != "origin"):
            continue
        name = cells.get("name") or " ".join(filter(None, (cells.get("first", ""), cells.get("last", ""))))
        if (word := cells.get("status", "")) not in meanings:
            meanings[word] = statuses.get(folded(word), UNCLEAR)
        answers = {heads[place]: cell for place in others if (cell := cell_at(row, place))}
        characters += sum(map(len, answers)) + sum(map(len, answers.values()))
        if characters > _MOST_ANSWERS:
            raise BadRequest(f"its answers have more than {_MOST_ANSWERS:,} characters; leave out columns.")
        yield Registrant(
            email=address_in(cells.get("email", "")),
            name=name,
            user_id=user_id_in(cells.get("user_id", "")),
            company=cells.get("company", ""),
            status=meanings[word],
            answers=answers,
            origin=cells.get("origin", ""),
            registered_at="" if date is None else time_in(cell_at(row, date)),
        )


def _without_shared_ids(people: list[Registrant]) -> list[Registrant]:
    """Blank user ids with several addresses: they are not the people's own, but for example of a contact's owner."""
    addresses = defaultdict[str, set[str]](set)
    for person in people:
        if person.user_id and person.email:
            addresses[id_key(person.user_id)].add(address_key(person.email))
    shared = {key for key, found in addresses.items() if len(found) > 1}
    if not shared:
        return people
    return [replace(person, user_id="") if id_key(person.user_id) in shared else person for person in people]
