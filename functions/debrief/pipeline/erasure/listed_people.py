"""Find people in the lists of registrations in the archive, whatever columns these lists have."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from debrief.errors import BadRequest
from debrief.persons import address_key, id_key
from debrief.pipeline.services import Services
from debrief.pipeline.session.registration_columns import (
    address_in,
    fields_in,
    header_place,
    identifying_places,
    user_id_in,
)
from debrief.pipeline.session.registration_files import FOLDER
from debrief.pipeline.session.registration_tables import LARGEST, SUFFIXES, tables_in
from debrief.registration import SCOPES

_LIST = re.compile(rf"{FOLDER}(?:{'|'.join(SCOPES)})=[A-Za-z0-9_%-]+[.](?:{'|'.join(SUFFIXES)})").fullmatch


@dataclass(frozen=True)
class Line:
    """A line of a list. `own` has its person's ids and addresses; `mentions` has addresses in other cells."""

    cells: Sequence[str]
    own: frozenset[str]
    mentions: Mapping[int, str]  # by column number

    def is_of(self, has: Callable[[str], bool]) -> bool:
        """Return whether the line is this person's."""
        return any(map(has, self.own))

    def mentioned(self, has: Callable[[str], bool]) -> set[int]:
        """Return the column numbers of mentions of this person."""
        return {place for place, address in self.mentions.items() if has(address)}


@dataclass(frozen=True)
class List:
    """A list, or one sheet of it, with all its lines; hidden sheets are included.

    If a line cannot be read, it has the lines before it and the reason (`unreadable`).
    """

    heads: Sequence[str]  # empty if there is no header line
    fields: Mapping[str, int]  # the column number of each known field
    persons: frozenset[int]  # the numbers of columns with addresses, ids and names
    lines: Sequence[Line]
    title: int = 0  # how many of the lines are above the header line
    unreadable: str = ""

    def named(self, line: Line, taken: Container[str], places: AbstractSet[int] | None = None) -> dict[str, str]:
        """Return a line's cells (only those of `places`, if given), by field if known, else by column name.

        A name that is already `taken` gets the column number.
        """
        fields = {place: field for field, place in self.fields.items() if field not in {"first", "last"}}
        found = dict[str, str]()
        if places is None and "name" not in self.fields and (name := self.name(line)):
            found["name"] = name
        for place, cell in enumerate(line.cells):
            if places is not None and place not in places:
                continue
            head = self.heads[place].strip() if place < len(self.heads) else ""
            name = fields.get(place) or head or f"column {place + 1}"
            is_free = name not in found and name not in taken
            found[name if is_free else f"{name} (column {place + 1})"] = cell.strip()
        return found

    def name(self, line: Line) -> str:
        """Return the name in a line; blank if no column of names is known."""
        places = [self.fields["name"]] if "name" in self.fields else [self.fields.get("first"), self.fields.get("last")]
        cells = (line.cells[place] for place in places if place is not None and place < len(line.cells))
        return " ".join(" ".join(cells).split())


def lists(services: Services) -> Iterator[tuple[str, List]]:
    """Yield each list with its key, a workbook's sheets one after another."""
    columns = dict(services.settings.registration_columns)
    for key in keys_of_lists(services):
        try:
            found = read_lists(services.archive.read(key, most=LARGEST) or b"", columns)
        except BadRequest as error:
            found = [unreadable_list(str(error))]
        yield from ((key, one) for one in found)


def incomplete(unreadable: Mapping[str, str]) -> list[str]:
    """Return a sentence for each list that could not be read; `unreadable` has the reasons by key."""
    return [f"{key} could not be read, so this answer may be incomplete: {why}" for key, why in unreadable.items()]


def keys_of_lists(services: Services) -> list[str]:
    """Return the keys of all lists. Debrief ignores other files in the folder."""
    return list(filter(is_list, services.archive.keys(FOLDER)))


def is_list(key: str) -> bool:
    """Return whether a file in the folder is a list, by its key."""
    return bool(_LIST(key))


def read_lists(body: bytes, columns: Mapping[str, str]) -> list[List]:
    """Read a list, even if its column names are unknown and no report can use it: each sheet of a workbook.

    A part that cannot be read is a list with the reason.
    """
    found = list[List]()
    try:
        for table in tables_in(body):
            found.append(_read(table.rows, columns))
            if found[-1].unreadable:
                break
    except BadRequest as error:
        found.append(unreadable_list(str(error)))
    return found


def unreadable_list(reason: str) -> List:
    """Return a list without lines."""
    return List((), {}, frozenset(), (), unreadable=reason)


def _read(found: Iterator[list[str]], columns: Mapping[str, str]) -> List:
    """Read one table.

    If no column name says where the addresses are, they are in the column with the most different ones. A line without
    an address there belongs to the addresses in its other cells. A user id with several addresses is nobody's.
    """
    rows, reason = list[list[str]](), ""
    try:
        for row in found:
            rows.append(row)
    except BadRequest as error:
        reason = str(error)
    title = header_place(rows, lambda row: any(identifying_places(row, columns)[:2])) or 0
    heads = rows[title] if rows else []
    addresses, ids, names = identifying_places(heads, columns)
    if not (addresses or ids) and any("@" in cell for cell in heads):
        heads, names = [], set()  # there is no header line
    rows = rows[:title] + rows[title + 1 :] if heads else rows
    addresses = addresses or _most_different(rows)
    nobodys = _shared_ids(rows, addresses, ids)
    lines = [_line(row, addresses, ids, nobodys) for row in rows]
    return List(heads, fields_in(heads, columns), frozenset(addresses | ids | names), lines, title, reason)


def _line(row: Sequence[str], addresses: set[int], ids: set[int], nobodys: set[str]) -> Line:
    found = {place: address for place, cell in enumerate(row) if "@" in cell and (address := _address(cell))}
    own = {found[place] for place in addresses if place in found}
    own |= {row[place].strip() for place in ids if place < len(row) and user_id_in(row[place])}
    own = {value for value in own if id_key(value) not in nobodys}
    mentions = {place: address for place, address in found.items() if place not in addresses | ids}
    if not own:
        own, mentions = set(mentions.values()), {}
    # A column of addresses may have a user id.
    own |= {row[place].strip() for place in addresses - found.keys() if place < len(row) and user_id_in(row[place])}
    return Line(row, frozenset(own), mentions)


def _address(cell: str) -> str:
    return address_in(" ".join(cell.split()))


def _most_different(rows: Sequence[Sequence[str]]) -> set[int]:
    found = defaultdict[int, set[str]](set)
    for row in rows:
        for place, cell in enumerate(row):
            if "@" in cell and (address := _address(cell)):
                found[place].add(address_key(address))
    return {max(found, key=lambda place: len(found[place]))} if found else set()


def _shared_ids(rows: Sequence[Sequence[str]], addresses: set[int], ids: set[int]) -> set[str]:
    """Return the keys of ids with several addresses, for example of a contact's owner."""
    found = defaultdict[str, set[str]](set)
    for row in rows:
        own = [address_key(_address(row[place])) for place in addresses if place < len(row)]
        for place in ids:
            if place < len(row) and (address := next(filter(None, own), "")):
                found[id_key(row[place])].add(address)
    return {key for key, several in found.items() if len(several) > 1}
