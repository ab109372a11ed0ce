"""Erase a person permanently from the archive and the ledger. A tombstone excludes the person from later data.

The order of the steps allows the next run to continue after a kill: write tombstones; remove names from the ledger,
while the answers still have these names; stop emails; rewrite lists of registrations; rewrite sessions and merged
sessions, each with its answers first and its index last; rewrite virtual events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain

from debrief.delivery.archive.manifest import Manifest, read_manifest
from debrief.delivery.ledger.ledger import OPEN, Note
from debrief.delivery.ledger.suppressions import person_subject
from debrief.delivery.mail.addresses import recipient_id
from debrief.delivery.mail.outbox import OutboxMailer
from debrief.errors import BadRequest, BadSettings, UnknownSession
from debrief.kaltura.session_data.erase_from_answers import ERASED, Erased
from debrief.kaltura.session_data.from_archive import archived_context
from debrief.kaltura.session_data.identities import identities
from debrief.model import Person
from debrief.pipeline.erasure.erase_from_lists import erase_from_lists
from debrief.pipeline.erasure.listed_people import incomplete, lists
from debrief.pipeline.erasure.locate import (
    SessionPeople,
    answers_at,
    answers_of,
    linked_hashes,
    locate_sessions,
    sessions_comparing_with,
    uncertain_pairs,
    with_own_addresses,
)
from debrief.pipeline.erasure.purge import purge
from debrief.pipeline.erasure.search_archive import SearchResult, search
from debrief.pipeline.erasure.search_terms import Terms
from debrief.pipeline.erasure.staging import stage
from debrief.pipeline.mailing.senders import mail_name
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.privacy.people_index import hash_of
from debrief.pipeline.privacy.tombstones import (
    Tombstones,
    add_tombstones,
    remove_erased_from_answers,
    scope_of,
    tombstones,
)
from debrief.pipeline.services import Services
from debrief.pipeline.state.revisions import retry_if_overtaken

_NO_KEY = "No people key is set, so people cannot be found; set DEBRIEF_PEOPLE_KEY to this installation's key."
_UNKNOWN = (
    "The ledger does not know session {}, which is in the archive. The person is recorded as erased; run"
    " `debrief archive ls --rebuild-index`, then the same command again."
)
_NOBODY = "The archive and the ledger know nobody with this address or id; nothing was written."
_NOT_FOUND = "No data with this address or id was found; nothing was written."
_STOPPED = "The recipient was erased."


@dataclass(frozen=True)
class FoundPerson:
    """The person to erase, and the person's sessions. Only the field `person` identifies the person."""

    person: str = field(repr=False)
    stones: Tombstones  # the tombstones of earlier erasures
    hashes: frozenset[str]
    places: tuple[SessionPeople, ...]
    # Sessions that the person did not attend, but whose follow-up lists may name the person.
    comparing: tuple[SessionPeople, ...] = ()
    others: int = 0  # number of ids and addresses linked to the person only by an address that a guest typed


@dataclass(frozen=True)
class Step:
    """The result for one session."""

    cue_point_id: str
    revision: int  # 0 if the session's files had expired
    files: int  # number of rewritten files
    versions: int  # number of deleted versions of files


@dataclass
class Erasure:
    """What an erasure did, without naming anybody."""

    steps: list[Step] = field(default_factory=list)
    deliveries: int = 0  # number of emails whose address was removed from the ledger
    mails: int = 0  # number of emails deleted from the outbox
    lists: int = 0  # number of rewritten lists of registrations
    failed: dict[str, str] = field(default_factory=dict)  # reasons by session id, or by the key of a list
    leftovers: int = 0  # number of partly written files of killed processes, deleted from archive and outbox
    searched: SearchResult = field(default_factory=SearchResult)


