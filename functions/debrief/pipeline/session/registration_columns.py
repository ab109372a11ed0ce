"""Find the columns of a list of registrations by their names, and read addresses, ids and statuses in cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from debrief.errors import BadRequest
from debrief.registration import BLOCKED, CANCELLED, INVITED, REGISTERED, folded
from debrief.util.values import moment, utc_text

_LONGEST = 500  # characters of a cell
TITLE_ROWS = 20  # rows among which the header row is looked for
_INVISIBLE = str.maketrans(dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff"))
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"  # in place of a damaged character: the address or id is not known
_NO_ID = frozenset({"", "0", "na", "nan", "nil", "none", "null", "undefined", "unknown"})  # as `folded` returns them
# Column names of common programs, as `folded` returns them.
_NAMES: Mapping[str, frozenset[str]] = {
    "email": frozenset({"email", "emailaddress", "mail", "useremail", "workemail", "attendeeemail", "registrantemail"}),
    "name": frozenset({"name", "fullname", "username", "attendee", "attendeename", "registrantname"}),
    "first": frozenset({"firstname", "givenname"}),
    "last": frozenset({"lastname", "surname", "familyname"}),
    "company": frozenset({"company", "companyname", "organization", "organisation", "account", "accountname"}),
    "status": frozenset({"status", "registrationstatus", "attendeestatus", "approvalstatus"}),
    "user_id": frozenset({"userid", "kalturauserid"}),
    "origin": frozenset({"origin", "source", "sourcename", "registrationsource", "registrationorigin"}),
}
_DATES = frozenset(
    {"registrationdate", "registrationtime", "registeredat", "registeredon", "dateregistered", "signupdate"}
)
_IDENTIFYING = ("email", "user_id")
_STATUSES: Mapping[str, frozenset[str]] = {  # words of other programs, as `folded` returns them
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


def date_place(heads: Sequence[str]) -> int | None:
    """Return the number of the column with the time of the registration, by its usual names; None if there is none."""
    return next((place for place, head in enumerate(heads) if folded(head) in _DATES), None)


def time_in(cell: str) -> str:
    """Return an ISO 8601 date or time as a time in UTC; blank for any other form, which may mean two different days."""
    time = None if cell.isdecimal() else moment(cell)
    return utc_text(time) if time else ""


def unusable(heads: Sequence[str], columns: Mapping[str, str]) -> BadRequest | None:
    """Return the error about a header row that does not say who is on the list; None if it does.

    It does not if a column that identifies people is named in the settings and missing.
    """
    names = {folded(head) for head in heads}
    for field in _IDENTIFYING:
        if (wanted := columns.get(field)) and folded(wanted) not in names:
            return BadRequest(f"it has no column {wanted}, which DEBRIEF_REGISTRATION_COLUMNS names for {field}.")
    if fields_in(heads, columns).keys() & set(_IDENTIFYING):
        return None
    return BadRequest(
        "it has no column of email addresses or user ids; name the column in DEBRIEF_REGISTRATION_COLUMNS."
    )


def header_place(rows: Sequence[Sequence[str]], is_header: Callable[[Sequence[str]], bool]) -> int | None:
    """Return which of the first rows is the header row; None if none is.

    There can be a title above it, but no row with an address.
    """
    for place, row in enumerate(rows[:TITLE_ROWS]):
        has_address = any("@" in cell for cell in row)
        if not (place and has_address) and is_header(row):
            return place
        if has_address:
            break
    return None


def fields_in(heads: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Return the column number of each field in the header: by the name in the settings, else by its usual names."""
    names = [folded(head) for head in heads]
    places: dict[str, int] = {}
    for field, usual in _NAMES.items():
        wanted = folded(columns.get(field, ""))
        named = [place for place, head in enumerate(names) if head and head == wanted]
        if found := named or [place for place, head in enumerate(names) if head in usual]:
            places[field] = found[0]
    return places


def identifying_places(heads: Sequence[str], columns: Mapping[str, str]) -> tuple[set[int], set[int], set[int]]:
    """Return the numbers of all columns with addresses, with user ids, and with names.

    Unlike `fields_in`, include every column with a usual name, such as a second address.
    """
    places = fields_in(heads, columns)

    def every(*fields: str) -> set[int]:
        usual = frozenset[str]().union(*(_NAMES[field] for field in fields))
        named = {place for place, head in enumerate(heads) if folded(head) in usual}
        return named | {places[field] for field in fields if field in places}

    return every("email"), every("user_id"), every("name", "first", "last")


def statuses_of(columns: Mapping[str, str]) -> dict[str, str]:
    """Return the meaning of each word: of the settings (`cancelled=Storniert|Abgesagt`) and the usual ones."""
    usual = {word: status for status, words in _STATUSES.items() for word in words}
    own = {folded(word): status for status in _STATUSES for word in columns.get(status, "").split("|") if word.strip()}
    return usual | own


def address_in(cell: str) -> str:
    """Return the email address in a cell, without `mailto:`, name and brackets; blank if there is none."""
    text = (cell if cell.isascii() else cell.translate(_INVISIBLE)).strip(" ;,")
    if text.endswith(">"):  # `Ann Ames <ann@example.org>`
        text = text[:-1].rpartition("<")[2].strip()
    return text.removeprefix("mailto:") if "@" in text and _UNREADABLE not in text else ""


def user_id_in(cell: str) -> str:
    """Return the user id in a cell; blank for a word such as `none`."""
    cell = cell.strip()
    return "" if folded(cell) in _NO_ID or _UNREADABLE in cell else cell


def known_names(heads: Sequence[str]) -> int:
    """Return how many columns have usual names."""
    usual = frozenset[str]().union(*_NAMES.values())
    return sum(folded(head) in usual for head in heads)


def cell_at(row: Sequence[str], place: int) -> str:
    """Return a cell without surplus spaces, cut at 500 characters; blank if the row is shorter."""
    cell = row[place].strip() if place < len(row) else ""
    return " ".join(islice(cell.split(), _LONGEST))[:_LONGEST] if cell else ""
