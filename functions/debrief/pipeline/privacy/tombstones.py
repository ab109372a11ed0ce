"""Tombstones: the keyed hashes of erased people, who are removed from all data that Debrief fetches or has archived.

The code that cleans answers is imported inside functions, because an email needs only the hashes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import Note, SessionRecord
from debrief.errors import BadSettings
from debrief.persons import normalized_id
from debrief.pipeline.privacy.people_index import PeopleIndex, fingerprint, hash_of, index_of

if TYPE_CHECKING:
    from debrief.kaltura.session_data.erase_from_answers import Erased
    from debrief.model import Person, SessionData, VirtualEvent
    from debrief.persons import IdAndAddress
    from debrief.pipeline.services import Services

ERASED = "The recipient was erased and gets no more emails."
_OTHER_KEY = (
    "People were erased from this archive with another people key. Set that key again (DEBRIEF_PEOPLE_KEY, or the file"
    " people.key), otherwise erased people would return."
)


@dataclass(frozen=True)
class Tombstones:
    """The hashes of erased people. The key is read only when needed, because reading may generate a key."""

    people_key: Callable[[], bytes] = field(repr=False)
    hashes: frozenset[str] = frozenset()

    @cached_property
    def key(self) -> bytes:
        return self.people_key()

    def has(self, *values: str) -> bool:
        """Return whether any of these ids and addresses belongs to an erased person."""
        return bool(self.hashes) and any(value and hash_of(self.key, value) in self.hashes for value in values)

    def index(self, people: Iterable[IdAndAddress], kept: PeopleIndex | None = None) -> PeopleIndex | None:
        """Return the index of these people, and of people in the index `kept` who were not erased.

        Archived answers lack organizers' addresses, so a replay passes the archived index as `kept`. Without a key,
        `kept` is returned.
        """
        if not self.key:
            return kept
        index = index_of(self.key, people)
        if kept is None or kept.key_fingerprint != index.key_fingerprint:
            return index
        return replace(index, lines=index.lines | kept.without(self.hashes).lines)

    def pseudonym(self, scope: str, user_id: str) -> str:
        """Return a person's pseudonym, which differs between scopes; see scope_of."""
        digest = hashlib.blake2b(
            f"{scope}\0{normalized_id(user_id)}".encode(errors="replace"), key=self.key, digest_size=4
        )
        return f"erased-{digest.hexdigest()}"

    def recipient(self, recipient_id: str) -> str:
        """Return the id of an erased recipient in the ledger. Without the key it cannot be computed from an address."""
        return hashlib.blake2b(f"recipient\0{recipient_id}".encode(), key=self.key, digest_size=8).hexdigest()

    def erased(self, people: Iterable[Person], scope: str) -> Erased:
        """Select the erased people among these people."""
        from debrief.kaltura.session_data.erase_from_answers import Erased

        erased = (person for person in people if self.has(person.user_id, person.email))
        return Erased.of(erased, partial(self.pseudonym, scope))

    def clean(self, answers: Mapping[str, bytes], scope: str, more: Iterable[Person] = ()) -> dict[str, bytes]:
        """Return Kaltura's answers without erased people. `more` are people whose address is not in the answers.

        Raises BadRequest if an answer is damaged.
        """
        from debrief.kaltura.session_data.erase_from_answers import erase_people

        ids = {person.user_id for person in more if self.has(person.user_id, person.email)}
        return erase_people(
            answers,
            lambda person: person.user_id in ids or self.has(person.user_id, person.email),
            partial(self.pseudonym, scope),
            self.has,
        )

    def event(self, event: VirtualEvent) -> VirtualEvent:
        """Return a virtual event without its owner, if the owner was erased."""
        owner = event.owner
        if owner is None or not self.has(owner.user_id, owner.email):
            return event
        from debrief.model import VirtualEvent

        erased_owner = self.erased([owner], event.event_id)
        return VirtualEvent(event.event_id, erased_owner.clean_text(event.name))


def tombstones(services: Services) -> Tombstones:
    """Return the tombstones. Raises BadSettings if the people key has changed, because the hashes need the old key."""
    stones = Tombstones(services.people_key)
    notes = list(services.ledger.notes("erased"))
    if any(not stones.key or note.detail != fingerprint(stones.key) for note in notes):
        raise BadSettings(_OTHER_KEY)
    return replace(stones, hashes=frozenset(note.subject for note in notes))


def known_tombstones(services: Services) -> Tombstones:
    """Return the tombstones from the start of this export, or else the present ones. Raises BadSettings, as above."""
    return tombstones(services) if services.erased is None else Tombstones(services.people_key, services.erased)


def add_tombstones(services: Services, stones: Tombstones, hashes: Iterable[str]) -> Tombstones:
    """Add tombstones; existing ones do not change."""
    new = sorted(set(hashes) - stones.hashes)
    for subject in new:
        services.ledger.put_note(Note("erased", subject, services.clock(), fingerprint(stones.key)))
    return replace(stones, hashes=stones.hashes | set(new))


def scope_of(record: SessionRecord) -> str:
    """Return the scope of a record's pseudonyms: its virtual event, else its merged session, else the session.

    Within a scope people are counted once over several sessions, and erased people must be counted in the same way.
    """
    return record.virtual_event_id or record.merged_id or record.cue_point_id


def people_of(data: SessionData) -> list[IdAndAddress]:
    """Return the id and the address of everybody in a session's answers, and of its organizers."""
    from debrief.kaltura.session_data.identities import ids_and_addresses_of_answer

    organizers = (id_and_address_of(organizer.person) for organizer in data.organizers)
    # Keep the order of rows: later steps process it faster than the random order of a set.
    return list(dict.fromkeys(chain(organizers, *map(ids_and_addresses_of_answer, data.raw))))


def id_and_address_of(person: Person) -> IdAndAddress:
    """Return the id and the address of a Kaltura user; the id `Unknown` becomes blank."""
    from debrief.util.values import is_identified

    return person.user_id if is_identified(person.user_id) else "", person.email.strip()


def remove_erased(services: Services, data: SessionData, scope: str) -> tuple[SessionData, PeopleIndex | None]:
    """Return a session's data without erased people, and the index of the others; None without a people key.

    Raises BadRequest if an answer is damaged.
    """
    stones = known_tombstones(services)
    if not stones.key:
        return data, None
    index = stones.index(people_of(data))
    if index is None or not index.has_any_of(stones.hashes):
        return data, index
    from debrief.kaltura.session_data.from_archive import archived_data

    originals = {organizer.person.user_id: organizer for organizer in data.organizers}
    answers = {raw.name: raw.body for raw in data.raw}
    clean = archived_data(stones.clean(answers, scope, [organizer.person for organizer in data.organizers]))
    organizers = [originals.get(organizer.person.user_id, organizer) for organizer in clean.organizers]
    host = next((organizer.person for organizer in organizers if organizer.role == "host"), None)
    kept = replace(clean, organizers=organizers, host=host, virtual_event=data.virtual_event)
    return kept, stones.index(people_of(kept))


def remove_erased_from_answers(stones: Tombstones, answers: Mapping[str, bytes], scope: str) -> Mapping[str, bytes]:
    """Return archived answers without erased people. Raises BadRequest if an answer is damaged."""
    if not stones.hashes:
        return answers
    from debrief.kaltura.session_data.identities import ids_and_addresses

    return stones.clean(answers, scope) if any(stones.has(*one) for one in ids_and_addresses(answers)) else answers
