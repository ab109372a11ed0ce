"""Collect the stored data about a person: rows of Kaltura's answers, emails, opened links, choices. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TypeAlias

from debrief.delivery.ledger.ledger import NoteKind
from debrief.delivery.ledger.suppressions import person_subject
from debrief.errors import BadRequest
from debrief.kaltura.session_data.from_archive import archived_data
from debrief.kaltura.session_data.identities import (
    REGISTRATION_COLUMNS,
    Answers,
    identities,
    matching_people,
    rows_about,
)
from debrief.model import Person
from debrief.persons import normalized_id
from debrief.pipeline.erasure.erase_person import FoundPerson
from debrief.pipeline.erasure.listed_people import lists
from debrief.pipeline.erasure.locate import SessionPeople, answers_of
from debrief.pipeline.privacy.people_index import hash_of
from debrief.pipeline.services import Services
from debrief.registration import Registrations
from debrief.util.values import utc_text

Row: TypeAlias = Mapping[str, str]
SOURCES = ("6001", "6001-breakouts", "60010-getTable", "60011-getTable", "6000", "6002", "context", "registrations")
COPY = "copy in the report"  # where a row of a registration is from; the others are from a list
_ROLES = {
    "6001": "attendee",
    "6001-breakouts": "attendee of a breakout",
    "60010-getTable": "attendee",
    "6000": "host",
    "6002": "opened a breakout",
    "context": "organizer",
    "registrations": "registrant",
}
_ORGANIZING = frozenset({"host", "organizer"})
_NOTE_KINDS: tuple[NoteKind, ...] = (
    "suppressed",
    "unsubscribed",
    "revoked",
    "opened",
    "asked",
    "trouble",
    "digest",
    "listed",
)


@dataclass
class PersonalData:
    """A person's data. Each row has the id of its session."""

    sessions: list[str] = field(default_factory=list)
    dates: dict[str, str] = field(default_factory=dict)  # by session id, UTC
    titles: dict[str, str] = field(default_factory=dict)  # names of rooms and events by session id
    known_as: list[str] = field(default_factory=list)  # ids, addresses and names
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in SOURCES})
    mails: list[Row] = field(default_factory=list)
    marks: list[Row] = field(default_factory=list)
    is_erased: bool = False
    unreadable: dict[str, str] = field(default_factory=dict)  # why a list of registrations could not be read, by key


def personal_data(services: Services, found: FoundPerson) -> PersonalData:
    """Collect all data about the person. Raises BadRequest for a damaged answer."""
    data = PersonalData(is_erased=not found.hashes.isdisjoint(found.stones.hashes))
    names = set()
    for place in found.places:
        if place.has_any_of(found.hashes):
            # Kaltura can move a session to another date; its files then have versions in two folders.
            if place.cue_point_id not in data.sessions:
                data.sessions.append(place.cue_point_id)
                data.dates[place.cue_point_id] = place.folder[5:15]
            try:
                answers = answers_of(services, place)
                names |= {person for person in identities(answers) if _is_wanted(found, person)}
                _add_rows(data, found, place, answers)
            except BadRequest as error:
                raise BadRequest(f"session {place.cue_point_id}: {error}") from None
    values = (value for person in names for value in (person.user_id, person.email, person.name))
    listed, data.unreadable = rows_on_lists(services, found)
    on_lists = (row.get(name, "") for row in listed for name in ("email", "name"))
    data.known_as = sorted(set(filter(None, (*values, *on_lists))))
    data.rows["registrations"] += listed
    mails = [mail for mail in services.ledger.all_deliveries() if _has(found, mail.address)]
    for id_ in dict.fromkeys([*data.sessions, *(mail.cue_point_id for mail in mails)]):
        record = services.ledger.session(id_)
        data.titles[id_] = record.entry_name if record else ""
    fields = (asdict(mail) | {"at": utc_text(mail.at) if mail.at else ""} for mail in mails)
    rows = ({name: str(value) for name, value in row.items()} for row in fields)
    data.mails = sorted(rows, key=lambda row: tuple(row.values()))
    recipients = sorted({mail.recipient_id for mail in mails})
    data.marks = [note for recipient in recipients for note in _notes(services, recipient)]
    return data


@dataclass(frozen=True)
class Extent:
    """How many ids, addresses and organizer ids a person has."""

    ids: int
    addresses: int
    organizers: int


def extent_of(services: Services, found: FoundPerson) -> Extent:
    """Return the extent of an erasure. Raises BadRequest for a damaged answer."""
    ids, organizers = set[str](), set[str]()
    addresses = {mail.address.lower() for mail in services.ledger.all_deliveries() if _has(found, mail.address)}
    for place in found.places:
        for source, person in matching_people(answers_of(services, place), partial(_is_wanted, found)):
            ids.add(normalized_id(person.user_id))
            addresses |= {person.email.lower()} if _has(found, person.email) else set()
            organizers |= {normalized_id(person.user_id)} if _ROLES[source] in _ORGANIZING else set()
    return Extent(len(ids - {""}), len(addresses), len(organizers - {""}))


def roles_in(services: Services, found: FoundPerson, place: SessionPeople) -> list[str]:
    """Return the person's roles in a session; empty for an event, because an event has no answers."""
    rows = rows_about(answers_of(services, place), partial(_is_wanted, found))
    return sorted({_ROLES[source] for source, _ in rows})


def rows_on_lists(services: Services, found: FoundPerson) -> tuple[list[Row], dict[str, str]]:
    """Return the person's lines on lists of registrations, each with the key of its list, and why a list is unreadable.

    Of a line of somebody else only the cells with the person's address are returned.
    """
    rows, unreadable = list[Row](), dict[str, str]()
    for key, one in lists(services):
        if one.unreadable:
            unreadable[key] = one.unreadable
        about = {"source": "list", "list": key}
        for line in one.lines:
            if line.is_of(partial(_has, found)):
                rows.append({**about, **one.named(line, REGISTRATION_COLUMNS)})
            elif places := line.mentioned(partial(_has, found)):
                rows.append({**about, **one.named(line, REGISTRATION_COLUMNS, places)})
    return rows, unreadable


def _has(found: FoundPerson, value: str) -> bool:
    return bool(value) and hash_of(found.stones.key, value) in found.hashes


def _is_wanted(found: FoundPerson, person: Person) -> bool:
    return _has(found, person.user_id) or _has(found, person.email)


def _add_rows(data: PersonalData, found: FoundPerson, place: SessionPeople, answers: Answers) -> None:
    about = {"session": place.cue_point_id, "date": place.folder[5:15]}
    archived = archived_data(answers) if answers else None
    registrations = archived.registrations if archived else None
    if isinstance(registrations, Registrations):
        copy = {"source": COPY, "registered_for": registrations.scope, "from": registrations.origin}
    else:
        copy = {}
    for source, row in rows_about(answers, partial(_is_wanted, found)):
        data.rows[source].append({**(copy if source == "registrations" else {}), **about, **row})
    page = archived.page if archived else None
    for user_id, minutes in page.heatmaps.items() if page else ():
        if _has(found, user_id):
            data.rows["60011-getTable"] += [{**about, "user_id": user_id, **row} for row in minutes]


def _notes(services: Services, recipient: str) -> Iterator[Row]:
    """Yield the ledger's notes about a recipient id."""
    for kind in _NOTE_KINDS:
        for note in services.ledger.notes(kind):
            if recipient in note.subject.split("/") or note.subject == person_subject(recipient):
                yield {"kind": kind, "subject": note.subject, "at": utc_text(note.at), "detail": note.detail}