def find_person(services: Services, person: str, *, include_others: bool = False) -> FoundPerson:
    """Find a person's ids, addresses and sessions. Writes nothing.

    `include_others` includes ids and addresses that are linked only by an address that a guest typed; they may belong
    to other people. Raises BadSettings if no people key is set or the person is unknown, BadRequest if the person is
    unknown but a list could not be read.
    """
    stones = tombstones(services)
    if not stones.key:
        raise BadSettings(_NO_KEY)
    places = locate_sessions(services, stones.key)
    first = frozenset({hash_of(stones.key, person)})
    every = linked_hashes(first, places)
    hashes = every if include_others else _own_hashes(services, stones, first, every, places)
    unreadable = dict[str, str]()
    if hashes.isdisjoint(chain(_known(services, stones, places, unreadable), stones.hashes)):
        if unreadable:
            raise BadRequest(" ".join([_NOT_FOUND, *incomplete(unreadable)]))
        raise BadSettings(_NOBODY)
    wanted = hashes | stones.hashes  # so that an interrupted erasure of another person is completed too
    found = tuple(place for place in places if place.is_begun or place.has_any_of(wanted))
    return FoundPerson(
        person, stones, hashes, found, sessions_comparing_with(services, places, found), len(every - hashes)
    )


def _own_hashes(
    services: Services,
    stones: Tombstones,
    first: frozenset[str],
    every: frozenset[str],
    places: Sequence[SessionPeople],
) -> frozenset[str]:
    """Return the person's own hashes, without those that are linked only by an address that a guest typed."""
    uncertain = uncertain_pairs(services, stones.key, [place for place in places if place.has_any_of(every)])
    linked = linked_hashes(first, places, uncertain)
    mailed = {hash_of(stones.key, mail.address) for mail in services.ledger.all_deliveries() if mail.address}
    return with_own_addresses(linked, places, uncertain, mailed)


def _known(
    services: Services, stones: Tombstones, places: Iterable[SessionPeople], unreadable: dict[str, str]
) -> Iterator[str]:
    """Yield the hashes of everybody in the archive and the ledger. Add lists that cannot be read to `unreadable`."""
    for place in places:
        for index in place.indexes:
            yield from chain.from_iterable(index.groups())
    mailed = (mail.address for mail in services.ledger.all_deliveries())
    hosts = (record.host_user_id for record in services.ledger.all_sessions())
    listed = _on_lists(services, unreadable)
    yield from (hash_of(stones.key, value) for value in chain(mailed, hosts, listed) if value)


def _on_lists(services: Services, unreadable: dict[str, str]) -> Iterator[str]:
    for key, found in lists(services):
        for line in found.lines:
            yield from line.own
            yield from line.mentions.values()
        if found.unreadable:
            unreadable[key] = found.unreadable


def erase(services: Services, found: FoundPerson, outbox: OutboxMailer | None, *, everywhere: bool = False) -> Erasure:
    """Erase the person from archive, ledger and outbox. Sends no email. Safe to kill and run again."""
    done = Erasure()
    stones = add_tombstones(services, found.stones, found.hashes)
    every = (*found.comparing, *found.places)  # `comparing` first: after a kill they are found through `places`
    answers = [answers_of(services, place) for place in every]
    erased_people = [
        Person(found.person, email=found.person if "@" in found.person else ""),
        *_erased_among(stones, answers),
    ]
    _clean_records(services, stones, {place.cue_point_id for place in found.places}, erased_people)
    _stop_mails(services, stones, outbox, done)
    done.lists, unreadable = erase_from_lists(services, stones, erased_people)
    done.failed |= unreadable
    for is_event in (False, True):
        for place in every:
            if place.is_event == is_event:
                _erase_mails(place, Terms.of(erased_people), outbox, done)
                try:
                    done.steps.append(retry_if_overtaken(partial(_erase_session, services, stones, place)))
                except BadRequest as error:
                    done.failed[place.cue_point_id] = str(error)
    done.leftovers = services.archive.clean() + (outbox.clean() if outbox else 0)
    services.ledger.compact()
    done.searched = search(services, (place.folder for place in every), Terms.of(erased_people), everywhere=everywhere)
    return done


def _erased_among(stones: Tombstones, answers_by_session: Iterable[Mapping[str, bytes]]) -> Iterator[Person]:
    for answers in answers_by_session:
        for person in identities(answers):
            if stones.has(person.user_id, person.email):
                yield person if stones.has(person.email) else replace(person, email="")


