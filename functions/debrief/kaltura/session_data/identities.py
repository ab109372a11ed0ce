"""Who is in Kaltura's answers: everybody whom a row, or the session's context, tells of."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from debrief.errors import BadRequest
from debrief.kaltura.reports.csv_reader import CsvText
from debrief.kaltura.reports.page_tables import compact_rows, table_rows
from debrief.kaltura.reports.room_reports import ATTENDEES, BREAKOUTS, ROOMS, text_of
from debrief.kaltura.session_data.context import NAME as CONTEXT
from debrief.model import RawAnswer
from debrief.persons import escaped
from debrief.util.values import UNKNOWN, is_identified

Answers = Mapping[str, bytes]  # by file name in the archive, without `.gz`
KnownAs: TypeAlias = tuple[str, str]  # a user id and an address, blank where there is none


class Columns(NamedTuple):
    """Which columns of a table tell who somebody is; what is `about` somebody goes with the person."""

    user_id: str
    name: str = ""
    email: str = ""
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """What one row says of who somebody is, blank where it does not. An id that stands for nobody is blank too."""

    user_id: str
    email: str = ""
    name: str = ""

    @property
    def known_as(self) -> KnownAs:
        """Id and address."""
        return self.user_id, self.email


_ATTENDEES = Columns(ATTENDEES.user_id, "user_name", ATTENDEES.email)
_REPORTS = {
    "6000": Columns(ROOMS.user_id),
    "6001": _ATTENDEES,
    "6001-breakouts": _ATTENDEES,
    "6002": Columns(BREAKOUTS.user_id),
}
PAGE_COLUMNS = Columns("user_id", "user_name", "email", ("title", "company", "country", "role", "industry"))
PAGE_ATTENDEES = "60010-getTable"
GUEST = "Guest"


def identities(answers: Answers) -> Iterator[Identity]:
    """Everybody in the answers, once for each place where they are. Raises BadRequest for a damaged answer."""
    for name, body in answers.items():
        if columns := csv_columns(name):
            yield from _in_csv(text_of(body), columns)
        elif is_page_attendees(name):
            yield from (_of(row, PAGE_COLUMNS) for row in table_rows(decoded(name, body)))
        elif name == CONTEXT:
            organizers = decoded(name, body).get("organizers", ())
            yield from (Identity(user_id, name=called) for _, user_id, called in organizers)


def known_as(answers: Answers) -> set[KnownAs]:
    """Id and address of everybody in the answers; ten times as fast as `identities`. Raises BadRequest."""
    found: set[KnownAs] = set()
    for name, body in answers.items():
        if columns := csv_columns(name):
            found |= _known_in_csv(text_of(body), columns)
        elif is_page_attendees(name):
            people = compact_rows(decoded(name, body), {PAGE_COLUMNS.user_id, PAGE_COLUMNS.email})
            found.update(zip(people.column(PAGE_COLUMNS.user_id), people.column(PAGE_COLUMNS.email), strict=True))
        else:
            found.update(one.known_as for one in identities({name: body}))
    return set(_cleaned(found))


def typed_by_guests(answers: Answers) -> set[KnownAs]:
    """Ids and addresses of guests. Anybody may have typed such an address, so it may be somebody else's."""
    rows = (row for _, row in rows_about(answers, lambda one: bool(one.user_id)))
    guests = {escaped(row[_ATTENDEES.user_id]) for row in rows if row.get("user_type") == GUEST}
    return {one for one in known_as(answers) if one[1] and escaped(one[0]) in guests}


def people_about(answers: Answers, is_wanted: Callable[[Identity], bool]) -> Iterator[tuple[str, Identity]]:
    """Everybody wanted, once for each place where they are, with the name of its answer. Raises BadRequest."""
    for name, body in answers.items():
        yield from ((_stem(name), one) for one in identities({name: body}) if is_wanted(one))


def known_in(raw: RawAnswer) -> Iterable[KnownAs]:
    """The same of one answer of Kaltura's, at once when its people are at hand. Raises BadRequest."""
    return known_as({raw.name: raw.body}) if raw.people is None else _cleaned(zip(*raw.people, strict=True))


def _cleaned(people: Iterable[KnownAs]) -> Iterator[KnownAs]:
    """Nobody's id is blank, as in Identity; at a hundred thousand the call of `is_identified` would be felt."""
    return (("" if user_id == UNKNOWN else user_id.strip(), email.strip()) for user_id, email in people)


def _known_in_csv(text: CsvText, columns: Columns) -> set[KnownAs]:
    if columns.user_id in text.header and columns.email in text.header:
        return set(map(itemgetter(text.header.index(columns.user_id), text.header.index(columns.email)), text.rows))
    return {one.known_as for one in _in_csv(text, columns)}


def rows_about(answers: Answers, is_wanted: Callable[[Identity], bool]) -> Iterator[tuple[str, dict[str, str]]]:
    """Every row about somebody wanted, by column, with the name of its answer. Raises BadRequest."""
    for name, body in answers.items():
        if columns := csv_columns(name):
            text = text_of(body)
            rows: Iterable[dict[str, str]] = (dict(zip(text.header, row, strict=False)) for row in text.rows)
        elif is_page_attendees(name):
            columns, rows = PAGE_COLUMNS, table_rows(decoded(name, body))
        elif name == CONTEXT:
            columns, told = Columns("user_id", "name"), decoded(name, body).get("organizers", ())
            rows = ({"role": role, "user_id": user_id, "name": called} for role, user_id, called in told)
        else:
            continue
        yield from ((_stem(name), row) for row in rows if is_wanted(_of(row, columns)))


def csv_columns(name: str) -> Columns | None:
    """The columns of a report's answer; None for any other file."""
    return _REPORTS.get(_stem(name)) if name.endswith(".csv") else None


def is_page_attendees(name: str) -> bool:
    """Whether this is the Summary page's list of attendees."""
    return _stem(name) == PAGE_ATTENDEES and name.endswith(".json")


def decoded(name: str, body: bytes) -> Any:
    """A JSON answer. Raises BadRequest, without a word of it."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest(f"The archived answer {name} is damaged; export the session again.") from None


def _in_csv(text: CsvText, columns: Columns) -> Iterator[Identity]:
    places = [text.header.index(column) if column in text.header else -1 for column in columns[:3]]
    for row in text.rows:
        yield _of(dict(zip(columns[:3], (_at(row, place) for place in places), strict=True)), columns)


def _at(row: Sequence[str], place: int) -> str:
    return row[place] if place >= 0 else ""


def _of(row: Mapping[str, str], columns: Columns) -> Identity:
    user_id = row.get(columns.user_id, "")
    return Identity(
        user_id if is_identified(user_id) else "", row.get(columns.email, "").strip(), row.get(columns.name, "").strip()
    )


def _stem(name: str) -> str:
    """`6001` for `6001.csv` and for `6001.2.csv`."""
    return name.partition(".")[0]
