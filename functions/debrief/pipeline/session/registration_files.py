"""Read lists of registrations: CSV files that operators put into the archive's folder `registrations/`.

A file's name says whether it is for one session, one virtual event or one room: `session=1_cue00001.csv`,
`event=77.csv`, `room=1_room0001.csv`. Another program exported the file, so the column order, delimiter and encoding
may be any.
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
_MOST_ANSWERS = 50_000_000  # characters of all answers, each with its column name, as archived
_DELIMITERS = ",;\t|"
_EXCEL_DELIMITER = re.compile(r"sep=([,;\t|])\r?\n")  # a first line by which Excel knows the delimiter
_HEAD_LINES = 100_000  # characters at the start of a file that must contain the header line
_INVISIBLE = str.maketrans(dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff"))
_NO_ID = frozenset({"", "0", "na", "nan", "nil", "none", "null", "undefined", "unknown"})  # as `_folded` returns them
# Column names of common programs, as `_folded` returns them.
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
_STATUSES: Mapping[str, frozenset[str]] = {  # words of other programs, as `_folded` returns them
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

    If the setting is off, return None; if the list cannot be read, the reason. Raises the errors of the archive.
    """
    if not services.settings.registrations:
        return None
    scopes = dict(_keys(data.session))
    found = set(services.archive.keys(FOLDER))
    key = next((key for key in scopes if key in found), None)
    if key is None:
        return None
    body = services.archive.read(key)
    if body is None:  # somebody removed it just now
        return None
    try:
        people = list(read_csv(body, dict(services.settings.registration_columns)))
    except BadRequest as error:
        return NotKnown(f"The list of registrations {key} cannot be read: {error}")
    return Registrations(scopes[key], "file", people)


def _keys(session: Session) -> Iterator[tuple[str, Scope]]:
    """Yield the possible keys of the session's list, the most specific first, each with its scope."""
    for cue_point_id in dict.fromkeys((session.cue_point_id, *session.cue_point_ids)):
        yield key_for("session", cue_point_id), "session"
    if session.event_id:
        yield key_for("event", session.event_id), "event"
    yield key_for("room", session.entry_id), "room"


def key_for(scope: Scope, id_: str) -> str:
    """Return the key of the list for a session, a virtual event or a room."""
    return f"{FOLDER}{scope}={safe_id(id_)}.csv"


def read_csv(body: bytes, columns: Mapping[str, str]) -> list[Registrant]:
    """Return the registrants of a file. `columns` has the column names from the settings, by field.

    Raises BadRequest if the file cannot be read; its reason quotes no cell.
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
    """Return the meaning of each word: of the settings (`cancelled=Storniert|Abgesagt`) and the usual ones."""
    usual = {word: status for status, words in _STATUSES.items() for word in words}
    own = {_folded(word): status for status in _STATUSES for word in columns.get(status, "").split("|") if word.strip()}
    return usual | own


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


def address_in(cell: str) -> str:
    """Return the email address in a cell, without `mailto:`, name and brackets; blank if there is none."""
    text = (cell if cell.isascii() else cell.translate(_INVISIBLE)).strip(" ;,")
    if text.endswith(">"):  # `Ann Ames <ann@example.org>`
        text = text[:-1].rpartition("<")[2].strip()
    return text.removeprefix("mailto:") if "@" in text else ""


def user_id_in(cell: str) -> str:
    """Return the user id in a cell; blank for a word such as `none`."""
    cell = cell.strip()
    return "" if _folded(cell) in _NO_ID else cell


def rows_in(body: bytes) -> Iterator[list[str]]:
    """Yield the header row and the other rows of a file, without empty ones. Raises BadRequest if it is no CSV file."""
    form = _form(body)
    with io.TextIOWrapper(io.BytesIO(body), form.encoding, newline="") as text:  # a whole text needs far more memory
        # Without `strict`, all rows after an unclosed quotation mark would become one cell.
        rows = csv.reader(text, delimiter=form.delimiter, strict=True)
        try:
            found = (row for row in rows if any(cell.strip() for cell in row))
            yield from islice(found, 1 if form.first_line else 0, None)
        except csv.Error:
            raise BadRequest(f"it is not a CSV file: line {rows.line_num:,} cannot be read.") from None


def with_rows(body: bytes, rows: Iterable[Sequence[str]]) -> bytes:
    """Return a file with these rows, in the encoding and with the delimiter of `body`. Raises BadRequest."""
    form = _form(body)
    out = io.StringIO(form.first_line, newline="")
    out.seek(0, io.SEEK_END)
    csv.writer(out, delimiter=form.delimiter, lineterminator="\n").writerows(rows)
    is_plain = form.encoding == "utf-8-sig" and not body.startswith(codecs.BOM_UTF8)
    return out.getvalue().encode("utf-8" if is_plain else form.encoding)


class _Form(NamedTuple):
    """How a file is written."""

    encoding: str
    first_line: str  # Excel's line with the delimiter; usually blank
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
    """Return a file's encoding (UTF-8, UTF-16 or Windows-1252), and its first characters."""
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
    """Return how many columns the header has with this delimiter: those with usual names, and all."""
    head = next(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), [])
    usual = frozenset[str]().union(*_NAMES.values())
    return sum(_folded(cell) in usual for cell in head), len(head)


def places_of(heads: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Return the column number of each field, as `fields_in` does.

    Raises BadRequest if no column identifies people, or if such a column is named in the settings and missing.
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
    """Return the column number of each field in the header: by the name in the settings, else by its usual names."""
    folded = [_folded(head) for head in heads]
    places: dict[str, int] = {}
    for field, usual in _NAMES.items():
        wanted = _folded(columns.get(field, ""))
        named = [place for place, head in enumerate(folded) if head and head == wanted]
        if found := named or [place for place, head in enumerate(folded) if head in usual]:
            places[field] = found[0]
    return places


def identifying_places(heads: Sequence[str], columns: Mapping[str, str]) -> tuple[set[int], set[int], set[int]]:
    """Return the numbers of all columns with addresses, with user ids, and with names.

    Unlike `fields_in`, include every column with a usual name, such as a second address.
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