def _clean_records(
    services: Services,
    stones: Tombstones,
    places: set[str],
    erased_people: Sequence[Person],
) -> None:
    """Remove erased hosts from the ledger's session records, and the names of erased people from room names."""
    for record in list(services.ledger.all_sessions()):
        scope = scope_of(record)
        after = record
        if stones.has(record.host_user_id):
            after = replace(after, host_user_id=stones.pseudonym(scope, record.host_user_id), host_name=ERASED)
        if record.cue_point_id in places or after != record:
            erased = Erased.of(erased_people, lambda user_id, scope=scope: stones.pseudonym(scope, user_id))  # type: ignore[misc]
            after = replace(after, entry_name=erased.clean_text(record.entry_name))
        if after != record:
            services.ledger.save(after)


def _stop_mails(services: Services, stones: Tombstones, outbox: OutboxMailer | None, done: Erasure) -> None:
    """Stop the person's unsent emails, revoke links, delete emails in the outbox, remove addresses and ids.

    Addresses are removed last, because after a kill the next run finds the emails by their addresses.
    """
    recipients: dict[str, str] = {}
    for mail in [each for each in services.ledger.all_deliveries() if stones.has(each.address)]:
        if mail.recipient_id not in recipients:
            services.ledger.put_note(Note("revoked", person_subject(mail.recipient_id), services.clock()))
            recipients[mail.recipient_id] = stones.recipient(recipient_id(mail.address))
        if outbox and outbox.was_sent(mail_name(mail)):
            outbox.delete(mail_name(mail))
            done.mails += 1
        if mail.state in OPEN:
            services.ledger.move(mail, "stopped", at=services.clock(), reason=_STOPPED)
    for old_id, new_id in recipients.items():
        if old_id != new_id:
            services.ledger.rename_recipient(old_id, new_id)
    for mail in [each for each in services.ledger.all_deliveries() if stones.has(each.address)]:
        services.ledger.forget(mail)
        done.deliveries += 1


def _erase_mails(place: SessionPeople, terms: Terms, outbox: OutboxMailer | None, done: Erasure) -> None:
    """Delete from the outbox emails to other people that mention the person, for example in an attached report."""
    if outbox is None:
        return
    start = place.folder.partition("/session=")[2]
    for name, message in outbox.mails(f"{start}-r"):
        if terms.found_in(f"{name}.eml", message):
            outbox.delete(name)
            done.mails += 1


def _erase_session(services: Services, stones: Tombstones, place: SessionPeople) -> Step:
    """Rewrite one session without erased people, then delete all older versions.

    Raises BadRequest if archived data is damaged, Overtaken if another run has replaced the documents.
    """
    body = services.archive.read(place.manifest_key)
    if body is None:  # the session's files have expired; only old versions are left
        return Step(place.cue_point_id, 0, 0, purge(services, place.folder))
    record = services.ledger.session(place.cue_point_id)
    if record is None:
        raise UnknownSession(_UNKNOWN.format(place.cue_point_id))
    manifest, clean = read_manifest(body), None
    if record.kind != "event":
        answers = answers_at(services, place, body)
        archived_context(answers)  # raises if the context is missing, because the documents could not be rewritten
        clean = remove_erased_from_answers(stones, answers, scope_of(record))
        stage(services, place.folder, body, clean)
    replayed = replay(_with_same_formats(services, manifest), record, manifest=manifest, answers=clean)
    return Step(place.cue_point_id, replayed.revision, len(replayed.files), purge(services, place.folder))


def _with_same_formats(services: Services, manifest: Manifest) -> Services:
    """Return services that render PDF, HTML and workbook only if the session has such files."""
    suffixes = {file.name.rpartition(".")[2] for file in manifest.files}
    pdf, html, workbook = ("pdf" in suffixes, "html" in suffixes, "xlsx" in suffixes)
    return replace(services, settings=replace(services.settings, pdf=pdf, html=html, workbook=workbook))
