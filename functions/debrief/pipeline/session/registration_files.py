"""Read lists of registrations that people put into the archive's folder `registrations/`, as CSV files.

A file is for one session, one virtual event or one room, by its name: `session=1_cue00001.csv`, `event=77.csv`,
`room=1_room0001.csv`. The file is somebody's export from another program: any column order, delimiter and encoding.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from debrief.delivery.archive.layout import safe_id
from debrief.errors import BadRequest
from debrief.model import NotKnown, Session, SessionData
from debrief.persons import address_key, id_key
from debrief.pipeline.services import Services
from debrief.registration import BLOCKED, CANCELLED, INVITED, REGISTERED, UNCLEAR, Registrant, Registrations, Scope

FOLDER = "registrations/"
LARGEST = 50_000_000  # bytes of a file
_MOST_ROWS, _MOST_COLUMNS, _LONGEST = 200_000, 60, 500  # rows, further columns, characters of a cell
_MOST_ANSWERS = 50_000_000  # characters of all answers, each with the head of its column, as the archive keeps them
_DELIMITERS = ",;\t|"
_EXCEL_DELIMITER = re.compile(r"sep=([,;\t|])\r?\n")  # Excel's own first line
_HEAD_LINES = 100_000  # characters of a file in which the head is looked for
_INVISIBLE = str.maketrans(dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff"))
_NO_ID = frozenset({"", "0", "na", "nan", "nil", "none", "null", "undefined", "unknown"})  # as `_folded` returns them
# The names of columns that common programs use, without case, blanks and punctuation.
_NAMES: Mapping[str, frozenset[str]] = {
    "email": frozenset({"email", "emailaddress", "mail", "useremail", "workemail", "attendeeemail", "registrantemail"}),
    "name": frozenset({"name", "fullname", "username", "attendee", "attendeename", "registrantname"}),
    "first": frozenset({"firstname", "givenname"}),
    "last": frozenset({"lastname", "surname", "familyname"}),
    "company": frozenset({"company", "companyname", "organization", "organisation", "account", "accountname"}),
    "status": frozenset({"status", "registrationstatus", "attendeestatus", "approvalstatus"}),
    "user_id": frozenset({"userid", "kalturauserid"}),
}
_IDENTIFYING = ("email", "user_id")
_STATUSES: Mapping[str, frozenset[str]] = {  # what other programs write, without case, blanks and punctuation
    REGISTERED: frozenset(
        {
            "",
            "registered",
            "confirmed",
            "autoconfirmed",
            "approved",
            "accepted",
            "attending",
            "attended",
            "participated",
        }
        | {"participatedpostevent", "going", "yes", "paid", "complete", "completed", "checkedin", "noshow", "active"}
    ),
    CANCELLED: frozenset(
        {"cancelled", "canceled", "unregistered", "declined", "rejected", "denied", "refunded", "deleted", "no"}
        | {"notattending", "notgoing", "withdrawn"}
    ),
    BLOCKED: frozenset({"blocked"}),
    INVITED: frozenset({"invited", "invitedpendingregistration", "pending", "waitlisted", "waitlist", "onwaitlist"}),
}


def registrations_in_files(services: Services, data: SessionData) -> Registrations | NotKnown | None:
    """Return the list for a session: its own, else its event's, else its room's; None if there is no list.

    Without the setting, no list is looked for. A list that cannot be read is unknown, with the reason. Raises the
    errors of the archive.
    """
    if not services.settings.registrations:
        return None
    scopes = dict(_keys(data.session))
    found = set(services.archive.keys(FOLDER))
    key = next((key for key in scopes if key in found), None)
    if key is None:
        return None
    body = services.archive.read(key)
    if body is None:  # somebody has just removed it
        return None
    try:
        people = list(read_csv(body, dict(services.settings.registration_columns)))
    except BadRequest as error:
        return NotKnown(f"The list of registrations {key} cannot be read: {error}")
    return Registrations(scopes[key], "file", people)


def _keys(session: Session) -> Iterator[tuple[str, Scope]]:
    """Yield the keys that the session's list may have, the most specific first, and what each is for."""
    for cue_point_id in dict.fromkeys((session.cue_point_id, *session.cue_point_ids)):
        yield key_for("session", cue_point_id), "session"
    if session.event_id:
        yield key_for("event", session.event_id), "event"
    yield key_for("room", session.entry_id), "room"


