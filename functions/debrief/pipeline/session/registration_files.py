"""Read lists of registrations that people put into the archive's folder `registrations/`, as CSV files.

A file is for one session, one virtual event or one room, by its name: `session=1_cue00001.csv`, `event=77.csv`,
`room=1_room0001.csv`. The file is somebody's export from another program: any column order, delimiter and encoding.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from debrief.delivery.archive.layout import safe_id
from debrief.errors import BadRequest
from debrief.model import NotKnown, Session, SessionData
from debrief.pipeline.services import Services
from debrief.registration import BLOCKED, CANCELLED, INVITED, REGISTERED, Registrant, Registrations, Scope

FOLDER = "registrations/"
LARGEST = 50_000_000  # bytes of a file
_MOST_ROWS, _MOST_COLUMNS, _LONGEST = 200_000, 60, 500  # rows and columns of a file, characters of a cell
_DELIMITERS = ",;\t|"
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
_STATUSES = {
    **dict.fromkeys(
        ("cancelled", "canceled", "unregistered", "declined", "rejected", "denied", "refunded", "deleted"), CANCELLED
    ),
    "blocked": BLOCKED,
    **dict.fromkeys(("invited", "invitedpendingregistration", "waitlisted", "waitlist", "onwaitlist"), INVITED),
}


def registrations_for(services: Services, data: SessionData) -> Registrations | NotKnown | None:
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


def read_csv(body: bytes, columns: Mapping[str, str]) -> Iterator[Registrant]:
    """Yield the registrants of a file. `columns` has the heads of columns that the settings name, by field.

    Raises BadRequest with the reason, which quotes no cell, if the file cannot be read.
    """
    rows = rows_in(body)
    heads = [head.strip() for head in next(rows, [])][:_MOST_COLUMNS]
    places = places_of(heads, columns)
    others = [place for place, head in enumerate(heads) if head and place not in places.values()]
    for number, row in enumerate(rows, start=1):
        if number > _MOST_ROWS:
            raise BadRequest(f"it has more than {_MOST_ROWS:,} rows.")
        cells = {field: _cell(row, place) for field, place in places.items()}
        if not any(cells.values()):
            continue
        name = cells.get("name") or " ".join(filter(None, (cells.get("first", ""), cells.get("last", ""))))
        yield Registrant(
            email=cells.get("email", ""),
            name=name,
            user_id=cells.get("user_id", ""),
            company=cells.get("company", ""),
            status=_STATUSES.get(_folded(cells.get("status", "")), REGISTERED),
            answers={heads[place]: cell for place in others if (cell := _cell(row, place))},
        )


def rows_in(body: bytes) -> Iterator[Sequence[str]]:
    """Yield the head and the rows of a file, without empty lines. Raises BadRequest if it is no CSV file."""
    if len(body) > LARGEST:
        raise BadRequest(f"it is larger than {LARGEST // 1_000_000} MB.")
    text = _decoded(body)
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from (row for row in rows if any(cell.strip() for cell in row))
    except csv.Error:
        raise BadRequest("it is not a CSV file.") from None


def _decoded(body: bytes) -> str:
    """Decode a file from any spreadsheet program: UTF-8, UTF-16, or the old encoding of Windows."""
    is_utf16 = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp1252"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadRequest("it is not a text file.")


def places_of(heads: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Return the place of each known field: as the settings name it, else by its usual names.

    Raises BadRequest if a column that the settings name, or every column that identifies people, is missing.
    """
    folded = [_folded(head) for head in heads]
    places: dict[str, int] = {}
    for field, usual in _NAMES.items():
        if wanted := columns.get(field):
            if _folded(wanted) not in folded:
                raise BadRequest(f"it has no column {wanted}, which DEBRIEF_REGISTRATION_COLUMNS names for {field}.")
            places[field] = folded.index(_folded(wanted))
        elif found := [place for place, head in enumerate(folded) if head in usual]:
            places[field] = found[0]
    if "email" not in places and "user_id" not in places:
        raise BadRequest("it has no column of email addresses; name the column in DEBRIEF_REGISTRATION_COLUMNS.")
    return places


def _cell(row: Sequence[str], place: int) -> str:
    cell = row[place].strip() if place < len(row) else ""
    return " ".join(islice(cell.split(), _LONGEST))[:_LONGEST]


def _folded(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