def key_for(scope: Scope, id_: str) -> str:
    """Return the key of the list for a session, a virtual event or a room."""
    return f"{FOLDER}{scope}={safe_id(id_)}.csv"


def read_csv(body: bytes, columns: Mapping[str, str]) -> list[Registrant]:
    """Return the registrants of a file. `columns` has the heads of columns that the settings name, by field.

    Raises BadRequest with the reason, which quotes no cell, if the file cannot be read.
    """
    return _without_shared_ids(list(_registrants(body, columns)))


def _registrants(body: bytes, columns: Mapping[str, str]) -> Iterator[Registrant]:
    rows = rows_in(body)
    first = next(rows, [])
    heads = [_cell(first, place) for place in range(len(first))]
    places, statuses = places_of(heads, columns), _statuses(columns)
    others = [place for place, head in enumerate(heads) if head and place not in places.values()][:_MOST_COLUMNS]
    characters = 0
    for number, row in enumerate(rows, start=1):
        if number > _MOST_ROWS:
            raise BadRequest(f"it has more than {_MOST_ROWS:,} rows.")
        cells = {field: _cell(row, place) for field, place in places.items()}
        if not any(cells.values()):
            continue
        name = cells.get("name") or " ".join(filter(None, (cells.get("first", ""), cells.get("last", ""))))
        answers = {heads[place]: cell for place in others if (cell := _cell(row, place))}
        characters += sum(map(len, answers)) + sum(map(len, answers.values()))
        if characters > _MOST_ANSWERS:
            raise BadRequest(f"its answers have more than {_MOST_ANSWERS:,} characters; leave out columns.")
        yield Registrant(
            email=address_in(cells.get("email", "")),
            name=name,
            user_id=user_id_in(cells.get("user_id", "")),
            company=cells.get("company", ""),
            status=statuses.get(_folded(cells.get("status", "")), UNCLEAR),
            answers=answers,
        )


def _statuses(columns: Mapping[str, str]) -> dict[str, str]:
    """Return the meaning of each status: as the settings say (`cancelled=Storniert|Abgesagt`), else the usual."""
    usual = {word: status for status, words in _STATUSES.items() for word in words}
    own = {_folded(word): status for status in _STATUSES for word in columns.get(status, "").split("|") if word.strip()}
    return usual | own


def _without_shared_ids(people: list[Registrant]) -> list[Registrant]:
    """Blank user ids that several addresses have: they are not ids of people, but for example of a contact's owner."""
    addresses = defaultdict[str, set[str]](set)
    for person in people:
        if person.user_id and person.email:
            addresses[id_key(person.user_id)].add(address_key(person.email))
    shared = {key for key, found in addresses.items() if len(found) > 1}
    if not shared:
        return people
    return [replace(person, user_id="") if id_key(person.user_id) in shared else person for person in people]


def address_in(cell: str) -> str:
    """Return the address of a cell, without what programs put around it; blank if it has none."""
    text = (cell if cell.isascii() else cell.translate(_INVISIBLE)).strip(" ;,")
    if text.endswith(">"):  # `Ann Ames <ann@example.org>`
        text = text[:-1].rpartition("<")[2].strip()
    return text.removeprefix("mailto:") if "@" in text else ""


def user_id_in(cell: str) -> str:
    """Return the user id of a cell; blank for a placeholder."""
    cell = cell.strip()
    return "" if _folded(cell) in _NO_ID else cell


def rows_in(body: bytes) -> Iterator[list[str]]:
    """Yield the head and the rows of a file, without empty lines. Raises BadRequest if it is no CSV file."""
    form = _form(body)
    with io.TextIOWrapper(io.BytesIO(body), form.encoding, newline="") as text:  # a whole text needs far more memory
        # Without `strict` a quote that is never closed would swallow every later row.
        rows = csv.reader(text, delimiter=form.delimiter, strict=True)
        try:
            found = (row for row in rows if any(cell.strip() for cell in row))
            yield from islice(found, 1 if form.first_line else 0, None)
        except csv.Error:
            raise BadRequest(f"it is not a CSV file: line {rows.line_num:,} cannot be read.") from None


def with_rows(body: bytes, rows: Iterable[Sequence[str]]) -> bytes:
    """Return a file like this one, with its encoding and delimiter, but with these rows. Raises BadRequest."""
    form = _form(body)
    out = io.StringIO(form.first_line, newline="")
    out.seek(0, io.SEEK_END)
    csv.writer(out, delimiter=form.delimiter, lineterminator="\n").writerows(rows)
    is_plain = form.encoding == "utf-8-sig" and not body.startswith(codecs.BOM_UTF8)
    return out.getvalue().encode("utf-8" if is_plain else form.encoding)


class _Form(NamedTuple):
    """How a file is written."""

    encoding: str
    first_line: str  # Excel's own first line; usually blank
    delimiter: str


def _form(body: bytes) -> _Form:
    if len(body) > LARGEST:
        raise BadRequest(f"it is larger than {LARGEST // 1_000_000} MB.")
    encoding, start = _encoding(body)
    start = start.lstrip("\r\n")
    if by_excel := _EXCEL_DELIMITER.match(start):
        return _Form(encoding, by_excel[0], by_excel[1])
    return _Form(encoding, "", max(_DELIMITERS, key=lambda one: _known_heads(start, one)))


def _encoding(body: bytes) -> tuple[str, str]:
    """Return the encoding of a file from any spreadsheet program, and the file's first characters.

    It is UTF-8, UTF-16, or the old encoding of Windows.
    """
    is_utf16 = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp1252"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return encoding, text[:_HEAD_LINES]
    raise BadRequest("it is not a text file.")


def _known_heads(start: str, delimiter: str) -> tuple[int, int]:
    """Return how many columns with usual names the head has with this delimiter, and how many columns."""
    head = next(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), [])
    usual = frozenset[str]().union(*_NAMES.values())
    return sum(_folded(cell) in usual for cell in head), len(head)


def places_of(heads: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Return the place of each known field.

    Raises BadRequest if a column that identifies people is missing: one that the settings name, or every such column.
    """
    folded = [_folded(head) for head in heads]
    for field in _IDENTIFYING:
        if (wanted := columns.get(field)) and _folded(wanted) not in folded:
            raise BadRequest(f"it has no column {wanted}, which DEBRIEF_REGISTRATION_COLUMNS names for {field}.")
    places = fields_in(heads, columns)
    if not places.keys() & set(_IDENTIFYING):
        raise BadRequest("it has no column of email addresses; name the column in DEBRIEF_REGISTRATION_COLUMNS.")
    return places


def fields_in(heads: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Return the place of each field that the head has: as the settings name it, else by its usual names."""
    folded = [_folded(head) for head in heads]
    places: dict[str, int] = {}
    for field, usual in _NAMES.items():
        wanted = _folded(columns.get(field, ""))
        named = [place for place, head in enumerate(folded) if head and head == wanted]
        if found := named or [place for place, head in enumerate(folded) if head in usual]:
            places[field] = found[0]
    return places


def identifying_places(heads: Sequence[str], columns: Mapping[str, str]) -> tuple[set[int], set[int], set[int]]:
    """Return the places of all columns of addresses, of user ids, and of names.

    Unlike `fields_in` it includes further columns with the usual names, as of a second address.
    """
    places = fields_in(heads, columns)

    def every(*fields: str) -> set[int]:
        usual = frozenset[str]().union(*(_NAMES[field] for field in fields))
        named = {place for place, head in enumerate(heads) if _folded(head) in usual}
        return named | {places[field] for field in fields if field in places}

    return every("email"), every("user_id"), every("name", "first", "last")


def _cell(row: Sequence[str], place: int) -> str:
    cell = row[place].strip() if place < len(row) else ""
    return " ".join(islice(cell.split(), _LONGEST))[:_LONGEST]


def _folded(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
